import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OPERATOR } from '@ratestream/catalog';
import type { Pool } from '@ratestream/postgres';
import { eventually } from '@ratestream/testing';
import { caller, emptyDatabase, issueKey, startApp, type Answer } from './harness.js';

let pool: Pool;
let process: Awaited<ReturnType<typeof startApp>>;
let app: NestFastifyApplication;
/** Has one key, and asks nobody. */
let alone: ReturnType<typeof caller>;
const as = (account: string): ReturnType<typeof caller> => caller(app, `rs_secret-of-${account}`);

beforeAll(async () => {
  pool = await emptyDatabase();
  process = await startApp(pool);
  ({ app } = process);
  await issueKey(process, 'alone', { secret: 'rs_secret-of-alone', scope: OPERATOR, permissions: ['read', 'write'] });
  alone = as('alone');
}, 120_000);
afterAll(async () => {
  await app.close();
  await pool.end();
});

const daysFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const prices = (gb: string): string => `country,price\nGB,${gb}\nDE,0.05\n`;

async function done(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer> {
  const answer = await alone(method, path, body);
  expect([method, path, answer.status, answer.text]).toEqual([
    method,
    path,
    method === 'POST' ? 201 : 200,
    expect.anything(),
  ]);
  return answer;
}
const publish = (card: string, gb: string, query: Record<string, string> = {}): Promise<Answer> =>
  alone('POST', `/rate-cards/${card}/versions?${String(new URLSearchParams(query))}`, prices(gb));

/** A card at 0.04 for GB, and a customer that pays by it. */
async function sold(card: string): Promise<{ card: string; plan: string; customer: string }> {
  const [plan, customer] = [`${card}-plan`, `${card}-customer`];
  await done('POST', '/rate-cards', { id: card, name: card, side: 'sell' });
  await done('POST', `/rate-cards/${card}/versions`, prices('0.04'));
  await done('POST', '/plans', { id: plan, name: plan, bindings: [{ cardId: card }] });
  await done('POST', '/accounts', { id: customer, name: customer, planId: plan });
  const key = { secret: `rs_secret-of-${customer}`, scope: customer, permissions: ['read' as const] };
  await issueKey(process, customer, key);
  return { card, plan, customer };
}
/** Oldest first. */
async function noticesOf(customer: string): Promise<Record<string, unknown>[]> {
  const { body } = await alone('GET', `/notices?accountId=${customer}`);
  return (body['items'] as unknown as Record<string, unknown>[]).toReversed();
}
async function told(customer: string, ...notices: object[]): Promise<void> {
  await eventually(async () => expect(await noticesOf(customer)).toMatchObject(notices));
}

describe('a version that one key publishes', () => {
  test('tells whoever pays by the card, and makes nobody pay more before the notice is over', async () => {
    const { card, customer } = await sold('direct');
    const refused = await publish(card, '0.05');
    expect([refused.status, refused.body]).toMatchObject([422, { code: 'notice_too_short' }]);
    const [, earliest = ''] = /take effect at (\S+) at the earliest/.exec(String(refused.body['detail'])) ?? [];
    expect(Math.abs(Date.parse(earliest) - Date.parse(daysFromNow(7)))).toBeLessThan(60_000);
    expect((await publish(card, '0.05', { effectiveFrom: daysFromNow(6.9) })).status).toBe(422);
    expect(await noticesOf(customer)).toEqual([]);

    expect((await publish(card, '0.05', { effectiveFrom: daysFromNow(8) })).status).toBe(201);
    const cheaper = await publish(card, '0.03');
    const past = { effectiveFrom: String(cheaper.body['effectiveFrom']), backdated: 'true' };
    expect((await publish(card, '0.04', past)).body).toMatchObject({ code: 'notice_too_short' });
    expect((await publish(card, '0.035', { waiveNotice: 'agreed by mail' })).status).toBe(201);
    await told(
      customer,
      { kind: 'prices', cardId: card, version: 2, changes: { increase: 1 }, approvedBy: 'alone', waived: null },
      { version: 3, changes: { decrease: 1 }, waived: null },
      { version: 4, changes: { increase: 1 }, waived: 'agreed by mail' },
    );
  });

  test('is published and told once under one Idempotency-Key, whatever has been published since', async () => {
    const { card, customer } = await sold('repeated');
    const key = { 'idempotency-key': 'cheaper' };
    const send = (): Promise<Answer> => alone('POST', `/rate-cards/${card}/versions`, prices('0.03'), key);
    const first = await send();
    expect((await publish(card, '0.02')).status).toBe(201);
    expect((await send()).body).toEqual(first.body);
    await told(customer, { version: 2 }, { version: 3 });
  });

  test('takes no price away without a reason, so that no higher one comes back as the first', async () => {
    const { card, customer } = await sold('dropped');
    const send = (csv: string, query = ''): Promise<Answer> =>
      alone('POST', `/rate-cards/${card}/versions${query}`, csv);
    const refused = await send('country,price\nDE,0.05\n');
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'nothing_instead' }]);
    expect(refused.body['detail']).toContain('nothing would price what "any:GB" does');
    // One that nobody needs any more: what is wider has the same price.
    const wider = 'country,mcc,mnc,price\nGB,,,0.04\nGB,234,10,0.04\nDE,,,0.05\n';
    expect([(await send(wider)).status, (await publish(card, '0.04')).status]).toEqual([201, 201]);
    expect((await send('country,price\nDE,0.05\n', '?waiveNotice=not%20served')).status).toBe(201);
    await told(customer, { version: 2 }, { version: 3 }, { version: 4, changes: { withdrawn: 1 } });
  });

  test('of a card that nobody pays by asks and tells nothing', async () => {
    await done('POST', '/rate-cards', { id: 'unsold', name: 'unsold', side: 'sell' });
    for (const gb of ['0.04', '0.05']) expect((await publish('unsold', gb)).status).toBe(201);
    expect((await alone('GET', '/notices?cardId=unsold')).body).toMatchObject({ items: [] });
  });
});

describe('a version that is withdrawn', () => {
  test('changes prices back: with notice, or with a reason for none', async () => {
    const { card, customer } = await sold('withdrawn');
    await publish(card, '0.03');
    await told(customer, { version: 2 });
    expect((await alone('DELETE', `/rate-cards/${card}/versions/2`)).body).toMatchObject({ code: 'notice_too_short' });
    await done('DELETE', `/rate-cards/${card}/versions/2?waiveNotice=a%20typing%20error`);
    await told(
      customer,
      { kind: 'prices', version: 2 },
      { kind: 'withdrawal', cardId: card, version: 1, baseVersion: 2, changes: { increase: 1, unchanged: 1 } },
    );
    const [, notice] = await noticesOf(customer);
    expect(notice).toMatchObject({ waived: 'a typing error', approvedBy: 'alone' });
    const sheet = await as(customer)('GET', `/notices/${String(notice?.['id'])}/sheet`);
    expect(sheet.text).toMatch(/GB.*0\.03,0\.04,.*increase/);
    expect((await as(customer)('GET', `/notices/${String(notice?.['id'])}/sheet?kind=full`)).text).toContain('0.04');
    // Once more is nothing.
    await done('DELETE', `/rate-cards/${card}/versions/2`);
    expect(await noticesOf(customer)).toHaveLength(2);
  });

  test('before it is in force lets what was announced not happen, from the same instant', async () => {
    const { card, customer } = await sold('scheduled');
    const effectiveFrom = daysFromNow(30);
    await publish(card, '0.06', { effectiveFrom });
    await told(customer, { version: 2 });
    // However many ask for it at once.
    await Promise.all([1, 2, 3].map(() => done('DELETE', `/rate-cards/${card}/versions/2`)));
    await told(customer, { version: 2 }, { kind: 'withdrawal', version: 1, effectiveFrom, changes: { decrease: 1 } });
  });

  test('because another of another instant stands in for it is told too, and needs notice like one that is deleted', async () => {
    const { card, customer } = await sold('called-off');
    const announced = daysFromNow(1);
    await publish(card, '0.03', { effectiveFrom: announced });
    // Neither the same price a month later nor today's price from now on: tomorrow nothing would become cheaper.
    for (const instead of [{ effectiveFrom: daysFromNow(31), gb: '0.03' }, { gb: '0.04' }]) {
      const { gb, ...query } = instead;
      const refused = await publish(card, gb, { ...query, supersede: '2' });
      expect([refused.status, refused.body]).toMatchObject([422, { code: 'notice_too_short' }]);
    }
    const later = { effectiveFrom: daysFromNow(31), supersede: '2', waiveNotice: 'agreed by mail' };
    expect((await publish(card, '0.03', later)).status).toBe(201);
    // Of one moment, so in no order.
    const expected = [
      { kind: 'prices', version: 2 },
      { kind: 'prices', version: 3, baseVersion: 2, changes: { unchanged: 2 }, waived: null },
      {
        ...{ kind: 'withdrawal', version: 1, baseVersion: 2, effectiveFrom: announced, waived: 'agreed by mail' },
        changes: { increase: 1 },
      },
    ];
    await eventually(async () => {
      const notices = await noticesOf(customer);
      const order = ({ kind, version }: Record<string, unknown>): string => `${String(kind)} ${String(version)}`;
      expect(notices.toSorted((x, y) => (order(x) < order(y) ? -1 : 1))).toMatchObject(expected);
    });
    // Sooner cheaper harms nobody.
    expect((await publish(card, '0.03', { supersede: '3' })).status).toBe(201);
  });

  test('and was the only one, or in force nowhere any more', async () => {
    const { card, customer } = await sold('only');
    await publish(card, '0.03');
    await told(customer, { version: 2 });
    await done('DELETE', `/rate-cards/${card}/versions/1`);
    const last = `/rate-cards/${card}/versions/2`;
    expect(await alone('DELETE', last)).toMatchObject({ status: 409, body: { code: 'nothing_instead' } });
    await done('DELETE', `${last}?waiveNotice=no%20more%20traffic`);
    const withdrawal = { kind: 'withdrawal', version: null, waived: 'no more traffic', changes: { withdrawn: 2 } };
    await told(customer, { version: 2 }, withdrawal);
  });
});

describe('terms that one key changes', () => {
  test('are told to whoever has them: from what to what for the issuer, which of them for the account', async () => {
    const { card, plan, customer } = await sold('terms');
    const other = await sold('terms-other');
    await done('POST', '/rate-groups', { id: 'terms-group', name: 'group', planId: plan });
    await done('POST', '/accounts', { id: 'grouped', name: 'grouped', rateGroupId: 'terms-group' });
    await done('PUT', `/plans/${plan}`, { fx: { spreadPercent: '9' }, name: 'renamed' });
    await done('PUT', `/accounts/${customer}`, { overrides: [{ cardId: other.card }] });
    await done('PUT', '/rate-groups/terms-group', { planId: other.plan });
    await done('PUT', `/rate-cards/${card}`, { partRule: 'perMessage' });
    const spread = { field: 'fx', from: { spreadPercent: null }, to: { spreadPercent: '9' } };
    const byPlan = { kind: 'terms', cardId: null, terms: { of: 'plan', id: plan, fields: [spread] } };
    await told(
      customer,
      { ...byPlan, approvedBy: 'alone', changes: null },
      { terms: { of: 'account', id: customer, fields: [{ field: 'overrides', from: [] }] } },
      { terms: { of: 'rate-card', id: card, fields: [{ field: 'partRule', from: 'reported', to: 'perMessage' }] } },
    );
    const group = { of: 'rate-group', fields: [{ field: 'planId', from: plan, to: other.plan }] };
    await told('grouped', byPlan, { terms: group });

    const [first] = await noticesOf(customer);
    const own = await as(customer)('GET', `/notices/${String(first?.['id'])}`);
    expect(own.body).toMatchObject({ kind: 'terms', cardId: null, terms: { fields: [{ field: 'fx' }] } });
    expect(own.text).not.toMatch(/"9"|alone|terms-plan/);
    expect((await as(customer)('GET', `/notices/${String(first?.['id'])}/sheet`)).body).toMatchObject({
      code: 'no_sheet',
    });
  });

  test('are told also where they were taken away before: they come back as no first ones', async () => {
    const { plan, customer } = await sold('parted');
    const dearer = await sold('parted-dearer');
    await done('PUT', `/accounts/${customer}`, { planId: null });
    await done('PUT', `/accounts/${customer}`, { planId: dearer.plan });
    const fields = (from: string | null, to: string | null) => ({ terms: { fields: [{ field: 'planId', from, to }] } });
    await told(customer, fields(plan, null), fields(null, dearer.plan));
  });

  test('by a reseller name nothing that the operator had given its customer', async () => {
    const { customer: reseller, plan } = await sold('above');
    await issueKey(process, 'above-reseller', {
      secret: 'rs_secret-of-above-reseller',
      scope: reseller,
      permissions: ['read', 'write'],
    });
    await done('POST', '/rate-groups', { id: 'above-secret', name: 'secret', planId: plan });
    await done('POST', '/accounts', {
      id: 'above-below',
      name: 'below',
      parentId: reseller,
      rateGroupId: 'above-secret',
    });
    expect((await as('above-reseller')('PUT', '/accounts/above-below', { rateGroupId: null })).status).toBe(200);
    const change = { field: 'rateGroupId', from: 'above-secret', to: null };
    await told('above-below', { kind: 'terms', terms: { issuer: reseller, fields: [change] } });
    const seen = await as('above-reseller')('GET', '/notices?accountId=above-below');
    expect(seen.body['items']).toMatchObject([{ terms: { fields: [{ field: 'rateGroupId', to: null }] } }]);
    expect(seen.text).not.toContain('above-secret');
  });

  test('are told to nobody where no price hangs on them, or nobody had one', async () => {
    const { card, plan, customer } = await sold('silent');
    await done('PUT', `/plans/${plan}`, { name: 'renamed', timeoutSec: 259_200 });
    await done('PUT', `/accounts/${customer}`, { name: 'renamed', creditLimit: '5' });
    await done('PUT', `/rate-cards/${card}`, { name: 'renamed' });
    await done('POST', '/accounts', { id: 'fresh', name: 'fresh' });
    await done('PUT', '/accounts/fresh', { planId: plan });
    await done('PUT', '/accounts/fresh', { defaultTrafficClass: 'otp' });
    await told('fresh', { terms: { fields: [{ field: 'defaultTrafficClass', to: 'otp' }] } });
    expect(await noticesOf(customer)).toEqual([]);
  });

  test('shorter notice counts for what is published after it, is told itself, and history says who made it so', async () => {
    const { card, customer } = await sold('days');
    await done('PUT', `/rate-cards/${card}`, { noticeDays: { increase: 0, decrease: 0 } });
    expect((await publish(card, '0.05')).status).toBe(201);
    const days = { field: 'noticeDays', from: { increase: 7, decrease: 0 }, to: { increase: 0, decrease: 0 } };
    await told(
      customer,
      { kind: 'terms', terms: { of: 'rate-card', fields: [days] } },
      { kind: 'prices', changes: { increase: 1 }, waived: null },
    );
    const history = (await alone('GET', `/rate-cards/${card}/history`)).body['items'];
    expect(history).toMatchObject([
      { type: 'RateCardCreated', data: { noticeDays: { increase: 7 } } },
      { type: 'RateCardVersionPublished' },
      { type: 'RateCardChanged', actor: 'alone', data: { noticeDays: { increase: 0 } } },
      { type: 'RateCardVersionPublished', actor: 'alone' },
    ]);
  });
});
