import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { createClickHouseDatabase, startStack, type Stack } from '../src/index.js';

const QUOTED = { output_format_json_quote_decimals: 1, output_format_json_quote_64bit_integers: 1 } as const;

describe('the HTTP front of the embedded ClickHouse, asked by the real client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratestream-front-'));
  let stack: Stack;
  let client: ClickHouseClient;

  beforeAll(async () => {
    stack = await startStack({ folder, parts: ['clickhouse'] });
    await createClickHouseDatabase(stack.addresses.clickhouseUrl, 'books');
    client = createClient({
      url: stack.addresses.clickhouseUrl,
      database: 'books',
      compression: { request: true, response: true },
      log: { level: ClickHouseLogLevel.OFF }, // what it would print are the errors that this test asks for
    });
    await client.command({
      query: `CREATE TABLE legs (id UInt64, account String, amount Decimal(38, 9))
              ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 1000`,
    });
  }, 60_000);

  afterAll(async () => {
    await client.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const legs = (from: number, count: number): object[] =>
    Array.from({ length: count }, (_, i) => ({ id: from + i, account: `a${i % 7}`, amount: '0.000000001' }));
  const insert = (values: object[], token: string): Promise<unknown> =>
    client.insert({
      table: 'legs',
      values,
      format: 'JSONEachRow',
      clickhouse_settings: { insert_deduplication_token: token },
    });
  const rows = async <T>(query: string, options: object = {}): Promise<T[]> => {
    const answer = await client.query({ query, format: 'JSONEachRow', ...options });
    return answer.json<T>();
  };

  test('answers a ping', async () => {
    expect(await client.ping()).toEqual({ success: true });
  });

  test('takes a batch once per deduplication token, however often it is sent', async () => {
    for (let i = 0; i < 3; i++) await insert(legs(1, 5_000), 'rated-0:0-4999');
    expect(await rows('SELECT toUInt32(count()) AS n FROM legs')).toEqual([{ n: 5_000 }]);
    await insert(legs(1, 5_000), 'rated-0:5000-9999'); // the same rows under another token are other rows
    expect(await rows('SELECT toUInt32(count()) AS n FROM legs')).toEqual([{ n: 10_000 }]);
    await client.command({ query: 'TRUNCATE TABLE legs' });
  });

  test('sends decimals and 64-bit integers as strings where asked, and the setting does not show in the next answer', async () => {
    await insert([{ id: '18446744073709551615', account: 'a', amount: '12345678901234567890.123456789' }], 'exact');
    const asked = 'SELECT id, amount FROM legs WHERE id = 18446744073709551615';
    expect(await rows(asked, { clickhouse_settings: QUOTED })).toEqual([
      { id: '18446744073709551615', amount: '12345678901234567890.123456789' },
    ]);
    const unquoted = await rows<{ amount: unknown }>(asked);
    expect(typeof unquoted[0]?.amount).toBe('number');
  });

  test('a setting of a failed statement does not show in the next answer either', async () => {
    const failing = client.query({ query: 'SELECT nonsense', clickhouse_settings: { ...QUOTED, max_threads: 1 } });
    await expect(failing).rejects.toMatchObject({ code: '47', type: 'UNKNOWN_IDENTIFIER' });
    for (let i = 0; i < 8; i++)
      expect(await rows("SELECT getSetting('max_threads') = 1 AS kept")).toEqual([{ kept: 0 }]);
  });

  test('binds parameters, hostile text and lists included', async () => {
    const text = "O'Brien\\ \t\n'); DROP TABLE legs; -- €";
    const [row] = await rows(
      'SELECT {text:String} AS text, {list:Array(String)} AS list, {n:Nullable(UInt8)} AS n, {at:DateTime64(3)} AS at',
      {
        query_params: { text, list: ["a'b", 'c\\d', ''], n: null, at: '2026-05-01 12:00:00.123' },
      },
    );
    expect(row).toEqual({ text, list: ["a'b", 'c\\d', ''], n: null, at: '2026-05-01 12:00:00.123' });
  });

  test('a placeholder without a value is refused, even when an earlier request gave one', async () => {
    await Promise.all(
      Array.from({ length: 8 }, () => rows('SELECT {who:String} AS who', { query_params: { who: 'me' } })),
    );
    await expect(rows('SELECT {who:String} AS who')).rejects.toMatchObject({ code: '456' });
  });

  test('names ClickHouse’s own error', async () => {
    await expect(rows('SELECT * FROM nowhere')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' });
    await expect(rows('SELEKT 1')).rejects.toMatchObject({ code: '62', type: 'SYNTAX_ERROR' });
    await expect(rows('SELECT 1', { clickhouse_settings: { no_such_setting: 1 } })).rejects.toMatchObject({
      code: '115',
    });
    await expect(client.insert({ table: 'legs', values: [{ id: 'x' }], format: 'JSONEachRow' })).rejects.toMatchObject({
      code: '27',
    });
  });

  test('answers large results, compressed', async () => {
    const numbers = await rows<{ n: number }>('SELECT toUInt32(number) AS n FROM numbers(200000)');
    expect(numbers).toHaveLength(200_000);
    expect(numbers.at(-1)).toEqual({ n: 199_999 });
  });

  test('each request says its database', async () => {
    const elsewhere = createClient({ url: stack.addresses.clickhouseUrl });
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const from = i % 2 === 0 ? client : elsewhere;
        const [row] = await (
          await from.query({ query: 'SELECT currentDatabase() AS db', format: 'JSONEachRow' })
        ).json<{ db: string }>();
        return row?.db;
      }),
    );
    await elsewhere.close();
    expect(answers).toEqual(answers.map((_, i) => (i % 2 === 0 ? 'books' : 'default')));
  });

  test('refuses a binary row format in one clear sentence', async () => {
    const response = await fetch(
      `${stack.addresses.clickhouseUrl}/?query=${encodeURIComponent('INSERT INTO legs FORMAT RowBinary')}`,
      {
        method: 'POST',
        body: Buffer.from([1, 2, 3]),
      },
    );
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/format RowBinary.*text format such as JSONEachRow/);
  });

  test('keeps what it acknowledged when its process is killed', async () => {
    await insert(legs(1_000_000, 1_000), 'before the kill');
    await stack.kill('clickhouse');
    await stack.waitReady('clickhouse');
    await insert(legs(1_000_000, 1_000), 'before the kill');
    expect(await rows('SELECT toUInt32(count()) AS n FROM legs WHERE id >= 1000000 AND id < 2000000')).toEqual([
      { n: 1_000 },
    ]);
  }, 30_000);
});
