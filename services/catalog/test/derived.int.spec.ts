import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CatalogView, OPERATOR, type Derivation } from '@ratestream/catalog';
import { codecs } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import { Outbox, type Pool } from '@ratestream/postgres';
import type { DerivedParts } from '../src/derived/make-derived.js';
import { caller, emptyDatabase, issueKey, startApp, type Answer, type Process } from './harness.js';

let pool: Pool;
let app: NestFastifyApplication;
let process: Process;
let derived: DerivedParts;
let call: ReturnType<typeof caller>;
let approve: ReturnType<typeof caller>;

beforeAll(async () => {
  pool = await emptyDatabase();
  const started = await startApp(pool);
  ({ app, derived } = started);
  process = started;
  call = caller(app);
  await issueKey(process, 'approver', {
    secret: 'rs_secret-of-the-approver',
    scope: OPERATOR,
    permissions: ['read', 'write'],
  });
  approve = caller(app, 'rs_secret-of-the-approver');
}, 120_000);
afterAll(async () => {
  await app.close();
  await pool.end();
});

const MARKUP = { percent: '10', fixed: '0.001', floor: null, ceiling: null };
let cards = 0;
async function newPair(derivation: Partial<Derivation> = {}, currency = 'EUR'): Promise<{ buy: string; sell: string }> {
  const number = (cards += 1);
  const [buy, sell] = [`buy-${number}`, `sell-${number}`];
  await created(call('POST', '/rate-cards', { id: buy, name: buy, side: 'buy', currency }));
  const rounding = { mode: 'half_even', places: 4 };
  const follows = { fromCardId: buy, markup: MARKUP, groups: [], rounding, ...derivation };
  const noticeDays = { increase: 0, decrease: 0 };
  await created(call('POST', '/rate-cards', { id: sell, name: sell, side: 'sell', noticeDays, derivation: follows }));
  return { buy, sell };
}
async function created(answer: Promise<Answer>): Promise<Answer> {
  const got = await answer;
  expect([got.status, got.body]).toEqual([201, expect.anything()]);
  return got;
}
const HEADER = 'country,mcc,mnc,sender_type,surcharge,price,unit,valid_from\n';
const rowsOf = (price: string): string =>
  `${HEADER}GB,,,,,${price},part,\nGB,234,10,long_code,,0.03,part,\nGB,,,,carrier_fee,0.00345,part,2026-01-01T00:00:00Z\n`;
const publish = async (card: string, price: string, query = ''): Promise<number> =>
  Number((await created(call('POST', `/rate-cards/${card}/versions${query}`, rowsOf(price)))).body['version']);

interface Import {
  id: string;
  status: string;
  source: string;
  effectiveFrom: string | null;
  derived: { cardId: string; version: number; fx: { rate: string; rateDate: string } | null };
  summary: { diff: object; findings: object };
}
/** Newest first. */
async function imports(card: string): Promise<Import[]> {
  return (await call('GET', `/rate-cards/${card}/imports`)).body['items'] as unknown as Import[];
}
async function pricesOf(card: string, version: number): Promise<[string, string][]> {
  const view = new CatalogView({ keepRates: true });
  for (const { topic, value } of await new Outbox('catalog').waiting(pool, 0, 1_000_000)) {
    if (topic === 'catalog') view.apply(codecs.CatalogEvent.decode(value as Buffer));
    else view.applyChunk(codecs.RateChunk.decode(value as Buffer));
  }
  return (view.rates(card, version) ?? []).map(({ rateId, price }) => [rateId, formatMoney(price)]);
}

const LATER = '2098-01-01T00:00:00Z';

test('a buy version stages its sell card by itself; approved by another person it is published from the same instant', async () => {
  const { buy, sell } = await newPair();
  await publish(buy, '0.05', `?effectiveFrom=${LATER}`);
  expect(await imports(sell)).toEqual([]);
  await derived.follower.look();
  const [staged] = (await imports(sell)) as [Import];
  expect(staged).toMatchObject({
    status: 'staged',
    source: 'derived',
    effectiveFrom: '2098-01-01T00:00:00.000Z',
    derived: { cardId: buy, version: 1, fx: null },
    uploadedBy: 'admin',
    summary: { rowsIn: 3, accepted: 3, refused: 0, diff: { new: 3 } },
  });
  const path = `/rate-cards/${sell}/imports/${staged.id}`;
  expect((await call('POST', `${path}/approve`, {})).body).toMatchObject({ code: 'second_approver' });
  const { body } = await created(approve('POST', `${path}/approve`, {}));
  expect(body).toMatchObject({ id: sell, version: 1, rows: 3, effectiveFrom: '2098-01-01T00:00:00.000Z' });
  // 0.05 × 1.1 + 0.001; 0.03 × 1.1 + 0.001; the surcharge as it is, to four places, half to even.
  expect(await pricesOf(sell, 1)).toEqual([
    ['any:GB', '0.056'],
    ['any:GB-234-10;sender=long_code', '0.034'],
    ['any:GB;fee=carrier_fee@2026-01-01', '0.0034'],
  ]);
  await derived.follower.look();
  expect(await imports(sell)).toHaveLength(1);
  expect((await call('GET', `${path}/sheet`)).text).toContain('GB,,,,,,,,,,,0.0034,2026-01-01T00:00:00Z');
});

test('nobody approves prices that their own terms made, until others have looked at them', async () => {
  const secret = 'rs_secret-of-the-third';
  await issueKey(process, 'third', { secret, scope: OPERATOR, permissions: ['read', 'write'] });
  const third = caller(app, secret);
  const { buy, sell } = await newPair();
  const dearer = (percent: string): object => ({
    derivation: { fromCardId: buy, markup: { ...MARKUP, percent }, rounding: { mode: 'half_even', places: 4 } },
  });
  expect((await approve('PUT', `/rate-cards/${sell}`, dearer('500'))).status).toBe(200);
  // What another one changes afterwards does not make the first one a second person, and nor does a change of the name.
  expect((await third('PUT', `/rate-cards/${sell}`, dearer('501'))).status).toBe(200);
  expect((await call('PUT', `/rate-cards/${sell}`, { name: 'other name' })).status).toBe(200);
  await publish(buy, '0.05', `?effectiveFrom=${LATER}`);
  await derived.follower.look();
  const [first] = await imports(sell);
  const path = `/rate-cards/${sell}/imports/${first?.id}`;
  expect((await call('GET', path)).body).toMatchObject({ madeBy: ['admin', 'approver', 'third'] });
  const refusedToAll = async (): Promise<void> => {
    for (const maker of [call, approve, third])
      expect(await maker('POST', `${path}/approve`, {})).toMatchObject({
        status: 403,
        body: { code: 'second_approver' },
      });
  };
  await refusedToAll();
  // Staged by a release that did not keep who had a part in it.
  await pool.query(`update rate_import set made_by = '{}' where id = $1`, [first?.id]);
  await refusedToAll();
  await issueKey(process, 'fourth', { secret: `${secret}+1`, scope: OPERATOR, permissions: ['read', 'write'] });
  await created(caller(app, `${secret}+1`)('POST', `${path}/approve`, {}));

  await publish(buy, '0.06', '?effectiveFrom=2098-02-01T00:00:00Z');
  // Whoever asks for it anew is not the one who published the buy version, who stays barred too.
  const again = await created(third('POST', `/rate-cards/${sell}/derivation/recompute`, { version: 2 }));
  expect(again.body).toMatchObject({ uploadedBy: 'third', madeBy: ['admin', 'third'] });
  const anew = `/rate-cards/${sell}/imports/${String(again.body['id'])}/approve`;
  expect((await call('POST', anew, {})).status).toBe(403);
  await created(approve('POST', anew, {}));
  await derived.follower.look();
});

test('a process that dies between publication and staging, or in the middle of it, loses and repeats nothing', async () => {
  const { buy, sell } = await newPair();
  await publish(buy, '0.05', `?effectiveFrom=${LATER}`);
  const position = async (): Promise<unknown[]> =>
    (await pool.query<{ position: string }>('select position from derivation_position')).rows;
  const before = await position();
  // The database goes away after the import's row was written and before it is staged.
  await pool.query(`create function die() returns trigger language plpgsql as
    $$ begin raise exception 'gone' using errcode = '57P01'; end $$`);
  await pool.query('create trigger die before insert on rate_import_chunk for each row execute function die()');
  await expect(derived.follower.look()).rejects.toThrow();
  expect(await position()).toEqual(before);
  expect(await imports(sell)).toMatchObject([{ status: 'reading' }]);
  await pool.query('drop trigger die on rate_import_chunk');
  // Somebody looks at the imports long after, while nobody computes.
  await pool.query(`update rate_import set touched_at = now() - interval '1 hour' where card_id = $1`, [sell]);
  const [begun] = (await imports(sell)) as [Import];
  expect((await call('GET', `/rate-cards/${sell}/imports/${begun.id}`)).body).toMatchObject({ status: 'failed' });
  // Another process, with a view of its own, goes on.
  const other = await startApp(pool);
  await Promise.all([other.derived.follower.look(), derived.follower.look()]);
  await other.derived.follower.look();
  expect(await imports(sell)).toMatchObject([{ status: 'staged', summary: { diff: { new: 3 } } }]);
  await pool.query('update derivation_position set position = 0');
  await derived.follower.look();
  expect((await imports(sell)).filter(({ status }) => status === 'staged')).toHaveLength(1);
  await other.app.close();
});

test('what happened to other things is looked at once', async () => {
  await created(call('POST', '/accounts', { id: 'somebody', name: 'Somebody' }));
  await derived.follower.look();
  const { rows } = await pool.query(
    'select (select position from derivation_position) = (select max(position) from catalog_event) as seen',
  );
  expect(rows).toEqual([{ seen: true }]);
});

test('a version that takes the place of another discards what that one had staged; a withdrawn one stages what is in force instead', async () => {
  const { buy, sell } = await newPair();
  await publish(buy, '0.05', `?effectiveFrom=${LATER}`);
  await derived.follower.look();
  await publish(buy, '0.06', `?effectiveFrom=${LATER}`);
  await derived.follower.look();
  expect(await imports(sell)).toMatchObject([
    { status: 'staged', derived: { version: 2 } },
    { status: 'discarded', derived: { version: 1 }, decidedBy: 'derivation' },
  ]);
  expect((await call('DELETE', `/rate-cards/${buy}/versions/2`)).status).toBe(200);
  await derived.follower.look();
  expect(await imports(sell)).toMatchObject([
    { status: 'staged', derived: { version: 1 } },
    { status: 'discarded', derived: { version: 2 } },
    {},
  ]);
  // Published prices of a version that is withdrawn afterwards.
  const [first] = (await imports(sell)) as [Import];
  await created(approve('POST', `/rate-cards/${sell}/imports/${first.id}/approve`, {}));
  await publish(buy, '0.02', '?effectiveFrom=2097-01-01T00:00:00Z');
  await derived.follower.look();
  await call('DELETE', `/rate-cards/${buy}/versions/1`);
  await derived.follower.look();
  expect((await imports(sell)).slice(0, 2)).toMatchObject([
    { status: 'staged', effectiveFrom: '2098-01-01T00:00:00.000Z', derived: { version: 3 } },
    { status: 'staged', effectiveFrom: '2097-01-01T00:00:00.000Z', derived: { version: 3 } },
  ]);
});

test('a scheduled buy version that is superseded in one step makes one new import', async () => {
  const { buy, sell } = await newPair();
  await publish(buy, '0.05', `?effectiveFrom=${LATER}`);
  await derived.follower.look();
  const layout = { country: { column: 'country' }, price: { column: 'price' }, currency: { fixed: 'EUR' } };
  const query = `mapping=${encodeURIComponent(JSON.stringify(layout))}&effectiveFrom=${LATER}`;
  const staged = await created(call('POST', `/rate-cards/${buy}/imports?${query}`, 'country,price\nGB,0.06\n'));
  const path = `/rate-cards/${buy}/imports/${String(staged.body['id'])}/approve`;
  await created(approve('POST', path, { supersedes: 1 }));
  await derived.follower.look();
  expect(await imports(sell)).toMatchObject([
    { status: 'staged', derived: { version: 2 }, uploadedBy: 'approver', summary: { diff: { new: 2 } } },
    { status: 'discarded', derived: { version: 1 } },
  ]);
});

test('what was compared with a version that is not in force any more is computed again', async () => {
  const { buy, sell } = await newPair();
  await publish(buy, '0.05', '?effectiveFrom=2097-01-01T00:00:00Z');
  await publish(buy, '0.07', `?effectiveFrom=${LATER}`);
  await derived.follower.look();
  const [late, early] = (await imports(sell)) as [Import, Import];
  expect([late.summary.diff, early.summary.diff]).toMatchObject([{ new: 3 }, { new: 3 }]);
  await created(approve('POST', `/rate-cards/${sell}/imports/${early.id}/approve`, {}));
  await derived.follower.look();
  const [again, ...rest] = (await imports(sell)) as [Import];
  expect(again).toMatchObject({ status: 'staged', baseVersion: 1, summary: { diff: { increase: 1, unchanged: 2 } } });
  expect(rest.map(({ status }) => status)).toEqual(['discarded', 'approved']);
  await created(approve('POST', `/rate-cards/${sell}/imports/${again.id}/approve`, {}));
});

test('a buy card in another currency is converted as known at computing, and the import keeps the evidence', async () => {
  const { buy, sell } = await newPair({ rounding: { mode: 'up', places: 6 } }, 'USD');
  await publish(buy, '0.05', `?effectiveFrom=${LATER}`);
  await derived.follower.look();
  expect(await imports(sell)).toMatchObject([{ status: 'failed', fault: { code: 'no_fx_rate' } }]);
  await publishFx({ USD: '1.1684' });
  const asked = { 'idempotency-key': 'again' };
  const again = await created(call('POST', `/rate-cards/${sell}/derivation/recompute`, { version: 1 }, asked));
  expect(again.body).toMatchObject({
    status: 'staged',
    effectiveFrom: '2098-01-01T00:00:00.000Z',
    derived: {
      version: 1,
      fx: { from: 'USD', to: 'EUR', rateDate: '2026-05-04', fromPerBase: '1.1684', rule: 'event' },
    },
  });
  const repeated = await call('POST', `/rate-cards/${sell}/derivation/recompute`, { version: 1 }, asked);
  expect(repeated.body['id']).toBe(again.body['id']);
  await created(approve('POST', `/rate-cards/${sell}/imports/${String(again.body['id'])}/approve`, {}));
  // 0.05 ÷ 1.1684 × 1.1 + 0.001 = 0.0480729…; 0.033 ÷ 1.1684 + 0.001 = 0.0292437…; 0.00345 ÷ 1.1684 = 0.002952755…; all up at the sixth place.
  expect(await pricesOf(sell, 1)).toEqual([
    ['any:GB', '0.048073'],
    ['any:GB-234-10;sender=long_code', '0.029244'],
    ['any:GB;fee=carrier_fee@2026-01-01', '0.002953'],
  ]);
});

async function publishFx(rates: Record<string, string>): Promise<void> {
  const days = [{ date: '2026-05-04', publishedAt: 1_777_903_200_000_000, rates }];
  const result = await process.commands.execute({
    command: { type: 'PublishFxRates', id: 'ecb', body: { base: 'EUR', days } },
    authority: { scope: OPERATOR, permissions: ['admin'] },
    actor: 'test',
    expectedVersion: null,
    idempotency: null,
  });
  expect(result).toMatchObject({ outcome: 'done' });
}

test('what could not be converted is computed again once the rate is there, and once only', async () => {
  const { buy, sell } = await newPair({}, 'PLN');
  await publish(buy, '0.05', `?effectiveFrom=${LATER}`);
  await derived.follower.look();
  expect(await imports(sell)).toMatchObject([{ status: 'failed', fault: { code: 'no_fx_rate' } }]);
  // Rates of other currencies change nothing.
  await publishFx({ USD: '1.1684', JPY: '160' });
  await derived.follower.look();
  expect(await imports(sell)).toHaveLength(1);
  // The process dies in the middle of it.
  await publishFx({ USD: '1.1684', PLN: '4.25' });
  await pool.query('create trigger die before insert on rate_import_chunk for each row execute function die()');
  await expect(derived.follower.look()).rejects.toThrow();
  await pool.query('drop trigger die on rate_import_chunk');
  expect(await imports(sell)).toMatchObject([{ status: 'reading' }, { status: 'failed' }]);
  await derived.follower.look();
  const fx = { from: 'PLN', to: 'EUR', rateDate: '2026-05-04', fromPerBase: '4.25' };
  const done = [
    { status: 'staged', effectiveFrom: '2098-01-01T00:00:00.000Z', derived: { version: 1, fx } },
    { status: 'failed' },
  ];
  expect(await imports(sell)).toMatchObject(done);
  await publishFx({ USD: '1.1684', PLN: '4.26' });
  await derived.follower.look();
  expect(await imports(sell)).toMatchObject(done);
  expect(await imports(sell)).toHaveLength(2);
});

test('a version that made way while its rate was awaited is not computed any more', async () => {
  const { buy, sell } = await newPair({}, 'SEK');
  await publish(buy, '0.05', `?effectiveFrom=${LATER}`);
  await derived.follower.look();
  await publish(buy, '0.06', `?effectiveFrom=${LATER}`);
  await derived.follower.look();
  await publishFx({ SEK: '11' });
  await derived.follower.look();
  expect(await imports(sell)).toMatchObject([
    { status: 'staged', derived: { version: 2 } },
    { status: 'failed', derived: { version: 2 } },
    { status: 'failed', derived: { version: 1 } },
  ]);
});

test('by hand: what follows nothing is refused, without a version the one in force counts from the approval on', async () => {
  const { buy, sell } = await newPair({ markup: { ...MARKUP, fixed: '-0.04' } });
  expect((await call('POST', `/rate-cards/${buy}/derivation/recompute`, {})).body).toMatchObject({
    code: 'not_derived',
  });
  expect((await call('POST', `/rate-cards/${sell}/derivation/recompute`, {})).body).toMatchObject({
    code: 'no_version',
  });
  await publish(buy, '0.05');
  expect((await call('POST', `/rate-cards/${sell}/derivation/recompute`, { version: 9 })).status).toBe(422);
  const staged = await created(call('POST', `/rate-cards/${sell}/derivation/recompute`, {}));
  expect(staged.body).toMatchObject({
    effectiveFrom: null,
    summary: {
      refused: 1,
      refusedBy: { negative_price: 1 },
      findings: { negative_price: { severity: 'error', count: 1 } },
    },
  });
  const path = `/rate-cards/${sell}/imports/${String(staged.body['id'])}/approve`;
  expect((await approve('POST', path, {})).body).toMatchObject({ code: 'rows_refused' });
  await created(approve('POST', path, { acceptRefused: true }));
});
