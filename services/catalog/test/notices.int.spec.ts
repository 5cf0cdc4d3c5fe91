import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { inForce, OPERATOR, type Permission, type RateCard } from '@ratestream/catalog';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import { eventually } from '@ratestream/testing';
import exceljs from 'exceljs';
import { ratesOf } from '../src/imports/margin-cards.js';
import { noticeChanges } from '../src/notices/notice-changes.js';
import { NoticeIssuer } from '../src/notices/notice-issuer.js';
import type { NoticeTraffic } from '../src/notices/notice-traffic.js';
import { waitingLosses } from '../src/notices/waiting-losses.js';
import { readEvents } from '../src/store/event-store.js';
import {
  caller,
  emptyDatabase,
  issueKey,
  serdes,
  startApp,
  startProcess,
  type Answer,
  type Process,
} from './harness.js';

const DAY_MS = 86_400_000;
const MAPPING = {
  country: { column: 'country' },
  mcc: 'mcc',
  mnc: 'mnc',
  mncPadding: 'none',
  price: { column: 'price' },
  currency: { fixed: 'EUR' },
};
const FIRST = 'country,mcc,mnc,price\nGB,,,0.04\nGB,234,10,0.03\nDE,,,0.05\n';

let pool: Pool;
let app: NestFastifyApplication;
let process: Process;
let call: ReturnType<typeof caller>;
const as = (id: string): ReturnType<typeof caller> => caller(app, `rs_secret-of-${id}`);
const approve = (...request: Parameters<ReturnType<typeof caller>>): Promise<Answer> => as('approver')(...request);
const daysFromNow = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

async function made(path: string, body: unknown, by = call): Promise<void> {
  const { status, text } = await by('POST', path, body);
  expect([path, status, text]).toEqual([path, 201, expect.anything()]);
}

beforeAll(async () => {
  pool = await emptyDatabase();
  const started = await startApp(pool);
  ({ app } = started);
  process = started;
  call = caller(app);
  await made('/rate-cards', { id: 'retail', name: 'Retail', side: 'sell' });
  await made('/rate-cards/retail/versions', FIRST);
  await made('/rate-cards', { id: 'other', name: 'Other', side: 'sell' });
  await made('/rate-cards', { id: 'buy', name: 'Buy', side: 'buy' });
  await made('/plans', { id: 'plan', name: 'Plan', bindings: [{ cardId: 'retail' }] });
  await made('/plans', { id: 'elsewhere', name: 'Elsewhere', bindings: [{ cardId: 'other' }] });
  await process.commands.execute({
    command: { type: 'CreateRateGroup', id: 'group', body: { name: 'Group', planId: 'plan' } },
    authority: { scope: OPERATOR, permissions: ['admin'] },
    actor: 'test',
    expectedVersion: null,
    idempotency: null,
  });
  await made('/accounts', { id: 'direct', name: 'Direct', planId: 'plan' });
  await made('/accounts', { id: 'grouped', name: 'Grouped', rateGroupId: 'group' });
  await made('/accounts', { id: 'special', name: 'Special', planId: 'elsewhere', overrides: [{ cardId: 'retail' }] });
  await made('/accounts', { id: 'nobody', name: 'Nobody', planId: 'elsewhere' });
  await made('/accounts', { id: 'gone', name: 'Gone', planId: 'plan' });
  await made('/accounts', { id: 'reseller', name: 'Reseller', planId: 'plan' });
  await made('/accounts', { id: 'customer', name: 'Customer', parentId: 'reseller' });
  expect((await call('DELETE', '/accounts/gone')).status).toBe(200);
  const both: Permission[] = ['read', 'write'];
  for (const [id, scope] of [
    ['approver', OPERATOR],
    ['direct', 'direct'],
    ['nobody', 'nobody'],
    ['reseller', 'reseller'],
    ['reseller-approver', 'reseller'],
    ['customer', 'customer'],
  ] as const)
    await issueKey(process, id, { secret: `rs_secret-of-${id}`, scope, permissions: both });
  await made('/sheet-mappings', { id: 'plain', name: 'Plain', mapping: MAPPING });
}, 120_000);
afterAll(async () => {
  await app.close();
  await pool.end();
});

async function stage(cardId: string, csv: string, effectiveFrom: string | null, by = call): Promise<string> {
  const query = `mapping=${encodeURIComponent(JSON.stringify(MAPPING))}`;
  const when = effectiveFrom === null ? '' : `&effectiveFrom=${effectiveFrom}`;
  const answer = await by('POST', `/rate-cards/${cardId}/imports?${query}${when}`, csv);
  expect([answer.status, answer.text]).toEqual([201, expect.stringContaining('staged')]);
  return String(answer.body['id']);
}
const path = (id: string): string => `/rate-cards/retail/imports/${id}`;

interface Shown {
  id: string;
  accountId: string;
  version: number;
}
async function noticesOf(query: string, by = call): Promise<Shown[]> {
  const answer = await by('GET', `/notices?${query}`);
  expect(answer.status).toBe(200);
  return answer.body['items'] as unknown as Shown[];
}
const noticeEvents = async (): Promise<{ accountId: string; version: number }[]> =>
  (await readEvents(pool, 0, 100_000))
    .filter(({ type }) => type === 'NoticeIssued')
    .map(({ data }) => JSON.parse(data) as { accountId: string; version: number });

const DEARER = 'country,mcc,mnc,price\nGB,,,0.04\nGB,234,10,0.035\nDE,,,0.045\nFR,,,0.06\n';

test('increases that come too early are refused with the earliest instant; decreases alone are not', async () => {
  for (const instant of [null, daysFromNow(6.99)]) {
    const refused = await approve('POST', `${path(await stage('retail', DEARER, instant))}/approve`);
    expect([refused.status, refused.body['code']]).toEqual([422, 'notice_too_short']);
    const [, earliest = ''] = /take effect at (\S+) at the earliest/.exec(String(refused.body['detail'])) ?? [];
    expect(Math.abs(Date.parse(earliest) - Date.now() - 7 * DAY_MS)).toBeLessThan(60_000);
  }
  expect(await noticesOf('')).toEqual([]);
  const cheaper = await stage('retail', FIRST.replace('0.05', '0.049'), daysFromNow(1));
  expect((await approve('POST', `${path(cheaper)}/approve`)).status).toBe(201);
});

test('a dearer network under a wider rate counts as an increase, and so does a withdrawn cheap one', async () => {
  for (const sheet of [`${FIRST}DE,262,01,0.08\n`, 'country,mcc,mnc,price\nGB,,,0.04\nDE,,,0.05\n']) {
    const preview = await call('GET', `${path(await stage('retail', sheet, null))}/notice`);
    expect(preview.body).toMatchObject({ increases: 1, decreases: 0, tooEarly: true, noticeDays: { increase: 7 } });
  }
});

test('an approval tells every bound account, once, with what changes and the whole list', async () => {
  const id = await stage('retail', DEARER, daysFromNow(30));
  expect((await call('GET', `${path(id)}/notice`)).body).toMatchObject({
    tooEarly: false,
    accounts: ['direct', 'grouped', 'special', 'reseller'],
    changes: { new: 1, increase: 1, decrease: 1, unchanged: 1, withdrawn: 0 },
  });
  const approved = await approve('POST', `${path(id)}/approve`, undefined, { 'idempotency-key': 'one' });
  const version = Number(approved.body['version']);
  await eventually(async () => {
    const told = await noticesOf('cardId=retail');
    expect(
      told
        .filter((one) => one.version === version)
        .map(({ accountId }) => accountId)
        .sort(),
    ).toEqual(['direct', 'grouped', 'reseller', 'special']);
  });
  await approve('POST', `${path(id)}/approve`, undefined, { 'idempotency-key': 'one' });
  const told = (await noticeEvents()).filter((one) => one.version === version);
  expect(told.map(({ accountId }) => accountId).sort()).toEqual(['direct', 'grouped', 'reseller', 'special']);

  const [own, ...more] = await noticesOf('accountId=direct', as('direct'));
  expect([own, more.length]).toMatchObject([{ cardId: 'parent', currency: 'EUR', changes: { increase: 1 } }, 1]);
  const sheet = await as('direct')('GET', `/notices/${own?.id ?? ''}/sheet?kind=changes`);
  expect(sheet.headers['content-type']).toBe('text/csv; charset=utf-8');
  const cells = sheet.text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const at = ['Country', 'MNC', 'Old price', 'New price', 'Change', 'Change %'].map((name) =>
    Number(cells[0]?.indexOf(name)),
  );
  expect(cells.slice(1).map((row) => at.map((column) => row[column]))).toEqual([
    ['GB', '10', '0.03', '0.035', 'increase', '16.67'],
    ['DE', '', '0.049', '0.045', 'decrease', '-8.16'],
    ['FR', '', '', '0.06', 'new', ''],
  ]);
  const book = new exceljs.Workbook();
  const full = await app.inject({
    url: `/api/catalog/v1/notices/${own?.id ?? ''}/sheet?kind=full&format=xlsx`,
    headers: { authorization: 'Bearer rs_secret-of-direct' },
  });
  await book.xlsx.load(full.rawPayload as unknown as ArrayBuffer);
  expect(book.worksheets[0]?.rowCount).toBe(5);
});

test('a waived notice keeps its reason for whoever issued it, and nobody else reads it', async () => {
  const id = await stage('retail', DEARER.replace('0.06', '0.07'), null);
  const answer = await approve('POST', `${path(id)}/approve`, { waiveNotice: 'agreed by contract 7' });
  expect(answer.status).toBe(201);
  const version = Number(answer.body['version']);
  const issued = await eventually(async () => {
    const found = (await noticesOf('accountId=direct')).find((one) => one.version === version);
    expect(found).toMatchObject({
      waived: 'agreed by contract 7',
      approvedBy: 'approver',
      increases: expect.any(Number),
    });
    return found as Shown;
  });
  const own = await as('direct')('GET', `/notices/${issued.id}`);
  expect(own.status).toBe(200);
  expect(own.text).not.toMatch(/waived|contract|approve|losses|retail/);
  expect((await as('direct')('GET', `/notices/${issued.id}/losses`)).status).toBe(403);
});

test('a tenant sees notices of its own accounts and those it issued, and nothing of others', async () => {
  const reseller = as('reseller');
  await made(
    '/rate-cards',
    { id: 'r-card', name: 'R', side: 'sell', noticeDays: { increase: 0, decrease: 0 } },
    reseller,
  );
  await made('/plans', { id: 'r-plan', name: 'R', bindings: [{ cardId: 'r-card' }] }, reseller);
  expect((await reseller('PUT', '/accounts/customer', { planId: 'r-plan' })).status).toBe(200);
  const id = await stage('r-card', FIRST, null, reseller);
  const approved = await as('reseller-approver')('POST', `/rate-cards/r-card/imports/${id}/approve`);
  expect(approved.status).toBe(201);
  await eventually(async () => expect(await noticesOf('cardId=r-card', reseller)).toHaveLength(1));
  const accounts = async (by: string): Promise<string[]> => [
    ...new Set((await noticesOf('', as(by))).map(({ accountId }) => accountId)),
  ];
  expect(await accounts('reseller')).toEqual(['customer', 'reseller']);
  expect(await accounts('customer')).toEqual(['customer']);
  expect(await accounts('nobody')).toEqual([]);
  expect(await noticesOf('cardId=retail', reseller)).toEqual([]);
  const [theirs] = await noticesOf('accountId=direct');
  for (const route of ['', '/sheet', '/losses'])
    expect((await reseller('GET', `/notices/${theirs?.id ?? ''}${route}`)).status).toBe(404);
  const [customers] = await noticesOf('accountId=customer', as('customer'));
  expect((await as('customer')('GET', `/notices/${customers?.id ?? ''}/sheet`)).status).toBe(200);
});

test('money lost below cost while an increase waits is shown per rate', async () => {
  await made('/rate-cards/buy/versions', 'country,mcc,mnc,price\nDE,,,0.055\nGB,234,10,0.02\n');
  const id = await stage('retail', DEARER.replace('DE,,,0.045', 'DE,,,0.07'), daysFromNow(8));
  const answer = await call('GET', `${path(id)}/notice`);
  expect(answer.body).toMatchObject({
    losses: { losses: 1, cardsCompared: 1, expectedLoss: null, currency: 'EUR' },
    worstLosses: [
      { sellRateId: 'any:DE', sell: '0.045', sellThen: '0.07', buyCard: 'buy', buy: '0.055', lossPerUnit: '0.01' },
    ],
  });
  const { body } = await approve('POST', `${path(id)}/approve`);
  const told = await eventually(async () => {
    const found = (await noticesOf('accountId=grouped')).find(({ version }) => version === Number(body['version']));
    expect(found).toMatchObject({ losses: { losses: 1 } });
    return found as Shown;
  });
  expect((await call('GET', `/notices/${told.id}/losses`)).body).toMatchObject({
    items: [{ sellRateId: 'any:DE', lossPerUnit: '0.01' }],
    nextCursor: null,
  });
});

test('a derived card tells its customers like any other once its version is approved', async () => {
  await made('/rate-cards', { id: 'd-buy', name: 'D', side: 'buy' });
  await made('/rate-cards/d-buy/versions', 'country,price\nGB,0.02\n');
  const rounding = { mode: 'half_up', places: 6 };
  const derivation = { fromCardId: 'd-buy', markup: { percent: '10' }, rounding };
  await made('/rate-cards', { id: 'd-sell', name: 'D', side: 'sell', derivation });
  await made('/plans', { id: 'd-plan', name: 'D', bindings: [{ cardId: 'd-sell' }] });
  await made('/accounts', { id: 'follower', name: 'Follower', planId: 'd-plan' });
  const recompute = async (): Promise<string> => {
    const { status, body, text } = await call('POST', '/rate-cards/d-sell/derivation/recompute', {});
    expect([status, text]).toEqual([201, expect.stringContaining('staged')]);
    return `/rate-cards/d-sell/imports/${String(body['id'])}/approve`;
  };
  expect((await approve('POST', await recompute())).status).toBe(201);
  await made('/rate-cards/d-buy/versions', 'country,price\nGB,0.03\n');
  const dearer = await recompute();
  expect((await approve('POST', dearer)).body).toMatchObject({ code: 'notice_too_short' });
  expect((await approve('POST', dearer, { waiveNotice: 'cost plus is agreed' })).status).toBe(201);
  await eventually(async () =>
    expect(await noticesOf('accountId=follower')).toMatchObject([
      { cardId: 'd-sell', version: 2, changes: { increase: 1 }, waived: 'cost plus is agreed' },
      { cardId: 'd-sell', version: 1, changes: { new: 1 }, waived: null },
    ]),
  );
});

test('where traffic is known, what waiting costs is summed up by it, exactly', async () => {
  const { view } = process.state;
  const card = view.cards.get('retail');
  const now = Date.now() * 1_000;
  const version = inForce(view.versions('retail'), now) ?? 0;
  const base = await ratesOf(pool, 'retail', version);
  const dearer = base.map((rate) => ({ ...rate, price: rate.price * 2n }));
  const waiting = { card: card as RateCard, base, changes: noticeChanges(base, dearer), now };
  const asked: unknown[] = [];
  const traffic: NoticeTraffic = {
    expectedUnits: (of, pairs, waitMicros) => {
      asked.push([of.id, pairs.map(({ sellRateId }) => sellRateId), waitMicros]);
      return Promise.resolve([1_000_003]);
    },
  };
  const week = { ...waiting, effectiveFrom: now + 7 * DAY_MS * 1_000 };
  const { totals, losses } = await waitingLosses(view, pool, week, traffic);
  expect([totals.losses, totals.expectedLoss]).toEqual([1, '10000.03']);
  expect(losses).toMatchObject([{ sellRateId: 'any:DE', expectedUnits: 1_000_003, expectedLoss: '10000.03' }]);
  expect(asked).toEqual([['retail', ['any:DE'], 7 * DAY_MS * 1_000]]);
  expect((await waitingLosses(view, pool, { ...waiting, effectiveFrom: now }, traffic)).losses).toEqual([]);
});

test('a process that dies between publication and notices loses none, and another one repeats none', async () => {
  const quiet = await startApp(pool, undefined, { issueNotices: false });
  const second = caller(quiet.app, 'rs_secret-of-approver');
  const id = await stage('retail', FIRST.replace('0.05', '0.01'), daysFromNow(40), caller(quiet.app));
  const version = Number((await second('POST', `${path(id)}/approve`)).body['version']);
  await quiet.app.close();
  const told = async (): Promise<string[]> =>
    (await noticeEvents()).filter((one) => one.version === version).map(({ accountId }) => accountId);
  expect([version > 0, await told()]).toEqual([true, []]);

  // Dies after its events are written and before its commit: nothing of it stays.
  const broken = { ...serdes, CatalogEvent: { ...serdes.CatalogEvent, encode: dieAfter(2) } };
  await expect(issuerOf(startProcess(pool, { serdes: broken })).issueAll()).rejects.toThrow('killed');
  // And once more at the commit itself, when all is written.
  await expect(issuerOf(startProcess(dyingAtCommit())).issueAll()).rejects.toThrow('killed at commit');
  expect([await told(), (await noticesOf('cardId=retail')).some((one) => one.version === version)]).toEqual([
    [],
    false,
  ]);

  const issuers = [issuerOf(startProcess(pool)), issuerOf(startProcess(pool))];
  await Promise.allSettled(issuers.map((one) => one.issueAll()));
  await issuerOf(startProcess(pool)).issueAll();
  expect((await told()).sort()).toEqual(['direct', 'grouped', 'reseller', 'special']);
  expect((await noticesOf('cardId=retail')).filter((one) => one.version === version)).toHaveLength(4);
});

function dieAfter(events: number): typeof serdes.CatalogEvent.encode {
  let left = events;
  return (event) => {
    if ((left -= 1) < 0) throw new Error('killed');
    return serdes.CatalogEvent.encode(event);
  };
}

/** The same database; transactions that write an event end before their commit. */
function dyingAtCommit(): Pool {
  return new Proxy(pool, {
    get(target, name) {
      if (name !== 'connect') return Reflect.get(target, name, target) as unknown;
      return async () => {
        const client = await target.connect();
        return new Proxy(client, {
          get(real, field) {
            const value = Reflect.get(real, field, real) as unknown;
            if (field !== 'query') return typeof value === 'function' ? (value.bind(real) as unknown) : value;
            return async (...[text, values]: [string, unknown[]?]) => {
              if (text === 'commit') throw new Error('killed at commit');
              return real.query(text, values);
            };
          },
        });
      };
    },
  });
}

test('however many runs wait in vain, the one behind them is reached', async () => {
  await pool.query(`insert into notice_run (card_id, version, status, effective_from, planned_at, approved_by)
    select 'not-there', n, 'planned', 0, n / 2, 'admin' from generate_series(1, 250) as n`);
  await made('/rate-cards/retail/versions?waiveNotice=agreed', FIRST);
  const { rows } = await pool.query<{ version: number }>(
    `insert into notice_run (card_id, version, status, effective_from, planned_at, approved_by)
     select 'retail', 1000 + count(*), 'planned', 0, 1e15, 'admin' from notice_run returning version`,
  );
  await expect(issuerOf(startProcess(pool)).issueAll()).rejects.toThrow('which is not there');
  const { rows: left } = await pool.query(
    `select 1 from notice_run where card_id = 'retail' and version = $1 and status = 'planned'`,
    [rows[0]?.version],
  );
  expect(left).toEqual([]);
});

function issuerOf({ state, commands }: Process): NoticeIssuer {
  return new NoticeIssuer({
    pool,
    state,
    commands,
    logger: silentLogger(),
    metrics: bareMetrics(),
    clock: () => Date.now() * 1_000,
    intervalMs: 60_000,
  });
}
