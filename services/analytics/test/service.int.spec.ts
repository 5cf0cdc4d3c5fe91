import { setTimeout as sleep } from 'node:timers/promises';
import { serialiseCatalogEvent } from '@ratestream/catalog';
import type { TypedCatalogEvent } from '@ratestream/catalog';
import { sampleRated } from '@ratestream/events';
import { parseConfig } from '@ratestream/http';
import { createKafka, createSerdes } from '@ratestream/kafka';
import type { Kafka, OutRecord, Producer, Serdes } from '@ratestream/kafka';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import { eventually, httpClient, isolated } from '@ratestream/testing';
import type { HttpClient, Isolated } from '@ratestream/testing';
import { configSchema, startAnalytics } from '../src/index.js';
import type { Live, RunningAnalytics } from '../src/index.js';
import { account, apiKey } from './support/catalog.js';

let corner: Isolated;
let kafka: Kafka;
let serdes: Serdes;
let producer: Producer;
const running: RunningAnalytics[] = [];

beforeAll(async () => {
  corner = await isolated({ services: ['analytics'] });
  kafka = createKafka({
    brokers: corner.kafkaBrokers.split(','),
    clientId: 'test',
    logger: silentLogger(),
    topicPrefix: corner.topicPrefix,
  });
  serdes = await createSerdes(kafka, corner.registryUrl);
  producer = kafka.producer();
  const facts = [
    ['AccountOpened', account('acc-reseller')],
    ['AccountOpened', account('acc-customer', { parentId: 'acc-reseller' })],
    ['ApiKeyIssued', apiKey('operator-key', 'operator', ['admin'])],
  ] as const;
  await producer.send(
    facts.map(([type, data], index): OutRecord => {
      const event = {
        position: index + 1,
        type,
        data,
        eventId: `e${index}`,
        aggregate: 'a',
        aggregateId: `a${index}`,
        aggregateVersion: 1,
        occurredAt: 1,
        actor: 'test',
      };
      return {
        topic: 'catalog',
        key: event.aggregateId,
        value: serdes.CatalogEvent.encode(serialiseCatalogEvent(event as unknown as TypedCatalogEvent)),
      };
    }),
  );
}, 180_000);
afterAll(async () => {
  await Promise.all(running.map((service) => service.drain('test')));
  await producer.close();
  await kafka.close();
  await corner.clean();
}, 60_000);

async function start(env: Record<string, string> = {}): Promise<{ service: RunningAnalytics; api: HttpClient }> {
  const config = parseConfig(configSchema, { ...corner.environmentOf('analytics'), LOG_LEVEL: 'silent', ...env });
  const service = await startAnalytics({
    config,
    logger: silentLogger(),
    metrics: bareMetrics(),
    handleSignals: false,
  });
  running.push(service);
  return { service, api: httpClient(service.url, 'operator-key') };
}

let sent = 0;
/** Rated events of now, spread over the partitions; each moves 0.084 + 0.07 + 0.056. */
async function send(count: number): Promise<void> {
  const now = Date.now() * 1_000;
  const records = Array.from({ length: count }, (): OutRecord => {
    const i = sent++;
    const base = sampleRated();
    const event = sampleRated({
      messageId: `m${i}`,
      ratedAt: now,
      rawAppendedAt: now,
      legs: base.legs.map((leg) => ({ ...leg, billingTime: now })),
    });
    return { topic: 'rated', partition: i % 6, key: 'acc-reseller', value: serdes.RatedEvent.encode(event) };
  });
  await producer.send(records);
}

async function stored(service: RunningAnalytics): Promise<{ rows: number; unique: number; sum: string }> {
  const [row] = await service.clickHouse.query<Record<string, string>>(
    'SELECT count() AS rows, uniqExact(partition, offset, leg) AS unique, sum(amount) AS sum FROM rated_legs',
  );
  return { rows: Number(row?.['rows']), unique: Number(row?.['unique']), sum: row?.['sum'] ?? '' };
}

interface Conservation {
  exact: boolean;
  partitions: { blocksCompared: number; lines: unknown[]; positions: { clickHouse: number; fold: number } }[];
}

test('margin of an event is visible as soon as its rows are', async () => {
  const { api } = await start();
  await send(6); // the group has settled when these are there
  await eventually(async () => expect((await api.get<Live>('/api/analytics/v1/live')).body.totals.rated).toBe(6));
  await sleep(600); // the live answer is kept for half a second
  await send(1);
  await eventually(async () => {
    const { body } = await api.get<{ totals: object[] }>('/api/analytics/v1/margin?groupBy=account');
    expect(body.totals).toMatchObject([{ revenue: '0.49', cost: '0.392', margin: '0.098' }]);
  });
}, 60_000);

test('a rejected record is counted', async () => {
  const [service] = running;
  const reject = {
    rejectId: 'r1',
    source: 'kannel-1',
    reason: 'unknown_account',
    message: 'no account',
    rawRef: { topic: 'cdr.raw', partition: 0, offset: 1 },
    line: null,
    rejectedAt: Date.now() * 1_000,
    replayable: true,
    attempt: 0,
    bytes: Buffer.from('x'),
    truncated: false,
  };
  await producer.send([{ topic: 'cdr.rejected', key: 'kannel-1', value: serdes.RejectedCdr.encode(reject) }]);
  const api = httpClient((service as RunningAnalytics).url, 'operator-key');
  await eventually(async () => {
    const { body } = await api.get<Live>('/api/analytics/v1/live');
    expect(body).toMatchObject({ totals: { rejected: 1 }, rejectReasons: [{ reason: 'unknown_account', records: 1 }] });
  });
}, 60_000);

test('stopped and started again, shared out and taken back: every row once, and the fold agrees', async () => {
  await running.pop()?.drain('restart');
  await send(3_000);
  const first = await start({ SINK_MAX_ROWS: '700' });
  const second = await start({ SINK_MAX_ROWS: '700' });
  for (let round = 0; round < 5; round++) {
    await send(600);
    await sleep(300);
  }
  running.splice(running.indexOf(first.service), 1);
  await first.service.drain('scale in');
  await send(600);
  const rows = sent * 3;
  await eventually(async () => expect(await stored(second.service)).toMatchObject({ rows, unique: rows }), {
    timeoutMs: 40_000,
  });
  await eventually(
    async () => {
      const { body } = await second.api.get<Conservation>('/api/analytics/v1/conservation');
      for (const { positions } of body.partitions) expect(positions.fold).toBe(positions.clickHouse);
      expect(body).toMatchObject({
        exact: true,
        partitions: Array.from({ length: 6 }, () => ({ blocksCompared: 1, lines: [] })),
      });
    },
    { timeoutMs: 40_000 },
  );
  expect((await stored(second.service)).sum).toBe(((sent * 210) / 1000).toString());
}, 120_000);
