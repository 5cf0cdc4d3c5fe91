import { jest } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isolated } from '@ratestream/testing';
import { createClickHouse, StoreError } from '../src/index.js';
import type { ClickHouse } from '../src/index.js';

// The machine may be busy with other suites.
jest.setTimeout(60_000);

let store: ClickHouse;
let folder: string;

beforeAll(async () => {
  const corner = await isolated({ services: [], topics: false });
  store = createClickHouse({ url: corner.clickhouseUrl, database: corner.clickhouseDatabase });
  folder = await mkdtemp(join(tmpdir(), 'ratestream-sql-'));
  await writeFile(
    join(folder, '001_money.sql'),
    '-- a comment; with a semicolon\nCREATE TABLE IF NOT EXISTS money (id UInt64, amount Decimal(38, 9), tags Array(String), note Nullable(String))\n' +
      'ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100;\n\n' +
      'CREATE VIEW IF NOT EXISTS sums AS SELECT sum(amount) AS total FROM money;\n',
  );
  expect(await store.migrate(folder)).toEqual(['001_money.sql']);
}, 180_000);
afterAll(() => store.close());

const COLUMNS = ['id', 'amount', 'tags', 'note'];
const insert = (rows: Parameters<ClickHouse['insert']>[2], deduplicationToken?: string): Promise<void> =>
  store.insert('money', COLUMNS, rows, {
    timeoutMs: 10_000,
    ...(deduplicationToken === undefined ? {} : { deduplicationToken }),
  });

test('money and 64-bit integers come back as they were written', async () => {
  const amount = '12345678901234567890123456789.123456789';
  await insert([['9007199254740993', amount, ['a', 'b\t\\\'"\n'], null]]);
  expect(await store.query('SELECT * FROM money WHERE id = {id:UInt64}', { id: '9007199254740993' })).toEqual([
    { id: '9007199254740993', amount, tags: ['a', 'b\t\\\'"\n'], note: null },
  ]);
  await insert([
    [2, '0.1', [], 'x'],
    [3, '0.2', [], 'y'],
  ]);
  expect(await store.query('SELECT sum(amount) AS total FROM money WHERE id < 10')).toEqual([{ total: '0.3' }]);
});

test('the same token writes once, another one again', async () => {
  const count = async (): Promise<unknown> =>
    (await store.query<{ n: string }>('SELECT count() AS n FROM money WHERE id = 77'))[0]?.n;
  await insert([[77, '1', [], null]], "it's token 1");
  await insert([[77, '1', [], null]], "it's token 1");
  expect(await count()).toBe('1');
  await insert([[77, '1', [], null]], "it's token 2");
  expect(await count()).toBe('2');
});

test('a migration is applied once, and never changed afterwards', async () => {
  expect(await store.migrate(folder)).toEqual([]);
  await writeFile(join(folder, '001_money.sql'), 'SELECT 1;\n');
  await expect(store.migrate(folder)).rejects.toThrow('was changed after it was applied');
});

test('what ClickHouse refuses has its number, and is known not to be done', async () => {
  const refused = await store.query('SELECT nothing FROM money').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StoreError);
  expect(refused).toMatchObject({ code: 47, outcomeUnknown: false });
  await expect(insert([['no number', '1', [], null]])).rejects.toMatchObject({ outcomeUnknown: false });
  await expect(store.insert('money; DROP TABLE money', [], [[1]], { timeoutMs: 1_000 })).rejects.toThrow(
    'is no identifier',
  );
});

test('an insert without an answer is given up in time, its outcome unknown', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const lost = createClickHouse({ url, database: 'x' });
  await expect(lost.insert('t', ['a'], [[1]], { timeoutMs: 300 })).rejects.toMatchObject({ outcomeUnknown: true });
  await lost.close();
  silent.closeAllConnections();
  silent.close();
  const gone = createClickHouse({ url, database: 'x' });
  await expect(gone.ping()).rejects.toMatchObject({ retriable: true });
  await gone.close();
}, 20_000);

test('a query that needs more memory or time than it may is refused', async () => {
  const many = 'SELECT groupArray(number) AS numbers FROM numbers(3000000)';
  const greedy = store.query(many, {}, { maxMemoryBytes: 1_000_000 });
  await expect(greedy).rejects.toMatchObject({ name: 'StoreError', code: 241 });
  const slow = store.query('SELECT max(sleepEachRow(1)) AS slept FROM numbers(3)', {}, { timeoutMs: 1_000 });
  await expect(slow).rejects.toBeInstanceOf(StoreError);
});
