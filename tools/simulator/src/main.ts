#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import { generateCatalog } from './catalog/generate-catalog.js';
import type { GeneratedCatalog } from './catalog/generated-catalog.js';
import { HttpClient } from './cli/http-client.js';
import { schedulePriceChange } from './cli/price-change.js';
import { Progress } from './cli/progress.js';
import { RawProducer } from './cli/raw-producer.js';
import { runTraffic } from './cli/run-traffic.js';
import { issueKeys, setUpCatalog, topUpAccounts } from './cli/setup.js';
import { generateTraffic } from './traffic/generate-traffic.js';
import type { TrafficOptions } from './traffic/raw-record.js';

interface Options {
  entry: string;
  apiKey: string;
  brokers: string;
  topicPrefix: string;
  seed: number;
  currency: string;
  rate: number;
  count: number;
  duplicates: number;
  disorder: number;
}

/** Long enough to find a retail message on the live page, short enough to wait for. */
const PRICE_CHANGE_AFTER_MS = 90_000;

const progress = new Progress();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop.abort();
    // Whoever stops us may have stopped the services before: a request that waits for them must not hold us.
    setTimeout(() => process.exit(0), 1_500).unref();
  });
}

const program = new Command('simulator').description(
  'Realistic SMS traffic for a running Ratestream, the same for the same seed',
);

common(
  program.command('catalog').description('create the demo tenants, prices and keys; what exists stays as it is'),
).action(async (options: Options) => {
  const catalog = await setUp(options);
  for (const [name, secret] of await issueKeys(client(options), catalog))
    process.stdout.write(`key of ${name}: ${secret}\n`);
});

common(program.command('traffic').description('send a number of messages and end'))
  .option('--count <messages>', 'how many messages', wholeNumber, 10_000)
  .option('--rate <records>', 'records per second; 0: as fast as they are taken', decimal, 0)
  .action(async (options: Options) => {
    const catalog = plan(options);
    const spanMs = (options.count / 1000) * 1000 + 120_000;
    const records = generateTraffic(catalog, {
      ...traffic(options),
      count: options.count,
      perSecond: 1_000,
      dailyShape: false,
      startAt: (Date.now() - spanMs) * 1000,
    });
    const pace = options.rate === 0 ? ('none' as const) : { recordsPerSecond: options.rate };
    await send(options, records, { pace, signal: stop.signal });
  });

common(program.command('demo').description('set up everything, then endless traffic with the shape of a day'))
  .option('--rate <messages>', 'mean messages per second', decimal, 50)
  .action(async (options: Options) => {
    const catalog = await setUp(options);
    await topUpAccounts(client(options), catalog);
    const change = await schedulePriceChange(client(options), catalog, (Date.now() + PRICE_CHANGE_AFTER_MS) * 1000);
    const at = new Date(change.effectiveFrom / 1000).toISOString().slice(11, 19);
    progress.done(`at ${at} UTC retail prices ${change.dearer ? 'rise by 6 %' : 'fall back to the list'}`);
    const records = generateTraffic(catalog, {
      ...traffic(options),
      count: Infinity,
      perSecond: options.rate,
      startAt: Date.now() * 1000,
      seed: options.seed + (Date.now() % 1_000_000_000),
    });
    await send(options, records, { pace: 'clock', signal: stop.signal }, client(options));
  });

program.parseAsync().catch((error: unknown) => {
  if (stop.signal.aborted) return;
  progress.done(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});

function common(command: Command): Command {
  const env = process.env;
  return command
    .option('--entry <url>', 'entry port', env['ENTRY_URL'] ?? 'http://127.0.0.1:8080')
    .option('--api-key <key>', 'key with admin rights', env['RATESTREAM_KEY'] ?? '')
    .option('--brokers <list>', 'Kafka', env['KAFKA_BROKERS'] ?? '127.0.0.1:9092')
    .option('--topic-prefix <prefix>', 'prefix of topic names', env['KAFKA_TOPIC_PREFIX'] ?? '')
    .option('--currency <code>', "the installation's currency", env['CURRENCY'] ?? 'EUR')
    .option('--seed <number>', 'another seed is other traffic', wholeNumber, 1)
    .option('--duplicates <share>', 'records sent a second time', decimal, 0.02)
    .option('--disorder <share>', 'records that come late', decimal, 0.1);
}

/** The tree and its prices follow from the seed alone, so a later run knows what an earlier one created. */
function plan({ seed, currency }: Options): GeneratedCatalog {
  const today = Math.floor(Date.now() / 86_400_000) * 86_400_000_000;
  return generateCatalog({ seed, currency, startAt: today, secondVersionAt: today + 2 * 86_400_000_000 });
}

function traffic({ seed, duplicates, disorder }: Options): Pick<TrafficOptions, 'seed' | 'duplicates' | 'disorder'> {
  return { seed, duplicates, disorder };
}

function client({ entry, apiKey }: Options): HttpClient {
  if (apiKey === '') throw new Error('no API key: give --api-key or set RATESTREAM_KEY (`npm start` prints it)');
  return new HttpClient({ baseUrl: entry, apiKey });
}

async function setUp(options: Options): Promise<GeneratedCatalog> {
  const catalog = plan(options);
  const { created, existing } = await setUpCatalog(client(options), catalog, (done, total, what) =>
    progress.show(`catalog ${done}/${total}: ${what}`),
  );
  progress.done(`catalog: ${created} created, ${existing} were there`);
  return catalog;
}

async function send(
  options: Options,
  records: ReturnType<typeof generateTraffic>,
  pace: Parameters<typeof runTraffic>[0]['pace'],
  http?: HttpClient,
): Promise<void> {
  const producer = new RawProducer({ brokers: options.brokers.split(','), topicPrefix: options.topicPrefix });
  await producer.connect();
  const totals = await runTraffic({ records, producer, pace, progress, ...(http === undefined ? {} : { http }) });
  await producer.close();
  progress.done(`sent ${totals.messages} messages in ${totals.records} records`);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('not a whole number');
  return Number(text);
}

function decimal(text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('not a number of 0 or more');
  return value;
}
