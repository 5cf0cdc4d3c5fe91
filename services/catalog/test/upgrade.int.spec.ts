import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, migrate, type Pool } from '@ratestream/postgres';
import { isolated } from '@ratestream/testing';
import { findManual, listManual } from '../src/fx/manual-rates.store.js';
import { findNotice, listNotices, plannedRuns, toldAccounts } from '../src/notices/notice-store.js';

const MIGRATIONS = join(import.meta.dirname, '..', 'migrations');
const RATES = '00000000-0000-4000-8000-000000000001';
const NOTICE = '00000000-0000-4000-8000-000000000002';
const NOBODY = { cardId: null, accountId: null, seen: null };

let pool: Pool;

beforeAll(async () => {
  const corner = await isolated({ services: ['catalog'], topics: false });
  pool = createPool(corner.databaseUrl('catalog'), { maxConnections: 4 });
  const earlier = mkdtempSync(join(tmpdir(), 'ratestream-migrations-'));
  for (const file of readdirSync(MIGRATIONS).filter((name) => name < '007'))
    cpSync(join(MIGRATIONS, file), join(earlier, file));
  await migrate(pool, earlier, 'catalog');
  rmSync(earlier, { recursive: true });
  const days = ['2026-04-13', '2026-04-10'].map((date) => ({ date, publishedAt: 7, rates: { USD: '1.17' } }));
  await pool.query(
    `insert into manual_fx_rates (id, source, base, days, note, status, staged_by, staged_at)
     values ($1, 'desk', 'EUR', $2, 'by mail', 'staged', 'alice', 5)`,
    [RATES, JSON.stringify(days)],
  );
  // One of two accounts was told of version 2 when the process stopped; everybody of version 1.
  await pool.query(
    `insert into notice_run (card_id, version, base_version, status, effective_from, planned_at, issued_at, approved_by)
     values ('gold', 1, null, 'issued', 10, 1, 2, 'bob'), ('gold', 2, 1, 'planned', 20, 3, null, 'bob')`,
  );
  await pool.query(
    `insert into notice (id, card_id, version, account_id, issued_at)
     values ($1, 'gold', 1, 'acme', 2), (gen_random_uuid(), 'gold', 2, 'acme', 4)`,
    [NOTICE],
  );
  await migrate(pool, MIGRATIONS, 'catalog');
}, 120_000);
afterAll(() => pool.end());

test('rates by hand that wait keep waiting, and the list says which days they are of', async () => {
  const summary = { id: RATES, status: 'staged', dayCount: 2, firstDate: '2026-04-10', lastDate: '2026-04-13' };
  expect(await listManual(pool, 10, null, null)).toMatchObject([summary]);
  expect(await findManual(pool, RATES)).toMatchObject({ ...summary, days: [{ date: '2026-04-13' }, {}] });
});

test('notices stay what they were, and a run that was cut off tells the others alone', async () => {
  expect(await findNotice(pool, NOTICE)).toMatchObject({
    accountId: 'acme',
    run: { kind: 'prices', cardId: 'gold', version: 1, baseVersion: null, terms: null, accounts: null },
  });
  expect(await listNotices(pool, NOBODY, 10, null)).toMatchObject([{ run: { version: 2 } }, { run: { version: 1 } }]);
  const runs = [];
  for await (const run of plannedRuns(pool)) runs.push([run.version, [...(await toldAccounts(pool, run))]]);
  expect(runs).toEqual([[2, ['acme']]]);
});
