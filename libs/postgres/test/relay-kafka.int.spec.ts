import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafka, readToEnd, type Kafka } from '@ratestream/kafka';
import { bareMetrics, silentLogger, type Metrics } from '@ratestream/observability';
import { eventually, isolated, type Isolated } from '@ratestream/testing';
import {
  Outbox,
  createPool,
  migrate,
  startRelay,
  transaction,
  type Pool,
  type Relay,
  type StartRelayOptions,
  type WaitingRecord,
} from '../src/index.js';

let corner: Isolated;
let kafka: Kafka;
let pool: Pool;
let metrics: Metrics;
const relays: Relay[] = [];

beforeAll(async () => {
  corner = await isolated({ services: ['balance'] });
  kafka = createKafka({
    brokers: corner.kafkaBrokers.split(','),
    clientId: 'relay-test',
    logger: silentLogger(),
    topicPrefix: corner.topicPrefix,
  });
  pool = createPool(corner.databaseUrl('balance'));
  await migrate(pool, mkdtempSync(join(tmpdir(), 'ratestream-none-')), 'demo');
}, 180_000);
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
});
afterAll(async () => {
  await kafka?.close();
  await pool?.end();
  await corner?.clean();
});
beforeEach(() => {
  metrics = bareMetrics();
});

function relay(outbox: Outbox, over: Partial<StartRelayOptions> = {}): Relay {
  const options: StartRelayOptions = {
    outbox,
    transactionalId: `relay-${outbox.name}`,
    topics: ['balance.events', 'account.status'],
    logger: silentLogger(),
    metrics,
    pollMs: 100,
    batchRecords: 10,
    ...over,
  };
  const started = startRelay(pool, kafka, options);
  relays.push(started);
  return started;
}

const append = (outbox: Outbox, count: number) =>
  transaction(pool, (tx) =>
    outbox.append(
      tx,
      Array.from({ length: count }, (_, i) => ({
        topic: i % 3 === 0 ? 'account.status' : 'balance.events',
        key: `account-${i % 7}`,
        value: Buffer.from(`${outbox.name} ${i}`),
      })),
    ),
  );

/** Positions of an outbox as a reader of committed records sees them, by topic and partition. */
async function published(outbox: Outbox): Promise<number[]> {
  const positions: number[] = [];
  for (const topic of ['balance.events', 'account.status'] as const) {
    const partitions = await kafka.admin().partitions(topic);
    for (let partition = 0; partition < partitions; partition++) {
      const inPartition: number[] = [];
      await readToEnd(kafka, {
        topic,
        partition,
        from: 0,
        onRecords: (records) => {
          for (const record of records) {
            const position = record.headers[outbox.header];
            if (position !== undefined) inPartition.push(Number(position));
          }
        },
      });
      expect(inPartition).toEqual([...inPartition].sort((a, b) => a - b));
      positions.push(...inPartition);
    }
  }
  return positions.sort((a, b) => a - b);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

const allPublished = (outbox: Outbox, count: number) =>
  eventually(
    async () => {
      expect((await outbox.positions(pool)).sent).toBe(count);
      expect(await published(outbox)).toEqual(upTo(count));
    },
    { timeoutMs: 40_000, everyMs: 200 },
  );

/** An outbox whose relay breaks off at a place. */
class BrokenOutbox extends Outbox {
  breaks = 0;
  constructor(
    name: string,
    private readonly times: number,
  ) {
    super(name);
  }
  override async markSent(on: Pool, position: number): Promise<void> {
    if (this.breaks++ < this.times) throw new Error('killed between publishing and marking');
    await super.markSent(on, position);
  }
}

test('broken off between publishing and marking, again and again, it doubles and loses nothing', async () => {
  const outbox = new BrokenOutbox('broken', 3);
  await append(outbox, 45);
  relay(outbox);
  await allPublished(outbox, 45);
  expect(outbox.breaks).toBeGreaterThan(3);
}, 60_000);

test('a relay that stalls and wakes up after another took over is fenced', async () => {
  let stalled: () => void = () => undefined;
  let wakeUp: () => void = () => undefined;
  const stall = new Promise<void>((resolve) => (stalled = resolve));
  const awake = new Promise<void>((resolve) => (wakeUp = resolve));
  class StallingOutbox extends Outbox {
    private first = true;
    override async waiting(...args: Parameters<Outbox['waiting']>): Promise<WaitingRecord[]> {
      const records = await super.waiting(...args);
      if (records.length > 0 && this.first) {
        this.first = false;
        stalled();
        await awake; // these records are about to be published, long after somebody else did
      }
      return records;
    }
  }
  const outbox = new StallingOutbox('stalling');
  await append(outbox, 20);
  relay(outbox, { withoutLock: true });
  await stall;
  const second = relay(new Outbox('stalling'), { withoutLock: true, metrics: bareMetrics() });
  await allPublished(outbox, 20);
  wakeUp();
  await eventually(
    async () => expect(await metrics.registry.metrics()).toMatch(/relay_restarts_total\{outbox="stalling"\} [1-9]/),
    { timeoutMs: 20_000 },
  );
  await second.stop();
  await append(outbox, 5);
  await allPublished(outbox, 25);
}, 90_000);

test('started anew it continues, also where nothing was ever marked', async () => {
  const outbox = new Outbox('anew');
  await append(outbox, 12);
  const first = relay(outbox);
  await allPublished(outbox, 12);
  await first.stop();
  await pool.query(`update outbox_position set sent_position = 0 where outbox = 'anew'`);
  await append(outbox, 3);
  relay(outbox);
  await allPublished(outbox, 15);
}, 60_000);
