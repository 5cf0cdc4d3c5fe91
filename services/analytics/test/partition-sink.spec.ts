import fc from 'fast-check';
import type { Cell } from '@ratestream/clickhouse';
import type { Intent, IntentStore } from '../src/sink/intent.store.js';
import { LostPartitionError } from '../src/sink/intent.store.js';
import { PartitionSink } from '../src/sink/partition-sink.js';
import type { SinkRecord } from '../src/sink/partition-sink.js';
import type { Warehouse } from '../src/sink/warehouse.js';

/** PostgreSQL’s row, with its guards. */
class FakeIntents implements IntentStore {
  row: Intent = { from: 0, to: 0, confirmed: true, epoch: 0 };

  claim(): Promise<Intent> {
    this.row = { ...this.row, epoch: this.row.epoch + 1 };
    return Promise.resolve(this.row);
  }

  async begin(_: number, epoch: number, from: number, to: number): Promise<void> {
    if (this.row.epoch !== epoch || this.row.to !== from || !this.row.confirmed) throw new LostPartitionError();
    this.row = { epoch, from, to, confirmed: false };
  }

  async check(_: number, epoch: number): Promise<void> {
    if (this.row.epoch !== epoch) throw new LostPartitionError();
  }

  confirm(_: number, epoch: number, to: number): Promise<void> {
    if (this.row.epoch === epoch && this.row.to === to) this.row = { ...this.row, confirmed: true };
    return Promise.resolve();
  }
}

type Fault = 'none' | 'before' | 'after' | 'token-only';

/** ClickHouse’s table and its memory of tokens; each insert may end in a fault of its own. */
class FakeWarehouse implements Warehouse {
  rows: Cell[][] = [];
  readonly tokens = new Set<string>();
  faults: Fault[] = [];

  keysIn(_: number, from: number, to: number): Promise<[number, number][]> {
    const keys = this.rows.map((row) => [row[1] as number, row[2] as number] as [number, number]);
    return Promise.resolve(keys.filter(([offset]) => offset >= from && offset < to));
  }

  async insert(rows: readonly Cell[][], token: string): Promise<void> {
    const fault = this.faults.shift() ?? 'none';
    if (fault === 'before') throw new Error('no answer, nothing written');
    const known = this.tokens.has(token);
    this.tokens.add(token);
    if (fault === 'token-only') throw new Error('killed between the token and the rows');
    if (!known) this.rows.push(...rows);
    if (fault === 'after') throw new Error('no answer, all written');
  }

  keys(): string[] {
    return this.rows.map((row) => `${row[1] as number}/${row[2] as number}`);
  }
}

const record = (offset: number, legs = 2, month = 1): SinkRecord => ({
  offset,
  month,
  rows: Array.from({ length: legs }, (_, leg) => [0, offset, leg]),
});
const topic = (count: number): SinkRecord[] =>
  Array.from({ length: count }, (_, i) => record(i * 2 + (i % 5 === 0 ? 1 : 0), 1 + (i % 3)));
const expected = (records: readonly SinkRecord[]): string[] =>
  records.flatMap((r) => r.rows.map((row) => `${row[1] as number}/${row[2] as number}`)).sort();

function setUp(maxRows = 10): { intents: FakeIntents; warehouse: FakeWarehouse; sink(): PartitionSink } {
  const intents = new FakeIntents();
  const warehouse = new FakeWarehouse();
  return { intents, warehouse, sink: () => new PartitionSink(0, intents, warehouse, maxRows) };
}

test('ranges follow one another and cut at the row limit and at the month', async () => {
  const { warehouse, sink } = setUp(4);
  const one = sink();
  expect(await one.claim()).toBe(0);
  const written = await one.write([record(5), record(6), record(7), record(9, 2, 2), record(10, 9, 2)]);
  expect(written.map(({ from, to, rows }) => [from, to, rows])).toEqual([
    [0, 7, 4],
    [7, 8, 2],
    [8, 10, 2],
    [10, 11, 9],
  ]);
  expect([...warehouse.tokens]).toEqual(['rated-0:0-7', 'rated-0:7-8', 'rated-0:8-10', 'rated-0:10-11']);
  expect(await sink().claim()).toBe(11);
});

test('an insert whose answer was lost is read again, counted and not sent again', async () => {
  const { warehouse, intents, sink } = setUp();
  warehouse.faults = ['after'];
  const first = sink();
  await first.claim();
  await expect(first.write([record(3), record(4)])).rejects.toThrow('all written');
  const second = sink();
  expect(await second.claim()).toBe(0);
  expect(await second.write([record(3)])).toEqual([]);
  expect(await second.write([record(4), record(6)])).toEqual([
    { from: 0, to: 5, rows: 4, healed: 0 },
    { from: 5, to: 7, rows: 2, healed: 0 },
  ]);
  expect(warehouse.keys()).toEqual(['3/0', '3/1', '4/0', '4/1', '6/0', '6/1']);
  expect(intents.row).toEqual({ epoch: 2, from: 5, to: 7, confirmed: true });
});

test('a store that kept the token and lost the rows gets them under another token', async () => {
  const { warehouse, sink } = setUp();
  warehouse.faults = ['token-only'];
  const first = sink();
  await first.claim();
  await expect(first.write([record(1)])).rejects.toThrow('killed');
  const second = sink();
  await second.claim();
  expect(await second.write([record(1)])).toEqual([{ from: 0, to: 2, rows: 2, healed: 2 }]);
  expect(warehouse.keys()).toEqual(['1/0', '1/1']);
});

test('an owner that was replaced writes nothing, and its late insert changes nothing', async () => {
  const { warehouse, sink } = setUp();
  const old = sink();
  await old.claim();
  let wake = (): void => undefined;
  const frozen = new Promise<void>((resolve) => (wake = resolve));
  const insert = warehouse.insert.bind(warehouse);
  warehouse.insert = async (rows, token) => {
    warehouse.insert = insert;
    await frozen;
    await insert(rows, token);
  };
  const late = old.write([record(1), record(2)]);
  const fresh = sink();
  expect(await fresh.claim()).toBe(0);
  await fresh.write([record(1), record(2), record(3)]);
  wake();
  await late;
  await expect(old.write([record(3)])).rejects.toThrow(LostPartitionError);
  expect(warehouse.keys()).toEqual(expected([record(1), record(2), record(3)]));
});

test('whatever fails whenever, and however the topic is cut into batches: every row once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.constantFrom<Fault>('none', 'none', 'before', 'after', 'token-only'), { maxLength: 40 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      fc.integer({ min: 1, max: 12 }),
      async (count, faults, sizes, maxRows) => {
        const { warehouse, sink } = setUp(maxRows);
        warehouse.faults = [...faults];
        const records = topic(count);
        for (let attempts = 0; attempts < 200; attempts++) {
          const owner = sink();
          let next = await owner.claim();
          try {
            for (;;) {
              const from = next;
              const batch = records.filter((r) => r.offset >= from).slice(0, sizes.next().value as number);
              if (batch.length === 0) break;
              await owner.write(batch);
              next = (batch.at(-1) as SinkRecord).offset + 1;
            }
            break;
          } catch {
            // killed: the next owner starts over
          }
        }
        expect(warehouse.keys().sort()).toEqual(expected(records));
      },
    ),
    { numRuns: 300 },
  );
});
