import { setTimeout as sleep } from 'node:timers/promises';
import type { CorrelationRecord, RejectedCdr, UsageEvent } from '@ratestream/events';
import {
  createKafka,
  createSerdes,
  type InRecord,
  type Kafka,
  type Producer,
  readToEnd,
  type Serdes,
} from '@ratestream/kafka';
import { silentLogger } from '@ratestream/observability';
import { eventually, isolated, type Isolated, startServices } from '@ratestream/testing';
import { catalogEvents } from './world.js';

const MESSAGES = 1_500;
const KILLS = 3;

let corner: Isolated;
let kafka: Kafka;
let serdes: Serdes;
let producer: Producer;

beforeAll(async () => {
  corner = await isolated({ services: [] });
  kafka = createKafka({
    brokers: corner.kafkaBrokers.split(','),
    clientId: 'kill-test',
    logger: silentLogger(),
    topicPrefix: corner.topicPrefix,
  });
  serdes = await createSerdes(kafka, corner.registryUrl);
  producer = kafka.producer();
}, 240_000);

afterAll(async () => {
  await producer?.close();
  await kafka?.close();
  await corner?.clean();
}, 60_000);

const raw = (source: string, record: object | string) => ({
  topic: 'cdr.raw' as const,
  key: null,
  value: Buffer.from(typeof record === 'string' ? record : JSON.stringify(record)),
  headers: { source },
});

/** A message in one part or two, its receipt by the supplier's id in the other spelling, and now and then nonsense. */
function recordsOf(i: number) {
  const at = new Date().toISOString();
  const common = { account: 'acme', at, from: 'ACME', to: `+4477009${String(10_000 + i)}` };
  const hex = (0xaa_0000_0000 + i).toString(16);
  const sent = { ...common, event: 'submitted', connection: 'atlas', supplierMessageId: hex };
  const receipt = { event: 'delivered', at, connection: 'atlas', supplierMessageId: `0${BigInt(`0x${hex}`)}` };
  const records = [{ ...common, id: `k-${i}`, event: 'accepted' }, { ...sent, id: `k-${i}` }, receipt] as object[];
  if (i % 10 === 0)
    for (const part of [1, 2])
      records.push({ ...common, id: `p-${i}-${part}`, event: 'accepted', udh: { ref: i % 256, part, total: 2 } });
  return i % 25 === 0
    ? [...records.map((r) => raw('platform', r)), raw('platform', '{"id":')]
    : records.map((r) => raw('platform', r));
}

async function all<T>(
  topic: 'usage' | 'cdr.rejected' | 'ingest.correlation',
  decode: (value: Buffer) => T,
): Promise<T[]> {
  const read: T[] = [];
  const onRecords = (records: InRecord[]): void =>
    void read.push(...records.map(({ value }) => decode(value as Buffer)));
  for (const partition of (await kafka.admin().offsets(topic)).keys())
    await readToEnd(kafka, { topic, partition, from: 0, onRecords });
  return read;
}

test('killed with -9 while records flow: every record has its outcome, once', async () => {
  const events = catalogEvents();
  const heartbeat = { ...(events.at(-1) as (typeof events)[0]), type: 'Heartbeat', data: '{}' };
  const tell = (some: typeof events) =>
    producer.send(
      some.map((e) => ({
        topic: 'catalog' as const,
        key: 'test',
        value: serdes.CatalogEvent.encode({ ...e, occurredAt: Date.now() * 1000 }),
      })),
    );
  await tell(events);
  const beating = setInterval(() => void tell([heartbeat]), 1_000);
  const stack = await startServices(corner, ['ingest']);
  try {
    const expected = { events: 0, rejects: 0 };
    const flowing = (async () => {
      for (let i = 0; i < MESSAGES; i += 25) {
        const records = Array.from({ length: 25 }, (_, k) => recordsOf(i + k)).flat();
        expected.rejects += records.filter(({ value }) => value.toString() === '{"id":').length;
        expected.events += records.filter(({ value }) => value.toString() !== '{"id":').length;
        await producer.send(records);
        await sleep(150);
      }
    })();
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(1_500 + 700 * kill);
      await stack.kill('ingest', 'SIGKILL');
    }
    await flowing;
    const count = async (): Promise<number> => (await all('usage', (v) => serdes.UsageEvent.decode(v))).length;
    await eventually(async () => expect(await count()).toBeGreaterThanOrEqual(expected.events), {
      timeoutMs: 90_000,
      everyMs: 1_000,
    });
    await sleep(2_000);

    const usage = await all<UsageEvent>('usage', (v) => serdes.UsageEvent.decode(v));
    const rejected = await all<RejectedCdr>('cdr.rejected', (v) => serdes.RejectedCdr.decode(v));
    const places = usage.map(({ rawRef }) => `${rawRef.partition}/${rawRef.offset}`);
    expect(new Set(places).size).toBe(places.length);
    expect(usage).toHaveLength(expected.events);
    expect(rejected.map(({ reason }) => reason)).toEqual(Array(expected.rejects).fill('malformed'));

    const byMessage = new Map<string, string[]>();
    for (const { messageId, identity } of usage)
      byMessage.set(messageId, [...(byMessage.get(messageId) ?? []), `${identity.event}/${identity.part}`]);
    const lives = [...byMessage.values()].map((life) => life.sort().join(' '));
    expect(lives.filter((life) => life === 'accepted/1 delivered/1 submitted/1')).toHaveLength(MESSAGES);
    expect(lives.filter((life) => life === 'accepted/1 accepted/2')).toHaveLength(MESSAGES / 10);

    const asked = await all<CorrelationRecord>('ingest.correlation', (v) => serdes.CorrelationRecord.decode(v));
    expect(asked.filter(({ kind, reading }) => kind === 'ask' && reading !== 'orphan')).toHaveLength(
      MESSAGES + MESSAGES / 5,
    );
  } finally {
    clearInterval(beating);
    await stack.stop();
  }
}, 240_000);
