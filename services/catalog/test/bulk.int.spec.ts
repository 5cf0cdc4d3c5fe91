import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OPERATOR, type Permission } from '@ratestream/catalog';
import { callerOf } from '@ratestream/http';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import { eventually } from '@ratestream/testing';
import { BulkDecisions } from '../src/bulk/bulk-decisions.js';
import { findBulk } from '../src/bulk/bulk-store.js';
import { RowPublisher } from '../src/commands/row-publisher.js';
import { makeNotices } from '../src/notices/make-notices.js';
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

let pool: Pool;
let app: NestFastifyApplication;
let process: Process;
let call: ReturnType<typeof caller>;
const as = (id: string): ReturnType<typeof caller> => caller(app, `rs_secret-of-${id}`);
const approve = (id: string, body?: object, headers = {}): Promise<Answer> =>
  as('approver')('POST', `/bulk-changes/${id}/approve`, body, headers);

async function made(path: string, body: unknown, by = call): Promise<Answer> {
  const answer = await by('POST', path, body);
  expect([path, answer.status, answer.text]).toEqual([path, 201, expect.anything()]);
  return answer;
}

beforeAll(async () => {
  pool = await emptyDatabase();
  const started = await startApp(pool);
  ({ app } = started);
  process = started;
  call = caller(app);
  for (const [id, name] of [
    ['gold', 'Retail Gold'],
    ['silver', 'Retail Silver'],
    ['bronze', 'Retail Bronze'],
  ])
    await made('/rate-cards', { id, name, side: 'sell' });
  await made('/rate-cards', { id: 'buy', name: 'Retail Supplier', side: 'buy' });
  await made('/rate-cards/gold/versions', 'country,mcc,mnc,price\nGB,,,0.04\nGB,234,10,0.03\nDE,,,0.05\n');
  await made('/rate-cards/silver/versions', 'country,mcc,mnc,price\nGB,,,0.0455\n');
  await made('/rate-cards/bronze/versions', 'country,mcc,mnc,price\nFR,,,0.06\n');
  await made('/rate-cards/buy/versions', 'country,mcc,mnc,price\nGB,,,0.045\n');
  await made('/plans', { id: 'plan', name: 'Plan', bindings: [{ cardId: 'gold' }] });
  await made('/accounts', { id: 'acme', name: 'Acme', planId: 'plan' });
  await made('/accounts', { id: 'reseller', name: 'Reseller' });
  const both: Permission[] = ['read', 'write'];
  for (const [id, scope] of [
    ['approver', OPERATOR],
    ['reseller', 'reseller'],
    ['reseller-approver', 'reseller'],
  ] as const)
    await issueKey(process, id, { secret: `rs_secret-of-${id}`, scope, permissions: both });
}, 120_000);
afterAll(async () => {
  await app.close();
  await pool.end();
});

const UK = {
  cards: { side: 'sell', name: 'Retail *' },
  select: { countries: ['GB'] },
  change: { percent: '10', rounding: { mode: 'half_up', places: 4 } },
};
const bulkOf = async (body: object, by = call): Promise<string> =>
  String((await made('/bulk-changes', body, by)).body['id']);
const versionsOf = (cardId: string): number[] => process.state.view.versions(cardId).map(({ version }) => version);

async function rates(cardId: string): Promise<string[]> {
  const version = Math.max(...versionsOf(cardId));
  const { text } = await call('GET', `/rate-cards/${cardId}/versions/${version}/rates`);
  const [header = '', ...lines] = text.trim().split('\n');
  const at = ['country', 'mnc', 'price'].map((name) => header.split(',').indexOf(name));
  return lines.map((one) => at.map((column) => one.split(',')[column]).join(' '));
}

test('one change of many cards is one batch: staged, shown, approved by another person, published whole', async () => {
  const { body } = await made('/bulk-changes', UK);
  expect(body).toMatchObject({
    status: 'staged',
    progress: { cardsDone: 3, cardsTotal: 3 },
    totals: { cards: 2, changes: { increase: 3, decrease: 0, unchanged: 1 }, margin: { losses: 2, already: 2 } },
  });
  const id = String(body['id']);
  expect((await call('GET', `/bulk-changes/${id}/cards`)).body).toMatchObject({
    items: [
      { cardId: 'bronze', importId: null, note: 'no_rate_selected' },
      { cardId: 'gold', note: null, changes: { increase: 2, unchanged: 1 }, baseVersion: 1 },
      { cardId: 'silver', note: null, changes: { increase: 1 } },
    ],
  });
  expect((await call('POST', `/bulk-changes/${id}/approve`)).body).toMatchObject({ code: 'second_approver' });
  const early = await approve(id);
  expect([early.status, early.body]).toMatchObject([
    422,
    {
      code: 'notice_too_short',
      errors: [
        { pointer: '/cards/gold', code: 'notice_too_short' },
        { pointer: '/cards/silver', code: 'notice_too_short' },
      ],
    },
  ]);
  expect([versionsOf('gold'), versionsOf('silver')]).toEqual([[1], [1]]);
  const done = await approve(id, { waiveNotice: 'a new contract' }, { 'idempotency-key': 'k' });
  expect(done.body).toMatchObject({
    cards: [
      { cardId: 'gold', version: 2 },
      { cardId: 'silver', version: 2 },
    ],
  });
  const again = await approve(id, { waiveNotice: 'a new contract' }, { 'idempotency-key': 'k' });
  expect(again.body).toEqual(done.body);
  expect(await rates('gold')).toEqual(['GB  0.044', 'GB 10 0.033', 'DE  0.05']);
  // 0.0455 × 1.1 = 0.05005 exactly.
  expect(await rates('silver')).toEqual(['GB  0.0501']);
  await eventually(async () => {
    const { body: notices } = await call('GET', '/notices?cardId=gold');
    expect(notices).toMatchObject({ items: [{ accountId: 'acme', version: 2, waived: 'a new contract' }] });
  });
  expect((await approve(id)).body).toMatchObject({ code: 'not_staged' });
});

test('undo is a new change back to the versions before', async () => {
  const [{ id } = { id: '' }] = (await call('GET', '/bulk-changes?limit=1')).body['items'] as unknown as {
    id: string;
  }[];
  const answer = await made(`/bulk-changes/${id}/revert`, {});
  expect(answer.body).toMatchObject({ status: 'staged', reverts: id, totals: { cards: 2, changes: { decrease: 3 } } });
  expect((await approve(String(answer.body['id']))).status).toBe(201);
  expect(await rates('gold')).toEqual(['GB  0.04', 'GB 10 0.03', 'DE  0.05']);
  expect(await rates('silver')).toEqual(['GB  0.0455']);
});

test('of two changes of the same cards one is published, however close their approvals', async () => {
  const ids = [await bulkOf({ ...UK, change: { add: '0.001' } }), await bulkOf({ ...UK, change: { add: '0.002' } })];
  const answers = await Promise.all(ids.map((id) => approve(id, { waiveNotice: 'a test' })));
  expect(answers.map(({ status, body }) => [status, body['code']]).sort()).toEqual([
    [201, undefined],
    [409, 'base_changed'],
  ]);
  const [{ id: made } = { id: '' }] = answers.flatMap(({ status, body }) =>
    status === 201 ? [{ id: String(body['id']) }] : [],
  );
  const undo = await call('POST', `/bulk-changes/${made}/revert`, {});
  expect((await approve(String(undo.body['id']), { waiveNotice: 'a test' })).status).toBe(201);
});

test('where one card has moved on, no card is published', async () => {
  const id = await bulkOf({ ...UK, change: { percent: '-10' } });
  await made('/rate-cards/silver/versions', 'country,price\nGB,0.046\n');
  const before = [versionsOf('gold'), versionsOf('silver')];
  const answer = await approve(id);
  expect([answer.status, answer.body]).toMatchObject([
    409,
    { code: 'base_changed', errors: [{ pointer: '/cards/silver' }] },
  ]);
  expect([versionsOf('gold'), versionsOf('silver')]).toEqual(before);
  const { body } = await call('GET', `/bulk-changes/${id}/cards`);
  const cards = body['items'] as unknown as { cardId: string; importId: string }[];
  const gold = cards.find(({ cardId }) => cardId === 'gold');
  for (const step of ['approve', 'discard'])
    expect(
      (await as('approver')('POST', `/rate-cards/gold/imports/${gold?.importId ?? ''}/${step}`)).body,
    ).toMatchObject({
      code: 'part_of_bulk_change',
    });
  expect((await call('POST', `/bulk-changes/${id}/discard`)).body).toMatchObject({ status: 'discarded' });
  expect((await call('GET', `/rate-cards/gold/imports/${gold?.importId ?? ''}`)).body).toMatchObject({
    status: 'discarded',
    source: 'bulk',
    bulkId: id,
  });
});

test('a process that dies between two cards of an approval has published none', async () => {
  const id = await bulkOf({ ...UK, change: { add: '-0.001' } });
  const before = (await readEvents(pool, 0, 100_000)).length;
  let events = 0;
  const encode: typeof serdes.CatalogEvent.encode = (event) => {
    if ((events += 1) === 2) throw new Error('killed');
    return serdes.CatalogEvent.encode(event);
  };
  const { state, commands } = startProcess(pool, {
    serdes: { ...serdes, CatalogEvent: { ...serdes.CatalogEvent, encode } },
  });
  await state.catchUp(pool);
  const clock = (): number => Date.now() * 1_000;
  const logger = silentLogger();
  const { desk } = makeNotices({ pool, state, commands, logger, metrics: bareMetrics(), clock, intervalMs: 60_000 });
  const decisions = new BulkDecisions({
    pool,
    view: state.view,
    publisher: new RowPublisher(commands, state, pool),
    notices: desk,
    secondApprover: true,
    clock,
  });
  const bulk = await findBulk(pool, id);
  if (bulk === null) throw new Error('not there');
  const who = callerOf({ id: 'approver', scope: OPERATOR, permissions: ['write'] }, { isWithin: () => true });
  const headers = { expectedVersion: null, claimOf: () => null };
  await expect(decisions.approve(bulk, { backdated: false, waiveNotice: null }, who, headers)).rejects.toThrow(
    'killed',
  );
  expect([(await readEvents(pool, 0, 100_000)).length, (await findBulk(pool, id))?.status]).toEqual([before, 'staged']);
  expect((await approve(id)).status).toBe(201);
  const published = (await readEvents(pool, before, 100)).filter(({ type }) => type === 'RateCardVersionPublished');
  expect(published.map(({ aggregateId }) => aggregateId)).toEqual(['gold', 'silver']);
});

test('large cards are staged beside other requests, with their progress', async () => {
  await made('/rate-cards', { id: 'large', name: 'Large', side: 'sell' });
  const rows = Array.from({ length: 30_000 }, (_, n) => `44${String(7_000_000 + n)},0.04`).join('\n');
  await made('/rate-cards/large/versions', `prefix,price\n${rows}\n`);
  const slow = await startApp(pool, undefined, { bulkWaitMs: 0 });
  const impatient = caller(slow.app);
  const body = { cards: { ids: ['large', 'gold'] }, change: { percent: '1' } };
  const key = { 'idempotency-key': 'p' };
  const answer = await impatient('POST', '/bulk-changes', body, key);
  expect([answer.status, answer.body]).toMatchObject([202, { status: 'staging', progress: { cardsTotal: 2 } }]);
  const id = String(answer.body['id']);
  await eventually(async () =>
    expect((await impatient('GET', `/bulk-changes/${id}`)).body).toMatchObject({
      status: 'staged',
      progress: { cardsDone: 2, cardsTotal: 2 },
      totals: { changes: { increase: 30_003 } },
    }),
  );
  expect((await impatient('POST', '/bulk-changes', body, key)).body).toMatchObject({ id });
  await slow.app.close();
}, 60_000);

test.each([
  [{ cards: { ids: ['gold', 'nothing'] }, change: { percent: '1' } }, 422, '/cards/ids/1'],
  [{ cards: { name: 'Nobody *' }, change: { percent: '1' } }, 422, '/cards'],
  [{ cards: { ids: ['gold'] }, change: { percent: '1', set: '1' } }, 422, '/change'],
])('%j is refused with %i at %s', async (body, status, pointer) => {
  const answer = await call('POST', '/bulk-changes', body);
  expect([answer.status, answer.body]).toMatchObject([status, { errors: [{ pointer }] }]);
});

test('a change that no card can take says which rate is at fault, and stages nothing', async () => {
  const answer = await call('POST', '/bulk-changes', { cards: { ids: ['gold'] }, change: { add: '-0.035' } });
  expect(answer.body).toMatchObject({ status: 'failed', fault: { code: 'price_out_of_range', cardId: 'gold' } });
  const none = await call('POST', '/bulk-changes', { cards: { ids: ['gold'] }, change: { percent: '0' } });
  expect(none.body).toMatchObject({ status: 'failed', fault: { code: 'nothing_changes' } });
});

test('a tenant changes its own cards, and sees nothing of the changes of others', async () => {
  const reseller = as('reseller');
  await made('/rate-cards', { id: 'r-card', name: 'Retail R', side: 'sell' }, reseller);
  await made('/rate-cards/r-card/versions', 'price\n0.1\n', reseller);
  const id = await bulkOf({ cards: {}, change: { percent: '-10' } }, reseller);
  expect((await reseller('GET', `/bulk-changes/${id}`)).body).toMatchObject({ progress: { cardsTotal: 1 } });
  expect((await as('reseller-approver')('POST', `/bulk-changes/${id}/approve`)).status).toBe(201);
  expect(await rates('r-card')).toEqual(['  0.09']);
  expect((await reseller('GET', '/bulk-changes')).body['items']).toHaveLength(1);
  const [theirs] = (
    (await call('GET', '/bulk-changes')).body['items'] as unknown as { id: string; owner: string }[]
  ).filter(({ owner }) => owner === OPERATOR);
  for (const [method, route] of [
    ['GET', ''],
    ['GET', '/cards'],
    ['POST', '/approve'],
    ['POST', '/discard'],
    ['POST', '/revert'],
  ] as const)
    expect((await reseller(method, `/bulk-changes/${theirs?.id ?? ''}${route}`)).status).toBe(404);
  const answer = await reseller('POST', '/bulk-changes', { cards: { ids: ['gold'] }, change: { percent: '1' } });
  expect(answer.body).toMatchObject({ errors: [{ pointer: '/cards/ids/0', code: 'not_found' }] });
});
