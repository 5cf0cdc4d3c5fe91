import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Pool } from '@ratestream/postgres';
import { eventually } from '@ratestream/testing';
import type { DerivedParts } from '../src/derived/make-derived.js';
import { caller, emptyDatabase, startApp } from './harness.js';

// The machine may be busy with other suites.
jest.setTimeout(60_000);

const GATE = 4_711;
const RATES = 'country,price,unit\nGB,0.05,part\nDE,0.06,part\n';
const LAYOUT = { country: { column: 'country' }, price: { column: 'price' }, currency: { fixed: 'EUR' } };

let pool: Pool;
let app: NestFastifyApplication;
let derived: DerivedParts;
let call: ReturnType<typeof caller>;

beforeAll(async () => {
  pool = await emptyDatabase();
  ({ app, derived } = await startApp(pool, undefined, { bulkWaitMs: 0 }));
  call = caller(app);
  for (const id of ['buy', 'plain']) await made('/rate-cards', { id, name: id, side: 'buy', currency: 'EUR' });
  const markup = { percent: '10', fixed: '0', floor: null, ceiling: null };
  const derivation = { fromCardId: 'buy', markup, groups: [], rounding: { mode: 'half_even', places: 4 } };
  await made('/rate-cards', { id: 'follows', name: 'follows', side: 'sell', derivation });
  await made('/rate-cards', { id: 'target', name: 'target', side: 'sell' });
  await made('/rate-cards/plain/versions', RATES);
  // Every piece of an import that is stored waits for the gate.
  await pool.query(`create function wait() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(${GATE}); return new; end $$`);
  await pool.query('create trigger wait before insert on rate_import_chunk for each row execute function wait()');
  // Beats come when the test says so; all other time is real.
  jest.useFakeTimers({
    doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate']
      .concat(['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame'])
      .concat(['requestIdleCallback', 'cancelIdleCallback']) as 'Date'[],
  });
}, 120_000);
afterAll(async () => {
  jest.useRealTimers();
  await app.close();
  await pool.end();
});

async function made(path: string, body: unknown): Promise<string> {
  const { status, text, body: answer } = await call('POST', path, body);
  expect([path, status, text]).toEqual([path, 201, expect.anything()]);
  return String(answer['id']);
}

const sources: [source: string, card: string, message: string, start: () => Promise<unknown>][] = [
  [
    'sheet',
    'plain',
    'upload it again',
    () => call('POST', `/rate-cards/plain/imports?mapping=${encodeURIComponent(JSON.stringify(LAYOUT))}`, RATES),
  ],
  [
    'bulk',
    'plain',
    'make the change again',
    () => call('POST', '/bulk-changes', { cards: { ids: ['plain'] }, select: {}, change: { percent: '5' } }),
  ],
  [
    'derived',
    'follows',
    'computed again by itself',
    async () => {
      await made('/rate-cards/buy/versions', RATES);
      await derived.follower.look();
    },
  ],
  [
    'offer',
    'target',
    'stage it again',
    async () => {
      const id = await made('/offers', {
        name: 'offer',
        currency: 'EUR',
        from: {},
        markup: { percent: '10', fixed: '0' },
        targetCardId: 'target',
      });
      return call('POST', `/offers/${id}/stage`, {});
    },
  ],
];

describe.each(sources)('%s', (source, card, message, start) => {
  test('that takes long is not taken for dead while it lives', async () => {
    const { id, open } = await begun();
    await silentForAnHour(id);
    jest.advanceTimersByTime(10_000);
    await eventually(async () => expect(await touchedLately(id)).toBe(true));
    expect((await call('GET', `/rate-cards/${card}/imports/${id}`)).body).toMatchObject({ status: 'reading' });
    await open();
    await eventually(async () => expect(await imported(id)).toMatchObject({ status: 'staged' }));
  });

  test('that died says what to do, and nothing of it stays; what the follower had begun it does again', async () => {
    const { id, open } = await begun();
    await silentForAnHour(id);
    const { body } = await call('GET', `/rate-cards/${card}/imports/${id}`);
    expect(body).toMatchObject({ source, status: 'failed', fault: { code: 'interrupted' } });
    expect((body['fault'] as unknown as { message: string }).message).toContain(message);
    await open();
    if (source === 'derived') {
      await derived.follower.look();
      expect(await imported(id)).toMatchObject({ status: 'staged' });
    } else await eventually(async () => expect(await imported(id)).toMatchObject({ status: 'failed', chunks: '0' }));
  });

  if (source === 'bulk')
    test('whose change was taken for dead between two cards leaves nothing staged', async () => {
      const { id, open } = await begun();
      await pool.query(`update bulk_change set status = 'failed' where status = 'staging'`);
      await open();
      await eventually(async () => expect(await imported(id)).toMatchObject({ status: 'failed', chunks: '0' }));
    });

  /** Begins, and ends when its pieces begin to be stored. `open` lets them pass, and waits for the end. */
  async function begun(): Promise<{ id: string; open: () => Promise<void> }> {
    const gate = await pool.connect();
    await gate.query(`select pg_advisory_lock(${GATE})`);
    const work = start().catch(() => undefined);
    await eventually(async () => {
      const { rows } = await pool.query(
        `select 1 from pg_locks join pg_database on pg_database.oid = database and datname = current_database()
         where locktype = 'advisory' and objid = ${GATE} and not granted`,
      );
      expect(rows).toHaveLength(1);
    });
    const { rows } = await pool.query<{ id: string }>(`select id from rate_import where status = 'reading'`);
    expect(rows).toHaveLength(1);
    return {
      id: rows[0]?.id ?? '',
      open: async () => {
        await gate.query(`select pg_advisory_unlock(${GATE})`);
        gate.release();
        await work;
        await eventually(async () =>
          expect((await pool.query(`select 1 from rate_import where status = 'reading'`)).rows).toEqual([]),
        );
      },
    };
  }
});

async function silentForAnHour(id: string): Promise<void> {
  await pool.query(`update rate_import set touched_at = now() - interval '1 hour' where id = $1`, [id]);
}

async function touchedLately(id: string): Promise<boolean> {
  const { rows } = await pool.query<{ lately: boolean }>(
    `select touched_at > now() - interval '1 minute' as lately from rate_import where id = $1`,
    [id],
  );
  return rows[0]?.lately ?? false;
}

async function imported(id: string): Promise<unknown> {
  const { rows } = await pool.query(
    `select status, (select count(*) from rate_import_chunk where import_id = id)::text as chunks from rate_import where id = $1`,
    [id],
  );
  return rows[0];
}
