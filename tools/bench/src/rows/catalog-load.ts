import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startStack } from '@ratestream/stack-local';
import { bigSheet, HttpClient, Random, sheetCsv } from '@ratestream/tool-simulator';
import type { Measurement } from '../row.js';

const CARD_RATES = 100_000;

interface Loaded {
  readonly rates: number;
  readonly seconds: number;
  /** Resident, more than before: once loaded, and at the highest. */
  readonly megabytes: number;
  readonly highest: number;
}

/** Rates published over HTTP, card by card; then a fresh process that reads them as rating does at its start. */
export const catalogLoad: Measurement = {
  ids: ['catalog-load'],
  run: async ({ quick, say }, _wanted, done) => {
    const cards = quick ? 1 : 10;
    const folder = mkdtempSync(join(tmpdir(), 'ratestream-bench-'));
    const stack = await startStack({
      folder,
      ports: 'free',
      services: ['catalog'],
      quick: false,
      env: { LOG_LEVEL: 'warn' },
    });
    try {
      const http = new HttpClient({ baseUrl: stack.addresses.services.catalog, apiKey: stack.adminKey });
      const startedAt = performance.now();
      for (let i = 0; i < cards; i++) {
        await http.post(
          '/api/catalog/v1/rate-cards',
          { id: `card-${i}`, name: `Card ${i}`, side: 'sell' },
          `card-${i}`,
        );
        const csv = sheetCsv(bigSheet(new Random(i), CARD_RATES));
        await http.postText(`/api/catalog/v1/rate-cards/card-${i}/versions`, 'text/csv', csv, `version-${i}`);
        say(`${(i + 1) * CARD_RATES} rates published`);
      }
      const publishSec = (performance.now() - startedAt) / 1_000;
      const script = fileURLToPath(new URL('../pipeline/catalog-load.main.js', import.meta.url));
      const { kafkaBrokers, registryUrl } = stack.addresses;
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--expose-gc',
        script,
        kafkaBrokers,
        registryUrl,
      ]);
      const loaded = JSON.parse(stdout) as Loaded;
      if (loaded.rates !== cards * CARD_RATES)
        throw new Error(`${loaded.rates} rates were loaded, ${cards * CARD_RATES} published`);
      const met = loaded.seconds <= 10 && loaded.highest <= 400;
      done({
        id: 'catalog-load',
        value: Math.round(loaded.seconds * 100) / 100,
        unit: 's',
        baseline: null,
        ratio: null,
        goal: '1 M rates ≤ 10 s, ≤ 400 MB',
        met,
        note: `${loaded.rates} rates, ${loaded.megabytes} MB, at most ${loaded.highest} MB while loading; published over HTTP in ${publishSec.toFixed(1)} s`,
      });
    } finally {
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
