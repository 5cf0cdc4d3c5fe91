import { jest } from '@jest/globals';
import { sampleRated } from '@ratestream/events';
import { createIntentStore } from '../src/sink/intent.store.js';
import { PartitionSink } from '../src/sink/partition-sink.js';
import type { SinkRecord } from '../src/sink/partition-sink.js';
import { sinkRecord } from '../src/sink/rated-sink.js';
import { createSinkPositions } from '../src/sink/sink-positions.js';
import { createWarehouse } from '../src/sink/warehouse.js';
import type { Warehouse } from '../src/sink/warehouse.js';
import { openStores } from './support/stores.js';
import type { Stores } from './support/stores.js';

// The machine may be busy with other suites.
jest.setTimeout(60_000);

let stores: Stores;
beforeAll(async () => {
  stores = await openStores();
}, 180_000);
afterAll(() => stores.close());

let nextPartition = 0;
let partition: number;
beforeEach(() => {
  partition = nextPartition++;
});

function sink(change: Partial<Warehouse> = {}, maxRows = 1_000): PartitionSink {
  return new PartitionSink(
    partition,
    createIntentStore(stores.pool),
    { ...createWarehouse(stores.clickHouse), ...change },
    maxRows,
  );
}

function records(from: number, count: number, month = '2026-05'): SinkRecord[] {
  const ratedAt = Date.parse(`${month}-03T10:00:00Z`) * 1_000;
  return Array.from({ length: count }, (_, i) =>
    sinkRecord(partition, from + i, sampleRated({ ratedAt, ...(i % 7 === 3 ? { kind: 'noted', legs: [] } : {}) })),
  );
}

async function counted(): Promise<{ rows: number; unique: number; offsets: number; sum: string }> {
  const [row] = await stores.clickHouse.query<Record<string, string>>(
    `SELECT count() AS rows, uniqExact(offset, leg) AS unique, uniqExact(offset) AS offsets, sum(amount) AS sum
     FROM rated_legs WHERE partition = {partition:UInt16}`,
    { partition },
  );
  return {
    rows: Number(row?.['rows']),
    unique: Number(row?.['unique']),
    offsets: Number(row?.['offsets']),
    sum: row?.['sum'] ?? '',
  };
}

test('every leg is a row, an event without legs is one row, and the money is exact', async () => {
  const one = sink();
  await one.claim();
  await one.write(records(0, 14));
  // 12 events of three legs (0.084 + 0.07 + 0.056), 2 noted ones.
  expect(await counted()).toEqual({ rows: 38, unique: 38, offsets: 14, sum: '2.52' });
  expect((await createSinkPositions(stores.pool).read()).get(partition)).toBe(14);
});

test('killed after the insert and before its confirmation: the next owner counts and sends nothing', async () => {
  const real = createWarehouse(stores.clickHouse);
  const dying = sink({
    insert: async (rows, token) => {
      await real.insert(rows, token);
      throw new Error('killed');
    },
  });
  await dying.claim();
  await expect(dying.write(records(0, 5))).rejects.toThrow('killed');
  let inserts = 0;
  const next = sink({ insert: async (rows, token) => (inserts++, real.insert(rows, token)) });
  expect(await next.claim()).toBe(0);
  expect(await next.write(records(0, 5))).toEqual([{ from: 0, to: 5, rows: 13, healed: 0 }]);
  expect(inserts).toBe(0);
  expect(await counted()).toMatchObject({ rows: 13, unique: 13 });
});

test('killed before the insert arrived: the next owner sends it, and the late one changes nothing', async () => {
  const real = createWarehouse(stores.clickHouse);
  const late: (() => Promise<void>)[] = [];
  const frozen = sink({
    insert: (rows, token) => {
      late.push(() => real.insert(rows, token));
      return Promise.reject(new Error('frozen'));
    },
  });
  await frozen.claim();
  await expect(frozen.write(records(0, 5))).rejects.toThrow('frozen');
  const next = sink();
  await next.claim();
  expect(await next.write(records(0, 9))).toEqual([
    { from: 0, to: 5, rows: 13, healed: 13 },
    { from: 5, to: 9, rows: 12, healed: 0 },
  ]);
  for (const insert of late) await insert();
  expect(await counted()).toMatchObject({ rows: 25, unique: 25 });
});

test('of two owners the older one cannot even announce', async () => {
  const old = sink();
  await old.claim();
  await old.write(records(0, 3));
  const fresh = sink();
  await fresh.claim();
  await expect(old.write(records(3, 3))).rejects.toMatchObject({ name: 'LostPartitionError', retriable: true });
  await fresh.write(records(3, 2));
  expect(await counted()).toMatchObject({ offsets: 5, rows: 15, unique: 15 });
});

test('a range never spans a month of rating, so that each insert is one part', async () => {
  const one = sink();
  await one.claim();
  const written = await one.write([...records(0, 3, '2026-05'), ...records(3, 3, '2026-06')]);
  expect(written.map(({ from, to }) => [from, to])).toEqual([
    [0, 3],
    [3, 6],
  ]);
});

test('hostile instants are stored as they are and break no insert', async () => {
  const one = sink();
  await one.claim();
  const base = sampleRated();
  const far = [0, -1, 8_640_000_000_000_000, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];
  await one.write(
    far.map((billingTime, i) =>
      sinkRecord(
        partition,
        i,
        sampleRated({ rawAppendedAt: billingTime, legs: base.legs.map((leg) => ({ ...leg, billingTime })) }),
      ),
    ),
  );
  expect(await counted()).toMatchObject({ offsets: 5, rows: 15, unique: 15 });
});

test('the sums of margin and of blocks come from their projections', async () => {
  const explain = async (sql: string): Promise<string> =>
    (await stores.clickHouse.query<{ explain: string }>(`EXPLAIN ${sql}`)).map((row) => row.explain).join('\n');
  expect(
    await explain(
      "SELECT country, sum(reporting_amount) FROM rated_legs WHERE day >= '2026-01-01' AND payee = 'operator' GROUP BY country",
    ),
  ).toContain('ReadFromMergeTree (margin_by_currency)');
  expect(
    await explain(
      'SELECT intDiv(offset, 10000) AS block, sum(amount) FROM rated_legs WHERE partition = 0 GROUP BY block',
    ),
  ).toContain('ReadFromMergeTree (blocks_by_currency)');
  expect(await explain('SELECT kind, countIf(leg <= 0) FROM rated_legs GROUP BY kind')).toContain(
    'ReadFromMergeTree (minutes)',
  );
});
