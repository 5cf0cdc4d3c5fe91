import { formatMoney, parseMoney } from '@ratestream/money';
import { eventually, wholeStack, type HttpClient, type WholeStack } from '@ratestream/testing';
import { loadEcb } from './fx/load-ecb.js';

let stack: WholeStack;
let operator: HttpClient;
let approver: HttpClient;

const SHEET = 'country,mcc,mnc,price\nDE,262,01,0.02\nDE,,,0.031\nGB,234,10,0.012\n';
const MAPPING = JSON.stringify({
  country: { column: 'country' },
  mcc: 'mcc',
  mnc: 'mnc',
  price: { column: 'price' },
  decimal: '.',
  currency: { fixed: 'EUR' },
});
const iso = (ms: number): string => new Date(ms).toISOString();

beforeAll(async () => {
  stack = await wholeStack();
  operator = stack.http;
  const key = { name: 'Pricing lead', permissions: ['read', 'write'] };
  approver = operator.as((await operator.post<{ secret: string }>('/api/catalog/v1/api-keys', key)).body.secret);
  for (const [path, body] of [
    ['rate-cards', { id: 'sell', name: 'Sell', side: 'sell' }],
    ['rate-cards', { id: 'buy', name: 'Buy', side: 'buy' }],
    ['suppliers', { id: 's1', name: 'S1', buyCardId: 'buy' }],
    ['connections', { id: 's1-direct', supplierId: 's1', buyCardId: 'buy' }],
    ['plans', { id: 'plan', name: 'Plan', basis: 'submit', bindings: [{ cardId: 'sell' }] }],
    ['accounts', { id: 'acme', name: 'Acme', planId: 'plan' }],
    ['accounts', { id: 'bravo', name: 'Bravo', planId: 'plan' }],
    ['sources', { id: 'gateway', format: 'canonical-json', identity: 'gateway-id', connections: { s1: 's1-direct' } }],
  ] as const)
    expect([path, (await operator.post(`/api/catalog/v1/${path}`, body)).status]).toEqual([path, 201]);
  for (const [card, csv] of [
    ['sell', 'country,price\nDE,0.06\nGB,0.03\n'],
    ['buy', SHEET],
  ] as const) {
    const path = `/api/catalog/v1/rate-cards/${card}/versions`;
    expect((await operator.post(path, csv, { contentType: 'text/csv' })).status).toBe(201);
  }
}, 300_000);
afterAll(() => stack.stop(), 60_000);

const DESTINATIONS = [
  { to: '+4915112345678', mcc: '262', mnc: '01' },
  { to: '+4915212345678', mcc: '262', mnc: '02' },
  { to: '+447700900123', mcc: '234', mnc: '10' },
];
const MESSAGES = 120;

/** The same messages under other ids, and the margin that they made: what was sold, what it cost. */
async function send(name: string, at: number): Promise<{ revenue: string; cost: string }> {
  const records = Array.from({ length: MESSAGES }, (_, i) =>
    JSON.stringify({
      ...{
        id: `${name}-${i}`,
        event: 'submitted',
        attempt: 1,
        account: i % 3 === 0 ? 'bravo' : 'acme',
        at: iso(at + i),
      },
      ...{
        from: 'ACME',
        ...DESTINATIONS[i % 3],
        parts: 1 + (i % 2),
        trafficClass: 'otp',
        connection: 's1',
        supplierMessageId: `${name}${i}`,
      },
    }),
  );
  const before = await margin();
  const path = '/api/ingest/v1/cdrs?source=gateway';
  await eventually(async () => {
    const answer = await operator.post(path, `${records.join('\n')}\n`, {
      contentType: 'application/x-ndjson',
      idempotencyKey: name,
    });
    expect(answer).toMatchObject({ status: 202, body: { accepted: MESSAGES } });
  });
  return eventually(
    async () => {
      const now = await margin();
      expect(now.units - before.units).toBe((MESSAGES / 2) * 3);
      expect(now.bought - before.bought).toBe((MESSAGES / 2) * 3);
      const grown = (which: 'revenue' | 'cost'): string =>
        formatMoney(parseMoney(now[which]) - parseMoney(before[which]));
      return { revenue: grown('revenue'), cost: grown('cost') };
    },
    { timeoutMs: 60_000 },
  );
}

interface Margin {
  totals: { revenue: string; cost: string; soldUnits: number; boughtUnits: number }[];
}
async function margin(): Promise<{ revenue: string; cost: string; units: number; bought: number }> {
  const { body } = await operator.get<Margin>('/api/analytics/v1/margin?groupBy=account');
  const [total] = body.totals;
  return {
    revenue: total?.revenue ?? '0',
    cost: total?.cost ?? '0',
    units: total?.soldUnits ?? 0,
    bought: total?.boughtUnits ?? 0,
  };
}

test('a staged sheet says what it would have cost, and the same traffic under it costs just that', async () => {
  const startedAt = Date.now() - 1_000;
  const first = await send('before', Date.now());
  const staged = await operator.post<{ id: string; status: string; summary: { margin: { traffic: object } } }>(
    `/api/catalog/v1/rate-cards/buy/imports?mode=full&mapping=${encodeURIComponent(MAPPING)}`,
    SHEET.replace('0.02', '0.0275').replace('0.031', '0.0641').replace('0.012', '0.011'),
    { contentType: 'text/csv' },
  );
  expect(staged).toMatchObject({ status: 201, body: { status: 'staged' } });
  // O2 at 0.0641 is above the 0.06 that it is sold for: 20 + 40 parts of it would have lost 0.0041 each.
  expect(staged.body.summary.margin).toMatchObject({
    losses: 1,
    traffic: { days: 30, lost: [{ currency: 'EUR', amount: '0.246' }] },
  });
  const against = { traffic: { from: iso(startedAt), to: iso(Date.now() + 60_000) } };
  const asked = await operator.post<WhatIf>('/api/catalog/v1/what-if', {
    draft: { importId: staged.body.id },
    against,
  });
  expect(asked).toMatchObject({ status: 200, body: { status: 'done', draft: { kind: 'import', cardIds: ['buy'] } } });
  const [total] = asked.body.result.totals;
  expect(total).toMatchObject({ side: 'buy', in: 'card', currency: 'EUR', before: first.cost });
  const lines = await operator.get<{
    items: { account: string; supplier: string; mnc: string; money: { difference: string }[] }[];
  }>(`/api/catalog/v1/what-if/${asked.body.id}/lines`);
  expect(
    lines.body.items.map(({ account, supplier, mnc, money }) => [account, supplier, mnc, money[0]?.difference]),
  ).toEqual([
    ['acme', 's1', '02', '1.986'],
    ['acme', 's1', '10', '-0.06'],
    ['bravo', 's1', '01', '0.45'],
  ]);
  expect((await operator.get<{ items: object[] }>('/api/catalog/v1/rate-cards/buy/versions')).body.items).toHaveLength(
    1,
  );

  const approved = await approver.post(`/api/catalog/v1/rate-cards/buy/imports/${staged.body.id}/approve`, {});
  expect(approved.status).toBe(201);
  await eventually(async () => {
    const usage = { account: 'acme', ...DESTINATIONS[0], supplier: 's1', connection: 's1-direct' };
    const { body } = await operator.post<{ legs: { side: string; amount: string }[] }>('/api/rating/v1/quote', usage);
    expect(body.legs.find(({ side }) => side === 'buy')?.amount).toBe('0.0275');
  });
  const second = await send('after', Date.now());
  expect(second.revenue).toBe(first.revenue);
  expect(second.cost).toBe(total?.after);
  expect(formatMoney(parseMoney(second.cost) - parseMoney(first.cost))).toBe(total?.difference);
}, 180_000);

interface WhatIf {
  id: string;
  status: string;
  result: {
    totals: { in: string; currency: string; before: string; after: string; difference: string; today?: string }[];
    counts: Record<string, number>;
  };
}

test('a plan and usages are tried through the entry port too, and nothing was written', async () => {
  const position = async (): Promise<unknown> => (await operator.get('/api/catalog/v1/plans/plan/history')).body;
  const before = await position();
  const made = await operator.post('/api/catalog/v1/rate-cards', { id: 'dear', name: 'Dear', side: 'sell' });
  expect(made.status).toBe(201);
  await operator.post('/api/catalog/v1/rate-cards/dear/versions', 'country,price\nDE,0.1\nGB,0.1\n', {
    contentType: 'text/csv',
  });
  const usages = [{ account: 'acme', ...DESTINATIONS[2], parts: 2 }];
  const { status, body } = await operator.post<WhatIf>('/api/catalog/v1/what-if', {
    draft: { planId: 'plan', plan: { bindings: [{ cardId: 'dear' }] } },
    against: { usages },
  });
  expect([status, body.result.totals]).toMatchObject([200, [{ before: '0.06', after: '0.2', difference: '0.14' }]]);
  expect(await position()).toEqual(before);
});

const FINE = `country,mcc,mnc,prefix,sender_type,origin_country,route_grade,traffic_class,price,unit,surcharge
DE,,,,,,,,0.0711,part,
DE,262,01,,,,,,0.0613,part,
DE,,,,short_code,,,,0.0807,message,
DE,,,,,,direct,,0.0759,part,
DE,,,,,US,,,0.0999,part,
,,,4915,,,,promotional,0.0521,part,
DE,,,,alphanumeric,,,,0.0011,message,registration
`;

test('a draft like the version in force changes nothing of what the whole chain rated, in any currency', async () => {
  const yesterday = iso(Date.now() - 86_400_000).slice(0, 10);
  await loadEcb(operator, `Date,USD,GBP,\n${yesterday},1.1684,0.87058,\n`);
  for (const [path, body] of [
    ['rate-cards', { id: 'fine', name: 'Fine', side: 'sell', currency: 'USD' }],
    ['plans', { id: 'fine-plan', name: 'Fine', basis: 'submit', bindings: [{ cardId: 'fine' }] }],
    ['accounts', { id: 'charlie', name: 'Charlie', planId: 'fine-plan', currency: 'GBP' }],
  ] as const)
    expect([path, (await operator.post(`/api/catalog/v1/${path}`, body)).status]).toEqual([path, 201]);
  const version = await operator.post('/api/catalog/v1/rate-cards/fine/versions', FINE, { contentType: 'text/csv' });
  expect([version.status, version.body]).toEqual([201, expect.anything()]);
  const at = Date.now();
  const pick = <T>(i: number, ...from: readonly T[]): T | undefined => from[i % from.length];
  const records = Array.from({ length: 180 }, (_, i) =>
    JSON.stringify({
      ...{ id: `fine-${i}`, event: 'submitted', attempt: 1, account: 'charlie', at: iso(at + i), from: 'C' },
      ...DESTINATIONS[i % 2],
      parts: 1 + (i % 3),
      trafficClass: pick(i, 'otp', 'promotional', 'otp', 'otp'),
      senderType: pick(i, 'alphanumeric', 'short_code', undefined, 'long_code', undefined),
      originCountry: pick(i, 'DE', 'US', 'GB', 'DE', 'DE', 'GB', 'DE'),
      routeGrade: pick(i, undefined, 'direct', undefined),
      ...{ connection: 's1', supplierMessageId: `fine${i}` },
    }),
  );
  const sent = await operator.post('/api/ingest/v1/cdrs?source=gateway', `${records.join('\n')}\n`, {
    contentType: 'application/x-ndjson',
  });
  expect(sent.status).toBe(202);
  const ask = (csv: string): Promise<{ body: WhatIf }> =>
    operator.post<WhatIf>('/api/catalog/v1/what-if', {
      draft: { cardId: 'fine', csv },
      against: { traffic: { from: iso(at - 1_000), to: iso(at + 60_000) } },
    });
  const same = await eventually(
    async () => {
      const { body } = await ask(FINE);
      expect(body.result.counts).toMatchObject({ messages: 180 });
      return body;
    },
    { timeoutMs: 60_000, everyMs: 500 },
  );
  expect(same.result.counts).toMatchObject({ becomeUnrated: 0, becomeRated: 0, stayUnrated: 0, otherBasis: 0 });
  expect(
    same.result.totals.map(({ in: money, currency, difference, today }) => [money, currency, difference, today]),
  ).toEqual([
    ['card', 'USD', '0', undefined],
    ['account', 'GBP', '0', undefined],
    ['reporting', 'EUR', '0', undefined],
  ]);
  const doubled = await ask(FINE.replaceAll(/0\.\d{4}/g, (price) => formatMoney(parseMoney(price) * 2n)));
  const [card] = doubled.body.result.totals;
  expect(card?.difference).toBe(card?.before);
  expect(parseMoney(card?.before ?? '0')).toBeGreaterThan(0n);
}, 120_000);
