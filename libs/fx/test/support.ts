import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_FX } from '@ratestream/catalog';
import type { FxRates, FxTerms } from '@ratestream/catalog';
import { FxBook } from '../src/index.js';
import type { FxRequest } from '../src/index.js';

export function micros(iso: string): number {
  return Date.parse(iso) * 1000;
}

export const FOREVER = micros('2100-01-01T00:00:00Z');

/** `2026-04-13 USD 1.1684 GBP 0.87058`: one day a line, published at 14:00 UTC. */
export function ecb(lines: string, knownAt = micros('2020-01-01T00:00:00Z')): FxRates {
  const days = lines
    .trim()
    .split('\n')
    .map((line) => {
      const [date = '', ...figures] = line.trim().split(/\s+/);
      const rates: Record<string, string> = {};
      for (let index = 0; index < figures.length; index += 2)
        rates[figures[index] as string] = figures[index + 1] as string;
      return { date, publishedAt: micros(`${date}T14:00:00Z`), rates };
    });
  return { source: 'ecb', base: 'EUR', days, knownAt };
}

export function bookOf(...publications: FxRates[]): FxBook {
  const book = new FxBook();
  for (const publication of publications) book.publish(publication);
  return book;
}

/** USD → GBP, rated long after, in UTC. */
export function asked(at: string, terms: Partial<FxTerms> = {}, other: Partial<FxRequest> = {}): FxRequest {
  const from = { from: 'USD', to: 'GBP', timeZone: 'UTC', knownAt: FOREVER };
  return { ...from, terms: { ...DEFAULT_FX, ...terms }, at: micros(at), ...other };
}

/** The file of the ECB; null where it is not on this machine. */
export function ecbFile(): string | null {
  const root = join(import.meta.dirname, '../../..');
  const path = join(process.env['RATESTREAM_DATA'] ?? join(root, '../shared/data'), 'fx/eurofxref-hist.csv');
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
