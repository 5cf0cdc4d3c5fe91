import { setTimeout as sleep } from 'node:timers/promises';
import {
  generateCatalog,
  generateTraffic,
  paced,
  RawProducer,
  setUpCatalog,
  topUpAccounts,
} from '@ratestream/tool-simulator';
import type { GeneratedCatalog } from '@ratestream/tool-simulator';
import type { Installation } from './installation.js';
import { DESK, enterDeskRates } from './desk-rates.js';
import type { ChaosOptions } from './options.js';

const SECOND = 1_000_000;

/**
 * Creates tenants, prices and exchange rates. The second version of every card takes effect in the middle of the messages'
 * accept times, and so do another exchange rate and, for a while, a surcharge; all are published before the first message, so
 * what a message costs does not hang on when it is rated.
 */
export async function setUp(
  installation: Installation,
  options: ChaosOptions,
  say: (text: string) => void,
): Promise<{ catalog: GeneratedCatalog; startAt: number; spanSec: number }> {
  const spanSec = Math.max(30, Math.ceil(options.messages / 1_000));
  // Lateness, receipts and failover reach behind the last accept time; no event may lie in the future.
  const startAt = Math.floor(Date.now() / 1_000) * SECOND - (spanSec + 600) * SECOND;
  const secondVersionAt = startAt + Math.floor(spanSec / 2) * SECOND;
  const catalog = generateCatalog({
    seed: options.seed,
    size: 'demo',
    startAt,
    secondVersionAt,
    timeoutSec: options.timeoutSec,
    dealSource: DESK,
  });
  await enterDeskRates(installation.http, startAt, secondVersionAt);
  const { created } = await setUpCatalog(installation.http, catalog);
  await topUpAccounts(installation.http, catalog);
  say(`catalog: ${created} things created`);
  return { catalog, startAt, spanSec };
}

export interface Sent {
  records: number;
  duplicates: number;
  garbage: number;
  seconds: number;
  errors: number;
}

/** Writes all messages to `cdr.raw` at the set rate; a broker that is away is waited for with the same batch. */
export async function sendTraffic(
  installation: Installation,
  options: ChaosOptions,
  plan: { catalog: GeneratedCatalog; startAt: number; spanSec: number },
  onProgress: (sent: Sent) => void,
): Promise<Sent> {
  const producer = new RawProducer({ brokers: installation.stack.addresses.kafkaBrokers.split(',') });
  await producer.connect();
  const records = generateTraffic(plan.catalog, {
    seed: options.seed,
    count: options.messages,
    startAt: plan.startAt,
    perSecond: options.messages / plan.spanSec,
    dailyShape: false,
    duplicates: 0.1,
    disorder: 0.3,
    disorderSec: 300,
    garbage: 0.005,
  });
  const startedAt = Date.now();
  const sent: Sent = { records: 0, duplicates: 0, garbage: 0, seconds: 0, errors: 0 };
  try {
    for await (const batch of paced(records, { pace: { recordsPerSecond: options.recordsPerSecond } })) {
      for (;;) {
        try {
          await producer.send(batch);
          break;
        } catch {
          // The same batch again; what the broker has already it knows by the sequence numbers, or it is a duplicate more.
          sent.errors++;
          await sleep(500);
        }
      }
      sent.records += batch.length;
      for (const { kind } of batch) {
        if (kind === 'duplicate') sent.duplicates++;
        if (kind === 'garbage') sent.garbage++;
      }
      sent.seconds = (Date.now() - startedAt) / 1_000;
      onProgress(sent);
    }
  } finally {
    await producer.close();
  }
  return sent;
}
