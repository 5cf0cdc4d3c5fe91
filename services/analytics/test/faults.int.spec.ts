import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClickHouse } from '@ratestream/clickhouse';
import type { ClickHouse } from '@ratestream/clickhouse';
import { sampleRated } from '@ratestream/events';
import { createPool, migrate } from '@ratestream/postgres';
import type { Pool } from '@ratestream/postgres';
import { createDatabases, startStack } from '@ratestream/stack-local';
import type { Stack } from '@ratestream/stack-local';
import { createIntentStore } from '../src/sink/intent.store.js';
import { PartitionSink } from '../src/sink/partition-sink.js';
import type { SinkRecord } from '../src/sink/partition-sink.js';
import { sinkRecord } from '../src/sink/rated-sink.js';
import { createWarehouse } from '../src/sink/warehouse.js';

// Stores of its own: these are killed.
let folder: string;
let stack: Stack;
let pool: Pool;
let clickHouse: ClickHouse;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ratestream-sink-faults-'));
  stack = await startStack({ folder, ports: 'free', parts: ['postgres', 'clickhouse'] });
  await createDatabases(stack.addresses.postgresUrl, ['analytics']);
  pool = createPool(`${stack.addresses.postgresUrl}/analytics`, { maxConnections: 8 });
  await migrate(pool, join(import.meta.dirname, '../migrations'), 'analytics');
  clickHouse = createClickHouse({ url: stack.addresses.clickhouseUrl, database: 'faults' });
  await clickHouse.migrate(join(import.meta.dirname, '../../../schemas/clickhouse'));
}, 180_000);
afterAll(async () => {
  over = true;
  await pool?.end();
  await clickHouse?.close();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const RECORDS = 8_000;
const BATCH = 100;
const KILLS = 4;
const ratedAt = Date.now() * 1_000;
let over = false;

function batch(partition: number, from: number): SinkRecord[] {
  const count = Math.min(BATCH, RECORDS - from);
  return Array.from({ length: count }, (_, i) =>
    sinkRecord(partition, from + i, sampleRated({ ratedAt, messageId: `m${from + i}` })),
  );
}

/** One partition's sink with its restarts: forget everything after an error, and claim again. */
async function run(partition: number): Promise<number> {
  let restarts = 0;
  for (;;) {
    const sink = new PartitionSink(partition, createIntentStore(pool), createWarehouse(clickHouse), 1_000);
    try {
      for (let next = await sink.claim(); next < RECORDS; next += BATCH) {
        await sink.write(batch(partition, next));
        await sleep(5);
      }
      return restarts;
    } catch (error) {
      if (over) throw error;
      restarts += 1;
      await sleep(200);
    }
  }
}

test('ClickHouse is killed again and again while three partitions write: every row once, sums and projections exact', async () => {
  const work = Promise.all([0, 1, 2].map(run));
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(400 + kill * 130);
    await stack.halt('clickhouse', 'SIGKILL');
    await stack.start('clickhouse');
  }
  const restarts = await work;
  expect(Math.min(...restarts)).toBeGreaterThan(0);
  const rows = RECORDS * 3 * 3;
  const ask = (sql: string, settings = ''): Promise<unknown[]> => clickHouse.query(`${sql} ${settings}`);
  expect(await ask('SELECT count() AS n, uniqExact(partition, offset, leg) AS u FROM rated_legs')).toEqual([
    { n: String(rows), u: String(rows) },
  ]);
  const sum = ((RECORDS * 3 * 210) / 1_000).toString();
  expect(await ask('SELECT sum(amount) AS total FROM rated_legs WHERE partition < 10 AND offset >= 0')).toEqual([
    { total: sum },
  ]);
  expect(await ask('SELECT sum(amount) AS amount, sum(legs) AS legs FROM margin_daily')).toEqual([
    { amount: sum, legs: String(rows) },
  ]);
}, 180_000);
