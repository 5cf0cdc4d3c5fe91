import { setTimeout as sleep } from 'node:timers/promises';
import { codecs } from '@ratestream/events';
import { tail } from '@ratestream/kafka';
import type { InRecord, Kafka, OutRecord } from '@ratestream/kafka';
import { Random } from '@ratestream/tool-simulator';
import { NULL_PREFIX, startBenchStack } from '../pipeline/bench-stack.js';
import type { BenchStack } from '../pipeline/bench-stack.js';
import { startNull } from '../pipeline/child.js';
import type { NullHop } from '../pipeline/null-spec.js';
import type { BenchOptions, Measurement, Row } from '../row.js';
import { percentile } from '../timing.js';
import { timedMessage } from './latency-traffic.js';
import { StoreClock } from './store-clock.js';

const PER_SECOND = 1_000;
const WIRE_HEADER = 5;
const TICK_MS = 5;
/** Of every topic here, locally. */
const PARTITIONS = 6;

/** Milliseconds from the acknowledgement in `cdr.raw`, by kind of record. */
interface Latencies {
  accept: number[];
  receipt: number[];
}

/** The whole way at 1 000 messages a second, against chains of null processors under the same traffic. */
export const latency: Measurement = {
  ids: ['latency'],
  run: async (options, _wanted, done) => {
    const bench = await startBenchStack(options.say);
    try {
      done(...(await measure(bench, options)));
    } finally {
      await bench.close();
    }
  },
};

async function measure(bench: BenchStack, { quick, say }: BenchOptions): Promise<Row[]> {
  const seconds = quick ? 8 : 40;
  const nulls = [
    startNull(spec(bench, chainOfIngest())),
    startNull(spec(bench, [pass('null-rating', 'usage', 'rated', 1)])),
  ];
  await sleep(6_000);
  say('null chain');
  const base = await runTraffic(bench, bench.nullKafka, seconds, ({ headers }) => headers['key'] ?? '');
  for (const child of nulls) await child.stop();

  for (const service of ['ingest', 'rating', 'balance', 'analytics'] as const) await bench.stack.start(service);
  await sleep(3_000);
  say('services');
  const clock = new StoreClock(bench);
  const real = await runTraffic(bench, bench.kafka, seconds, ratedKey, (record, sentAt) =>
    clock.expect(record, sentAt),
  );
  const stores = await clock.finish();
  return [
    row('latency-accept-p50', base.accept, real.accept, 0.5, 'two null hops'),
    row('latency-accept-p99', base.accept, real.accept, 0.99, 'two null hops'),
    row('latency-receipt-p50', base.receipt, real.receipt, 0.5, 'three null hops'),
    row('latency-receipt-p99', base.receipt, real.receipt, 0.99, 'three null hops'),
    limit('latency-balance-p99', stores.balance, 500),
    limit('latency-clickhouse-p99', stores.clickhouse, 2_000),
  ];
}

function spec({ stack }: BenchStack, hops: NullHop[]): Parameters<typeof startNull>[0] {
  return { brokers: stack.addresses.kafkaBrokers, topicPrefix: NULL_PREFIX, hops };
}

/** A receipt takes one hop more: it is matched in `ingest.correlation`. Both write to the partitions of others, as ingest does. */
function chainOfIngest(): NullHop[] {
  return [
    { ...pass('null-ingest', 'cdr.raw', 'usage', PARTITIONS), passReceiptsTo: 'ingest.correlation' },
    pass('null-correlation', 'ingest.correlation', 'usage', PARTITIONS),
  ];
}

function pass(group: string, input: NullHop['input'], passTo: NullHop['input'], passOver: number): NullHop {
  return {
    group,
    input,
    maxBatch: 1_000,
    decode: 'none',
    outputsPerInput: 0,
    samples: [],
    passTo,
    passOver,
    passReceiptsTo: null,
  };
}

function ratedKey({ value }: InRecord): string {
  if (value === null) return '';
  const { event, supplierMessageId } = codecs.RatedEvent.decode(value, WIRE_HEADER);
  return `${event === 'delivered' ? 'receipt' : 'accept'}|${supplierMessageId?.raw ?? ''}`;
}

/** Sends at the set rate and watches `rated` until everything has come out. */
async function runTraffic(
  bench: BenchStack,
  kafka: Kafka,
  seconds: number,
  keyOf: (record: InRecord) => string,
  onRated?: (record: InRecord, sentAt: number) => void,
): Promise<Latencies> {
  const ackedAt = new Map<string, number>();
  const early: [key: string, record: InRecord, seenAt: number][] = [];
  const latencies: Latencies = { accept: [], receipt: [] };
  const take = (key: string, record: InRecord, seenAt: number): boolean => {
    const sentAt = ackedAt.get(key);
    if (sentAt === undefined) return false;
    ackedAt.delete(key);
    latencies[key.startsWith('receipt') ? 'receipt' : 'accept'].push(Math.max(0, seenAt - sentAt));
    onRated?.(record, sentAt);
    return true;
  };
  const follower = await tail(kafka, {
    topic: 'rated',
    partitions: 'all',
    from: 'end',
    onRecords: (records) => {
      const seenAt = performance.now();
      for (const record of records) {
        const key = keyOf(record);
        if (!take(key, record, seenAt)) early.push([key, record, seenAt]);
      }
    },
  });
  const producer = kafka.producer();
  const random = new Random(`latency ${seconds}`);
  const receipts: { dueAt: number; record: ReturnType<typeof timedMessage>['receipt'] }[] = [];
  const startedAt = performance.now();
  for (let sent = 0, partition = 0; sent < seconds * PER_SECOND || receipts.length > 0;) {
    const now = performance.now();
    const batch: ReturnType<typeof timedMessage>['receipt'][] = [];
    while (sent < Math.min(seconds * PER_SECOND, ((now - startedAt) / 1_000) * PER_SECOND)) {
      const { accept, receipt } = timedMessage(bench.catalog, random);
      batch.push(accept);
      receipts.push({ dueAt: now + 500, record: receipt });
      sent++;
    }
    while (receipts[0] !== undefined && receipts[0].dueAt <= now)
      batch.push((receipts.shift() as { record: (typeof batch)[number] }).record);
    if (batch.length > 0) {
      const out: OutRecord[] = batch.map(({ key, kind, source, value }) => ({
        topic: 'cdr.raw',
        partition: partition++ % PARTITIONS,
        key: null,
        value,
        headers: { source, key, kind },
      }));
      await producer.send(out);
      const acked = performance.now();
      // The first second warms everything up.
      for (const { key } of batch) if (now - startedAt > 1_000) ackedAt.set(key, acked);
    }
    await sleep(TICK_MS);
  }
  for (let waited = 0; ackedAt.size > 0 && waited < 20_000; waited += 100) {
    for (const [key, record, seenAt] of early.splice(0)) take(key, record, seenAt);
    await sleep(100);
  }
  await follower.stop();
  await producer.close();
  if (ackedAt.size > 0) throw new Error(`${ackedAt.size} records never came out of rated`);
  return latencies;
}

function row(id: string, base: readonly number[], real: readonly number[], share: number, baseline: string): Row {
  const value = percentile(real, share);
  const against = percentile(base, share);
  const ratio = value / against;
  return {
    id,
    value: Math.round(value),
    unit: 'ms',
    baseline: Math.round(against),
    ratio,
    goal: '≤ 1.5 of it',
    met: ratio <= 1.5,
    note: `${real.length} records at ${PER_SECOND} messages/s; baseline: ${baseline}`,
  };
}

function limit(id: string, values: readonly number[], goalMs: number): Row {
  const value = percentile(values, 0.99);
  return {
    id,
    value: Math.round(value),
    unit: 'ms',
    baseline: null,
    ratio: null,
    goal: `≤ ${goalMs} ms`,
    met: value <= goalMs && values.length > 0,
    note: `p50 ${Math.round(percentile(values, 0.5))} ms, ${values.length} rated events, polled every 20 ms`,
  };
}
