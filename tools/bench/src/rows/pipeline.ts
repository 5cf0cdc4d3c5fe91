import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@ratestream/stack-local';
import { startBenchStack } from '../pipeline/bench-stack.js';
import type { BenchStack } from '../pipeline/bench-stack.js';
import { startNull } from '../pipeline/child.js';
import { copyUsage, fillRaw } from '../pipeline/fill.js';
import type { NullHop } from '../pipeline/null-spec.js';
import { NULL_PREFIX } from '../pipeline/bench-stack.js';
import { endOf, groupPosition, throughput } from '../pipeline/progress.js';
import type { Position } from '../pipeline/progress.js';
import { mixed, sampleTopic } from '../pipeline/samples.js';
import type { Sampled } from '../pipeline/samples.js';
import { failedRow } from '../row.js';
import type { BenchOptions, Measurement, Row } from '../row.js';
import { bareInsert } from './bare-insert.js';

/** Each stage alone, on what the stage before it left, then its null processor on the same input. */
export const pipeline: Measurement = {
  ids: ['rating', 'ingest', 'balance', 'sink'],
  run: async (options, wanted, done) => {
    const bench = await startBenchStack(options.say);
    try {
      await measure(bench, options, wanted, done);
    } finally {
      await bench.close();
    }
  },
};

async function measure(
  bench: BenchStack,
  { quick, say }: BenchOptions,
  wanted: ReadonlySet<string>,
  done: (row: Row) => void,
): Promise<void> {
  const { kafka } = bench;
  // Only what a later stage reads has to succeed; a row that fails by itself costs nobody else.
  const attempt = async (id: string, row: () => Promise<Row>): Promise<void> => {
    if (wanted.has(id)) done(await row().catch((error: unknown) => failedRow(id, error)));
  };
  const raw = await fillRaw(bench, quick ? 8_000 : 120_000);
  say(`${raw} records in cdr.raw`);
  const ingestRate = await timeService(bench, 'ingest', groupPosition(kafka, 'ingest', 'cdr.raw'), raw, () =>
    stillness(kafka, ['usage', 'ingest.correlation']),
  );
  await attempt('ingest', () => ingestRow(bench, ingestRate, raw));

  const copied = await copyUsage(bench);
  const ratingRate = await timeService(bench, 'rating', groupPosition(kafka, 'rating', 'usage'), copied, () =>
    stillness(kafka, ['rated']),
  );
  const rated = await sampleTopic(kafka, 'rated', 'RatedEvent', copied);
  await attempt('rating', () => ratingRow(bench, ratingRate, rated, copied));

  const ratedEnd = await endOf(kafka, 'rated');
  await attempt('balance', () =>
    balanceRow(bench, ratedEnd, rated.count / ratedEnd, ratingRate * (rated.count / copied)),
  );
  await attempt('sink', () => sinkRow(bench, ratedEnd, quick ? 20_000 : 100_000));
}

async function ingestRow(bench: BenchStack, rate: number, raw: number): Promise<Row> {
  const { kafka, nullKafka } = bench;
  const usage = await sampleTopic(kafka, 'usage', 'UsageEvent', raw);
  const correlation = await sampleTopic(kafka, 'ingest.correlation', 'CorrelationRecord', raw);
  const direct = usage.count - correlation.asks;
  const outputs = direct + correlation.count;
  // The service's other half matches receipts meanwhile, in the same process.
  const correlating: NullHop = {
    group: 'null-ingest-correlation',
    input: 'ingest.correlation',
    maxBatch: 1_000,
    decode: 'CorrelationRecord',
    outputsPerInput: correlation.asks / correlation.count,
    samples: usage.samples,
    passTo: null,
    passOver: 1,
    passReceiptsTo: null,
  };
  const reading: NullHop = {
    group: 'null-ingest',
    input: 'cdr.raw',
    maxBatch: 1_000,
    decode: 'json',
    outputsPerInput: outputs / raw,
    samples: mixed(usage, direct / outputs, correlation),
    passTo: null,
    passOver: 1,
    passReceiptsTo: null,
  };
  const position = groupPosition(nullKafka, 'null-ingest', 'cdr.raw');
  const baseline = await timeNull(bench, [reading, correlating], position, raw);
  const note = `${(outputs / raw).toFixed(2)} records written per raw record; baseline: null processor`;
  return against('ingest', rate, baseline, 'raw records/s', 0.6, note);
}

async function ratingRow(bench: BenchStack, rate: number, rated: Sampled, usages: number): Promise<Row> {
  const hop: NullHop = {
    group: 'null-rating',
    input: 'usage',
    maxBatch: 1_000,
    decode: 'UsageEvent',
    outputsPerInput: rated.count / usages,
    samples: rated.samples.map((sample) => ({ ...sample, partition: null })), // rating writes beside what it reads
    passTo: null,
    passOver: 1,
    passReceiptsTo: null,
  };
  const baseline = await timeNull(bench, [hop], groupPosition(bench.nullKafka, 'null-rating', 'usage'), usages);
  const note = `${(rated.count / usages).toFixed(2)} rated events per usage event; baseline: null processor`;
  return against('rating', rate, baseline, 'usage events/s', 0.7, note);
}

/** In  needed: rated events a second that rating writes */
async function balanceRow(bench: BenchStack, ratedEnd: number, eventsPerOffset: number, needed: number): Promise<Row> {
  const position = sumOf(
    bench.balance,
    "select coalesce(sum(next_offset), 0)::text as done from consumer_offset where topic = 'rated'",
  );
  const rate = (await timeService(bench, 'balance', position, ratedEnd)) * eventsPerOffset;
  const note = 'baseline: the rate at which rating writes them; all roots, no hot account';
  return against('balance', rate, needed, 'rated events/s', 1, note);
}

async function sinkRow(bench: BenchStack, ratedEnd: number, bareRows: number): Promise<Row> {
  const position = sumOf(
    bench.analytics,
    'select coalesce(sum(to_offset) filter (where confirmed), 0)::text as done from sink_intent',
  );
  const offsets = await timeService(bench, 'analytics', position, ratedEnd);
  const [counted] = await bench.clickhouse.query<{ rows: string }>('SELECT count() AS rows FROM rated_legs');
  const rows = offsets * (Number(counted?.rows ?? 0) / ratedEnd);
  const bare = await bareInsert(bench.clickhouse, bareRows);
  const note = 'baseline: the same rows in bare batch inserts of 10 000, one connection';
  return against('sink', rows, bare, 'ClickHouse rows/s', 0.8, note);
}

function against(id: string, value: number, baseline: number, unit: string, goal: number, note: string): Row {
  const ratio = value / baseline;
  return {
    id,
    value: Math.round(value),
    unit,
    baseline: Math.round(baseline),
    ratio,
    goal: `≥ ${goal} of it`,
    met: ratio >= goal,
    note,
  };
}

async function timeService(
  { stack }: BenchStack,
  service: ServiceName,
  position: Position,
  total: number,
  settled?: () => Promise<void>,
): Promise<number> {
  const started = stack.start(service);
  const rate = await throughput(position, total);
  await started;
  await settled?.();
  await stack.halt(service);
  return rate;
}

async function timeNull({ stack }: BenchStack, hops: NullHop[], position: Position, total: number): Promise<number> {
  const child = startNull({ brokers: stack.addresses.kafkaBrokers, topicPrefix: NULL_PREFIX, hops });
  try {
    return await throughput(position, total);
  } finally {
    await child.stop();
  }
}

/** Until nobody writes to the topics any more. */
async function stillness(
  kafka: BenchStack['kafka'],
  topics: readonly ('usage' | 'ingest.correlation' | 'rated')[],
): Promise<void> {
  for (let before = -1; ;) {
    let now = 0;
    for (const topic of topics) now += await endOf(kafka, topic);
    if (now === before) return;
    before = now;
    await sleep(2_000);
  }
}

function sumOf(pool: BenchStack['balance'], sql: string): Position {
  return async () => Number((await pool.query<{ done: string }>(sql)).rows[0]?.done ?? 0);
}
