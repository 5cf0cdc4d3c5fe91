import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  LostOffsetError,
  advanceOffset,
  createPool,
  isRetriable,
  migrate,
  readOffset,
  transaction,
  type Pool,
} from '../src/index.js';
import { startPostgres, type Server } from './database.js';

let server: Server;
let pool: Pool;
let dir: string;

const file = (name: string, sql: string): void => writeFileSync(join(dir, name), sql);

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(async () => {
  await server.stop();
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ratestream-migrations-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

describe('types', () => {
  beforeAll(async () => {
    pool = await server.database('types');
  });

  test('amounts and 64-bit integers come back as text, to the last digit, in arrays too', async () => {
    const { rows } = await pool.query(
      `select 12345678901234567890123456789.123456789::numeric(38,9) as amount, 9223372036854775807::bigint as big,
              array[0.1, 12345678901234567.123456789]::numeric[] as amounts, array[9223372036854775807]::bigint[] as bigs`,
    );
    expect(rows[0]).toEqual({
      amount: '12345678901234567890123456789.123456789',
      big: '9223372036854775807',
      amounts: ['0.1', '12345678901234567.123456789'],
      bigs: ['9223372036854775807'],
    });
  });

  test('sessions speak UTC', async () => {
    expect((await pool.query<{ TimeZone: string }>('show timezone')).rows[0]?.TimeZone).toBe('UTC');
  });

  test('a server without TLS is refused where TLS is required', async () => {
    const secure = createPool(server.url('types'), { tls: 'require' });
    await expect(secure.query('select 1')).rejects.toThrow('does not support SSL');
    await secure.end();
  });
});

describe('migrations', () => {
  test('apply once, in order, and again nothing', async () => {
    pool = await server.database('order');
    file('001_accounts.sql', 'create table account (id text primary key);');
    file('002_balance.sql', 'alter table account add column balance numeric(38,9) not null default 0;');
    expect(await migrate(pool, dir, 'demo')).toEqual([
      'ratestream/001_offsets_and_outbox.sql',
      'demo/001_accounts.sql',
      'demo/002_balance.sql',
    ]);
    expect(await migrate(pool, dir, 'demo')).toEqual([]);
    await pool.query('select balance from account');
  });

  test('two processes at once migrate one after the other', async () => {
    pool = await server.database('twice');
    file('001_slow.sql', 'select pg_sleep(0.2); create table slow (id integer);');
    const applied = await Promise.all([migrate(pool, dir, 'demo'), migrate(pool, dir, 'demo')]);
    expect(applied.flat().filter((name) => name === 'demo/001_slow.sql')).toHaveLength(1);
  });

  test('a file changed after it was applied is refused, and nothing new is applied', async () => {
    pool = await server.database('changed');
    file('001_a.sql', 'create table a (id integer);');
    await migrate(pool, dir, 'demo');
    file('001_a.sql', 'create table a (id bigint);');
    file('002_b.sql', 'create table b (id integer);');
    await expect(migrate(pool, dir, 'demo')).rejects.toThrow('001_a.sql was changed after it was applied');
    await expect(pool.query('select * from b')).rejects.toThrow('does not exist');
  });

  test('a database newer than the code is refused', async () => {
    pool = await server.database('newer');
    file('001_a.sql', 'select 1;');
    file('002_b.sql', 'select 1;');
    await migrate(pool, dir, 'demo');
    rmSync(join(dir, '002_b.sql'));
    await expect(migrate(pool, dir, 'demo')).rejects.toThrow('older than its database');
  });

  test.each([
    ['a gap', ['001_a.sql', '003_c.sql']],
    ['a doubled number', ['001_a.sql', '001_b.sql']],
    ['no number', ['accounts.sql']],
  ])('%s in the numbers is refused', async (_what, names) => {
    pool = await server.database('numbers');
    for (const name of names) file(name, 'select 1;');
    await expect(migrate(pool, dir, 'demo')).rejects.toThrow('expected number');
  });

  test('a file that fails leaves nothing of itself behind', async () => {
    pool = await server.database('fails');
    file('001_a.sql', 'create table half (id integer); select 1/0;');
    await expect(migrate(pool, dir, 'demo')).rejects.toThrow('001_a.sql failed: division by zero');
    await expect(pool.query('select * from half')).rejects.toThrow('does not exist');
  });
});

describe('offsets and transactions', () => {
  const position = { consumer: 'demo.ledger', topic: 'rated', partition: 3 };
  beforeAll(async () => {
    pool = await server.database('offsets');
    const empty = mkdtempSync(join(tmpdir(), 'ratestream-none-'));
    await migrate(pool, empty, 'demo');
    await pool.query('create table booking (id integer generated always as identity, amount numeric)');
  });
  beforeEach(async () => {
    await pool.query('truncate consumer_offset, booking');
  });

  const bookings = async (): Promise<number> =>
    Number((await pool.query<{ n: string }>('select count(*) as n from booking')).rows[0]?.n);
  const book = (from: number | null, to: number, holdMs = 0) =>
    transaction(pool, async (tx) => {
      await advanceOffset(tx, { ...position, from, to });
      await tx.query('insert into booking (amount) values (1)');
      if (holdMs > 0) await new Promise((resolve) => setTimeout(resolve, holdMs));
    });

  test('a reader without a stored offset has none, and moves from there', async () => {
    expect(await readOffset(pool, position)).toBeNull();
    await book(null, 10);
    await book(10, 25);
    expect(await readOffset(pool, position)).toBe(25);
    expect(await readOffset(pool, { ...position, partition: 4 })).toBeNull();
  });

  test.each([
    ['the first batch', null, 5],
    ['a later batch', 5, 9],
  ])('of two transactions on %s the loser fails whole', async (_what, from, to) => {
    if (from !== null) await book(null, from);
    const before = await bookings();
    const outcomes = await Promise.allSettled([book(from, to, 100), book(from, to, 100)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    const loser = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(loser?.reason).toBeInstanceOf(LostOffsetError);
    expect(await bookings()).toBe(before + 1);
    expect(await readOffset(pool, position)).toBe(to);
  });

  test('an offset never goes back', async () => {
    await book(null, 5);
    await expect(book(5, 5)).rejects.toThrow(RangeError);
    await expect(book(3, 9)).rejects.toThrow(LostOffsetError);
    expect(await bookings()).toBe(1);
  });

  const clash = (serializationRetries: number) => {
    const run = () =>
      transaction(
        pool,
        async (tx) => {
          const { rows } = await tx.query<{ total: string | null }>('select sum(amount) as total from booking');
          await new Promise((resolve) => setTimeout(resolve, 50));
          await tx.query('insert into booking (amount) values ($1)', [Number(rows[0]?.total ?? 0) + 1]);
        },
        { isolation: 'serializable', serializationRetries },
      );
    return Promise.allSettled([run(), run()]);
  };

  test('a serialization failure is retried only when asked', async () => {
    const plain = await clash(0);
    const failed = plain.find((outcome) => outcome.status === 'rejected');
    expect(failed?.reason).toMatchObject({ code: '40001', retriable: true });
    expect((await clash(5)).map((outcome) => outcome.status)).toEqual(['fulfilled', 'fulfilled']);
  });

  test('a connection killed in a transaction fails it, and the pool goes on', async () => {
    const failure = await transaction(pool, async (tx) => {
      await tx.query('insert into booking (amount) values (1)');
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await tx.query('select 1');
    }).catch((error: unknown) => error);
    expect(isRetriable(failure)).toBe(true);
    expect(await bookings()).toBe(0);
  });

  test('a fault of ours is not retriable', async () => {
    const failure = await transaction(pool, (tx) => tx.query('selekt')).catch((error: unknown) => error);
    expect(isRetriable(failure)).toBe(false);
    expect(failure).not.toHaveProperty('retriable');
  });
});
