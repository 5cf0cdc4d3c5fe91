import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OPERATOR } from '@ratestream/catalog';
import type { Pool } from '@ratestream/postgres';
import { caller, emptyDatabase, issueKey, startApp, type Answer, type Process } from './harness.js';

let pool: Pool;
let app: NestFastifyApplication;
let process: Process;
let call: ReturnType<typeof caller>;
const approver = (): ReturnType<typeof caller> => caller(app, 'rs_secret-of-approver');

async function made(path: string, body: unknown): Promise<Answer> {
  const answer = await call('POST', path, body);
  expect([path, answer.status, answer.text]).toEqual([path, 201, expect.anything()]);
  return answer;
}

beforeAll(async () => {
  pool = await emptyDatabase();
  const started = await startApp(pool);
  ({ app } = started);
  process = started;
  call = caller(app);
  await issueKey(process, 'approver', {
    secret: 'rs_secret-of-approver',
    scope: OPERATOR,
    permissions: ['read', 'write'],
  });
  const published = await process.commands.execute({
    command: {
      type: 'PublishFxRates',
      id: 'ecb',
      body: {
        base: 'EUR',
        days: [{ date: '2026-01-02', publishedAt: Date.UTC(2026, 0, 2, 15) * 1_000, rates: { USD: '1.25' } }],
      },
    },
    authority: { scope: OPERATOR, permissions: ['admin'] },
    actor: 'test',
    expectedVersion: null,
    idempotency: null,
  });
  expect(published.outcome).toBe('done');
  for (const [id, currency] of [
    ['alpha-buy', 'EUR'],
    ['beta-buy', 'USD'],
    ['beta-direct', 'EUR'],
    ['gamma-buy', 'JPY'],
  ])
    await made('/rate-cards', { id, name: id, side: 'buy', currency });
  await made('/rate-cards', { id: 'offered', name: 'Offered', side: 'sell' });
  for (const [id, name] of [
    ['alpha', '=Alpha()'],
    ['beta', 'Beta'],
    ['gamma', 'Gamma'],
  ])
    await made('/suppliers', { id, name, buyCardId: `${id ?? ''}-buy` });
  await made('/connections', { id: 'beta-1', supplierId: 'beta', buyCardId: 'beta-direct' });
  await made('/rate-cards/alpha-buy/versions', 'country,mcc,mnc,price\nGB,,,0.04\nGB,234,10,0.02\nDE,262,01,0.07\n');
  // 0.03 USD are 0.024 EUR; a country price alone competes for its networks.
  await made(
    '/rate-cards/beta-buy/versions',
    'country,mcc,mnc,traffic_class,price,surcharge\nGB,,,,0.03,\nGB,,,otp,0.02,\nGB,,,,0.01,carrier_fee\nDE,,,,0.08,\n',
  );
  await made('/rate-cards/beta-direct/versions', 'mcc,mnc,price\n234,10,0.021\n');
  await made('/rate-cards/gamma-buy/versions', 'country,price\nGB,1.5\n');
}, 120_000);
afterAll(async () => {
  await app.close();
  await pool.end();
});

interface Compared {
  destination: { country: string; mcc: string | null; mnc: string | null };
  prices: { supplierId: string; connectionId: string | null; total: string | null; rateId: string }[];
  without: string[];
}
async function compare(query = ''): Promise<Record<string, string[]>> {
  const { status, body } = await call('GET', `/supplier-comparison?${query}`);
  expect(status).toBe(200);
  const items = body['items'] as unknown as Compared[];
  return Object.fromEntries(
    items.map(({ destination: { country, mcc, mnc }, prices }) => [
      [country, mcc, mnc].filter((part) => part !== null).join('-'),
      prices.map(({ supplierId, connectionId, total }) => `${connectionId ?? supplierId} ${total ?? '?'}`),
    ]),
  );
}

test('suppliers stand side by side, cheapest first, a country price beside network prices', async () => {
  expect(await compare()).toEqual({
    DE: ['beta 0.064'],
    'DE-262-01': ['beta 0.064', 'alpha 0.07'],
    GB: ['beta 0.032', 'alpha 0.04', 'gamma ?'],
    'GB-234-10': ['alpha 0.02', 'beta-1 0.021', 'beta 0.032', 'gamma ?'],
  });
  expect(await compare('trafficClass=otp&country=GB')).toMatchObject({ GB: ['beta 0.024', 'alpha 0.04', 'gamma ?'] });
  expect(await compare('supplierId=alpha&country=DE')).toEqual({ 'DE-262-01': ['beta 0.064', 'alpha 0.07'] });
});

test('surcharges and exchange rates are shown with what they stand on', async () => {
  const { body } = await call('GET', '/supplier-comparison?country=GB&limit=1');
  expect(body).toMatchObject({
    currency: 'EUR',
    items: [
      {
        prices: [
          {
            supplierId: 'beta',
            price: '0.03',
            currency: 'USD',
            converted: '0.024',
            surcharges: [{ name: 'carrier_fee', price: '0.01', converted: '0.008' }],
            total: '0.032',
            matchedBy: 'any class, country',
            fx: { from: 'USD', to: 'EUR', rateDate: '2026-01-02', source: 'ecb', rule: 'event' },
          },
          { supplierId: 'alpha', fx: null, surcharges: [] },
          { supplierId: 'gamma', price: '1.5', currency: 'JPY', converted: null, total: null, fx: null },
        ],
      },
    ],
    nextCursor: expect.any(String),
  });
  const next = await call('GET', `/supplier-comparison?country=GB&limit=1&cursor=${String(body['nextCursor'])}`);
  expect(next.body).toMatchObject({ items: [{ destination: { mnc: '10' } }], nextCursor: null });
  expect(await compare('asOf=2020-01-01T00:00:00Z')).toEqual({});
});

test('the comparison leaves as a sheet whose cells nothing executes', async () => {
  const { text, headers } = await call('GET', '/supplier-comparison/sheet?country=GB');
  const lines = text.trim().split('\n');
  expect([lines.length, headers['content-disposition']]).toEqual([8, expect.stringMatching(/suppliers-.*\.csv/)]);
  expect(text).toContain(",'=Alpha(),");
  expect(text).not.toMatch(/,=Alpha/);
});

const OFFER = {
  id: 'spring',
  name: 'Spring offer',
  currency: 'EUR',
  from: { suppliers: { excluded: ['gamma'] } },
  markup: { percent: '10', fixed: '0.001' },
  groups: [{ name: 'home', countries: ['DE'], markup: { percent: '5' } }],
  rounding: { mode: 'up', places: 4 },
  validUntil: '2099-01-01T00:00:00Z',
  targetCardId: 'offered',
};

test('an offer is best buy plus markup, and keeps what it stands on', async () => {
  const { body } = await made('/offers', OFFER);
  expect(body).toMatchObject({ id: 'spring', version: 1, summary: { destinations: 4, rows: 4, belowCost: 0 } });
  const { body: rows } = await call('GET', '/offers/spring/rows');
  expect(rows['items']).toMatchObject([
    // 0.064 × 1.05 = 0.0672; 0.032 × 1.1 + 0.001 = 0.0362; 0.02 × 1.1 + 0.001 = 0.023
    { rateId: 'any:DE', sell: '0.0672', cost: '0.064', supplierId: 'beta', margin: '0.0032', marginPercent: '4.76' },
    { rateId: 'any:DE-262-01', sell: '0.0672', cost: '0.064', supplierId: 'beta', suppliers: 2 },
    { rateId: 'any:GB', sell: '0.0362', cost: '0.032', buyPrice: '0.03', buyCurrency: 'USD', fxDate: '2026-01-02' },
    { rateId: 'any:GB-234-10', sell: '0.023', cost: '0.02', supplierId: 'alpha', margin: '0.003' },
  ]);
  const both = await made('/offers', { ...OFFER, from: { ...OFFER.from, minSuppliers: 2 } });
  expect(both.body).toMatchObject({ version: 2, summary: { rows: 3, leftOut: { few_suppliers: 1 } } });
  expect((await call('GET', '/offers/spring?version=1')).body).toMatchObject({ version: 1, summary: { rows: 4 } });
  expect((await call('GET', '/offers')).body['items']).toHaveLength(2);
});

test('the sheet of an offer shows no cost, no supplier and no margin', async () => {
  for (const format of ['csv', 'xlsx']) {
    const answer = await call('GET', `/offers/spring/sheet?version=1&format=${format}`);
    expect(answer.status).toBe(200);
  }
  const { text } = await call('GET', '/offers/spring/sheet?version=1');
  expect(text).toBe(
    [
      'Country,MCC,MNC,Prefix,Traffic class,Unit,Price,Currency,Valid until',
      'DE,,,,,part,0.0672,EUR,2099-01-01T00:00:00.000Z',
      'DE,262,01,,,part,0.0672,EUR,2099-01-01T00:00:00.000Z',
      'GB,,,,,part,0.0362,EUR,2099-01-01T00:00:00.000Z',
      'GB,234,10,,,part,0.023,EUR,2099-01-01T00:00:00.000Z',
      '',
    ].join('\n'),
  );
});

test('an offer becomes prices through an import that another person approves', async () => {
  const key = { 'idempotency-key': 'stage' };
  const staged = await call('POST', '/offers/spring/stage', { version: 1 }, key);
  expect([staged.status, staged.body]).toMatchObject([
    201,
    { status: 'staged', source: 'offer', cardId: 'offered', summary: { diff: { new: 4 }, margin: { losses: 2 } } },
  ]);
  // Alpha asks more than the offer sells for: the approver sees it before anybody is routed there.
  const again = await call('POST', '/offers/spring/stage', { version: 1 }, key);
  expect(again.body['id']).toBe(staged.body['id']);
  const path = `/rate-cards/offered/imports/${String(staged.body['id'])}`;
  expect((await call('POST', `${path}/approve`)).body).toMatchObject({ code: 'second_approver' });
  expect((await approver()('POST', `${path}/approve`)).status).toBe(201);
  const { text } = await call('GET', '/rate-cards/offered/versions/1/rates');
  expect(text.match(/0\.0362|0\.023|0\.0672/g)).toHaveLength(4);
  // Who made the offer is no second person, whoever put it on the card.
  const byAnother = await approver()('POST', '/offers/spring/stage', { version: 1 });
  const own = await call('POST', `/rate-cards/offered/imports/${String(byAnother.body['id'])}/approve`);
  expect([own.status, own.body]).toMatchObject([403, { code: 'second_approver' }]);
});

test.each([
  [{ currency: 'USD' }, '/targetCardId', 'other_currency'],
  [{ targetCardId: 'alpha-buy' }, '/targetCardId', 'not_a_sell_card'],
  [{ from: { suppliers: { included: ['nobody'] } } }, '/from/suppliers/included/0', 'not_found'],
  [{ validUntil: '2020-01-01T00:00:00Z' }, '/validUntil', 'in_the_past'],
])('an offer with %j is refused at %s', async (change, pointer, code) => {
  const answer = await call('POST', '/offers', { ...OFFER, ...change });
  expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ pointer, code }] }]);
});

test('where nothing can be offered the answer says why', async () => {
  const { status, body } = await call('POST', '/offers', { ...OFFER, from: { suppliers: { included: ['gamma'] } } });
  expect([status, body]).toMatchObject([
    422,
    { code: 'nothing_to_offer', detail: expect.stringContaining('no_fx_rate') },
  ]);
});
