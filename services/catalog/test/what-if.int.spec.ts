import { join } from 'node:path';
import { createClickHouse, type ClickHouse } from '@ratestream/clickhouse';
import { formatMoney, parseMoney } from '@ratestream/money';
import { createPool, migrate, type Pool } from '@ratestream/postgres';
import { isolated } from '@ratestream/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { lastMonth } from '../src/what-if/what-if-requests.js';
import { caller, issueKey, startApp, type Answer, type Process } from './harness.js';
import { pricingOf, RatedTraffic, type Sent } from './what-if/rated-traffic.js';

let pool: Pool;
let clickHouse: ClickHouse;
let process: Process & { app: NestFastifyApplication };
let operator: ReturnType<typeof caller>;
let traffic: RatedTraffic;
const SENT: Sent[] = [];
const MONTH = lastMonth(Date.now() * 1_000);
const MIDDLE = MONTH.from + 14 * 86_400_000_000;
const iso = (micros: number): string => new Date(micros / 1_000).toISOString();

const SELL_1 = `country,mcc,mnc,prefix,traffic_class,price,unit
DE,262,01,,,0.05,part
DE,,,,,0.07,part
GB,,,,,0.031,part
GB,,,,otp,0.029,message
,,,4477,,0.027,part
FR,,,,,0.0451,part
`;
const SELL_2 = SELL_1.replace('0.05,', '0.051,').replace('0.0451', '0.046');
const BUY = `country,mcc,mnc,price
DE,262,01,0.02
DE,,,0.03
GB,,,0.0123
FR,,,0.04
`;
const OWN = `country,price
DE,0.09
GB,0.08
FR,0.085
`;
const twice = (csv: string): string => csv.replaceAll(/0\.\d+/g, (price) => formatMoney(parseMoney(price) * 2n));

/** A random number generator that every run repeats. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 9) % below; // the low bits of such a generator repeat after a few numbers
  };
}
const DESTINATIONS: Pick<Sent, 'to' | 'country' | 'mcc' | 'mnc'>[] = [
  { to: '+4915112345678', country: 'DE', mcc: '262', mnc: '01' },
  { to: '+4915212345678', country: 'DE', mcc: '262', mnc: '02' },
  { to: '+447700900123', country: 'GB', mcc: '234', mnc: '10' },
  { to: '+447911123456', country: 'GB', mcc: null, mnc: null },
  { to: '+33612345678', country: 'FR', mcc: '208', mnc: '01' },
  { to: '+12025550123', country: 'US', mcc: null, mnc: null },
];

beforeAll(async () => {
  const corner = await isolated({ services: ['catalog'], topics: false });
  pool = createPool(corner.databaseUrl('catalog'), { maxConnections: 12 });
  await migrate(pool, join(import.meta.dirname, '..', 'migrations'), 'catalog');
  const store = { url: corner.clickhouseUrl, database: corner.clickhouseDatabase };
  clickHouse = createClickHouse(store);
  await clickHouse.migrate(join(import.meta.dirname, '../../../schemas/clickhouse'));
  process = await startApp(pool, 50_000_000, { clickHouse: store, whatIfMaxRows: 5_000 });
  operator = caller(process.app);
  for (const [path, body] of [
    ['/rate-cards', { id: 'sell', name: 'sell', side: 'sell' }],
    ['/rate-cards', { id: 'buy', name: 'buy', side: 'buy' }],
    ['/suppliers', { id: 'sup', name: 'sup', buyCardId: 'buy' }],
    ['/plans', { id: 'plan', name: 'plan', basis: 'delivered', bindings: [{ cardId: 'sell' }] }],
    ['/accounts', { id: 'acme', name: 'acme', planId: 'plan' }],
    ['/accounts', { id: 'mine', name: 'mine', planId: 'plan' }],
    ['/rate-cards', { id: 'own', name: 'own', side: 'sell', owner: 'mine' }],
    ['/plans', { id: 'own-plan', name: 'own', owner: 'mine', basis: 'delivered', bindings: [{ cardId: 'own' }] }],
    ['/accounts', { id: 'customer', name: 'customer', parentId: 'mine', planId: 'own-plan' }],
  ] as const)
    expect([path, (await operator('POST', path, body)).status]).toEqual([path, 201]);
  const publish = async (card: string, from: number, csv: string): Promise<void> => {
    const path = `/rate-cards/${card}/versions?backdated=true&effectiveFrom=${iso(from)}`;
    expect((await operator('POST', path, csv)).status).toBe(201);
  };
  await publish('sell', MONTH.from - 1_000_000, SELL_1);
  await publish('sell', MIDDLE, SELL_2);
  await publish('buy', MONTH.from - 1_000_000, BUY);
  await publish('own', MONTH.from - 1_000_000, OWN);
  await issueKey(process, 'mine', { secret: 'rs_mine-secret', scope: 'mine', permissions: ['admin'] });
  traffic = new RatedTraffic(await pricingOf(process.state.view, pool), process.state.view);
  const random = seeded(7);
  for (let i = 0; i < 800; i += 1) {
    SENT.push({
      id: `m${i}`,
      account: ['acme', 'customer', 'mine'][random(3)] as string,
      at: MONTH.from + random(2_000_000) * ((MONTH.to - MONTH.from) / 2_000_000),
      ...(DESTINATIONS[random(DESTINATIONS.length)] as (typeof DESTINATIONS)[number]),
      trafficClass: ['otp', 'promotional'][random(2)] as string,
      parts: 1 + random(3),
      // Some are held still, and owe nothing yet.
      event: random(10) === 0 ? 'accepted' : 'delivered',
    });
  }
  for (const sent of SENT) traffic.send(sent);
  await traffic.store(clickHouse);
}, 240_000);
afterAll(async () => {
  await process.app.close();
  await clickHouse.close();
  await pool.end();
});

interface Money {
  side: string;
  in: string;
  currency: string;
  before: string;
  after: string;
  difference: string;
  today?: string;
}
interface Result {
  id: string;
  status: string;
  result: {
    totals: Money[];
    counts: Record<string, number>;
    marginEffect: object[];
    lines: number;
    topMovers: { lines: object[] }[];
  };
}

async function whatIf(body: object, as = operator): Promise<Result> {
  const answer: Answer = await as('POST', '/what-if', body);
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  expect((answer.body as unknown as Result).status).toBe('done');
  return answer.body as unknown as Result;
}

/** What was settled on one side by these cards. */
function rated(side: string, card: string): string {
  let sum = 0n;
  for (const { legs } of traffic.events)
    for (const leg of legs) if (leg.side === side && leg.rate?.cardId === card) sum += leg.amount;
  return formatMoney(sum);
}

test('a draft like the version in force changes nothing of what was rated, to the nano-unit', async () => {
  const { result } = await whatIf({ draft: { cardId: 'sell', version: 2 }, from: 'effective' });
  const before = rated('sell', 'sell');
  expect(parseMoney(before)).toBeGreaterThan(0n);
  expect(result.totals).toEqual([
    { side: 'sell', in: 'card', currency: 'EUR', before, after: before, difference: '0' },
  ]);
  expect(result.topMovers).toEqual([]);
  const bought = await whatIf({ draft: { cardId: 'buy', csv: BUY } });
  const cost = rated('buy', 'buy');
  expect(bought.result.totals).toEqual([
    { side: 'buy', in: 'card', currency: 'EUR', before: cost, after: cost, difference: '0' },
  ]);
});

test('a draft with every price doubled doubles the money exactly', async () => {
  const cost = rated('buy', 'buy');
  const { result } = await whatIf({ draft: { cardId: 'buy', csv: twice(BUY) } });
  const doubled = formatMoney(parseMoney(cost) * 2n);
  expect(result.totals).toEqual([
    { side: 'buy', in: 'card', currency: 'EUR', before: cost, after: doubled, difference: cost },
  ]);
  expect(result.marginEffect).toEqual([{ currency: 'EUR', difference: `-${cost}` }]);
  const own = rated('sell', 'own');
  const sold = await whatIf({ draft: { cardId: 'own', csv: twice(OWN) } });
  expect(sold.result.totals).toMatchObject([
    { before: own, after: formatMoney(parseMoney(own) * 2n), difference: own },
  ]);
});

test('lines add up to the totals, in JSON and as CSV, and no line is told twice', async () => {
  const { id, result } = await whatIf({ draft: { cardId: 'sell', csv: twice(SELL_1) } });
  const lines: { account: string; country: string; mcc: string; money: Money[]; counts: { legs: number } }[] = [];
  let cursor: string | null = null;
  do {
    const page = await operator('GET', `/what-if/${id}/lines?limit=7${cursor === null ? '' : `&cursor=${cursor}`}`);
    lines.push(...(page.body['items'] as unknown as typeof lines));
    cursor = page.body['nextCursor'] as unknown as string | null;
  } while (cursor !== null);
  expect(lines).toHaveLength(result.lines);
  expect(new Set(lines.map(({ money: _, counts: __, ...key }) => JSON.stringify(key))).size).toBe(lines.length);
  for (const which of ['before', 'after', 'difference'] as const) {
    const sum = lines.flatMap(({ money }) => money).reduce((total, one) => total + parseMoney(one[which]), 0n);
    expect(formatMoney(sum)).toBe(result.totals[0]?.[which]);
  }
  const [head, ...rows] = (await operator('GET', `/what-if/${id}/sheet`)).text.trimEnd().split('\n');
  const at = (head as string).split(',').indexOf('difference');
  const csv = rows.reduce((total, row) => total + parseMoney(row.split(',')[at] || '0'), 0n);
  expect(formatMoney(csv)).toBe(result.totals[0]?.difference);
  expect(lines.find(({ account, country }) => account === 'acme' && country === 'DE')?.money[0]?.currency).toBe('EUR');
});

test('any draft gives what each message alone would cost by it', async () => {
  const draft = SELL_1.replace('DE,,,,,0.07,part', 'DE,,,,promotional,0.066,message\nDE,,,,,0.071,part')
    .replace('0.027', '0.0333')
    .replace('GB,,,,otp,0.029,message', 'GB,,,,otp,0.019,part');
  const { result } = await whatIf({ draft: { cardId: 'sell', csv: draft } });
  // The same traffic, rated message by message on a catalog in which the draft is published.
  const other = (await operator('POST', '/rate-cards', { id: `alone-${Date.now()}`, name: 'x', side: 'sell' })).body[
    'id'
  ];
  const path = `/rate-cards/${String(other)}/versions?backdated=true&effectiveFrom=${iso(MONTH.from - 1_000_000)}`;
  expect((await operator('POST', path, draft)).status).toBe(201);
  const pricing = await pricingOf(process.state.view, pool);
  const book = pricing.book;
  const asked = {
    ...pricing,
    book: Object.assign(Object.create(book) as typeof book, {
      find: (card: { id: string; precedence: null }, ...rest: [number, never, number]) =>
        book.find(card.id === 'sell' ? { ...card, id: String(other) } : card, ...rest),
    }),
  };
  const alone = new RatedTraffic(asked, process.state.view);
  let sum = 0n;
  for (const sent of SENT)
    for (const { legs } of alone.send(sent)) for (const leg of legs) if (leg.rate?.cardId === 'sell') sum += leg.amount;
  expect(result.totals[0]?.after).toBe(formatMoney(sum));
  expect(result.totals[0]?.after).not.toBe(result.totals[0]?.before);
});

test('messages that lose or gain a price are counted, and what they gain is in the money', async () => {
  const { result } = await whatIf({
    draft: { cardId: 'sell', csv: `${SELL_2.replace(/FR.*\n/, '')}US,,,,,0.01,part\n` },
    from: 'always',
  });
  const settled = (country: string): number =>
    traffic.events.filter(
      ({ country: to, legs }) =>
        to === country && legs.some(({ action, rate }) => action === 'settle' && rate?.cardId === 'sell'),
    ).length;
  const unrated = traffic.events.filter(({ legs }) =>
    legs.some(({ side, action, rate }) => side === 'sell' && action === 'unrated' && rate?.cardId === 'sell'),
  ).length;
  expect(settled('FR')).toBeGreaterThan(0);
  expect(unrated).toBeGreaterThan(0);
  expect(result.counts).toMatchObject({ becomeUnrated: settled('FR'), becomeRated: unrated, stayUnrated: 0 });
  const us = (
    await operator(
      'GET',
      `/what-if/${(await whatIf({ draft: { cardId: 'sell', csv: 'country,price\nUS,0.01\n' } })).id}/lines?limit=500`,
    )
  ).body['items'] as unknown as { country: string; money: Money[] }[];
  const gained = us
    .filter(({ country }) => country === 'US')
    .flatMap(({ money }) => money)
    .reduce((total, one) => total + parseMoney(one.after), 0n);
  const parts = traffic.events
    .filter(
      ({ country, event, legs }) =>
        country === 'US' && event === 'delivered' && legs.some(({ rate }) => rate?.cardId === 'sell'),
    )
    .reduce((total, { parts: { reported } }) => total + (reported ?? 0), 0);
  expect(formatMoney(gained)).toBe(formatMoney(parseMoney('0.01') * BigInt(parts)));
});

const MAPPING = JSON.stringify({
  country: { column: 'country' },
  mcc: 'mcc',
  mnc: 'mnc',
  price: { column: 'price' },
  decimal: '.',
  currency: { fixed: 'EUR' },
});
async function stage(csv: string, card = 'buy'): Promise<{ id: string; summary: { margin: Record<string, unknown> } }> {
  const query = `mode=full&mapping=${encodeURIComponent(MAPPING)}`;
  const answer = await operator('POST', `/rate-cards/${card}/imports?${query}`, csv);
  expect([answer.status, answer.body['status']]).toEqual([201, 'staged']);
  return answer.body as never;
}

test('losses of a sheet are weighed by the last 30 days, a row that is narrower than before too', async () => {
  // O2 had no row of its own and was bought as any network of Germany.
  const { id, summary } = await stage(BUY.replace('DE,262,01,0.02', 'DE,262,01,0.055\nDE,262,02,0.08'));
  const since = Date.now() * 1_000 - 30 * 86_400_000_000;
  let o2 = 0;
  let telekom = 0;
  for (const { legs, network } of traffic.events) {
    const [buy] = legs.filter(
      ({ side, action, billingTime }) => side === 'buy' && action === 'settle' && billingTime >= since,
    );
    if (network.reported?.mnc === '02') o2 += buy?.quantity ?? 0;
    if (network.reported?.mnc === '01' && network.reported.mcc === '262') telekom += buy?.quantity ?? 0;
  }
  expect(o2).toBeGreaterThan(0);
  // Sold at 0.07 and 0.051.
  const lost = formatMoney(10_000_000n * BigInt(o2) + 4_000_000n * BigInt(telekom));
  expect(summary.margin).toMatchObject({ traffic: { days: 30, lost: [{ currency: 'EUR', amount: lost }] } });
  const { items } = (await operator('GET', `/rate-cards/buy/imports/${id}/margin`)).body as unknown as {
    items: object[];
  };
  expect(items).toContainEqual(
    expect.objectContaining({ buyRateId: 'any:DE-262-02', units: o2, lost: formatMoney(10_000_000n * BigInt(o2)) }),
  );
  expect(items).toContainEqual(
    expect.objectContaining({
      buyRateId: 'any:DE-262-01',
      units: telekom,
      lost: formatMoney(4_000_000n * BigInt(telekom)),
    }),
  );
});

test('a staged import is tried by its id, and a plan by its changed body', async () => {
  const { id } = await stage(twice(BUY));
  const cost = rated('buy', 'buy');
  const { result } = await whatIf({
    draft: { importId: id },
    against: { traffic: { from: iso(MONTH.from), to: iso(MONTH.to) } },
  });
  expect(result.totals).toMatchObject([{ side: 'buy', before: cost, difference: cost }]);
  const path = `/rate-cards/sell-dear/versions?backdated=true&effectiveFrom=${iso(MONTH.from - 1_000_000)}`;
  await operator('POST', '/rate-cards', { id: 'sell-dear', name: 'dear', side: 'sell' });
  await operator('POST', path, 'country,price\nDE,1\nGB,1\nFR,1\n');
  const plan = await whatIf({ draft: { planId: 'plan', plan: { bindings: [{ cardId: 'sell-dear' }] } } });
  let parts = 0n;
  for (const {
    legs,
    parts: { reported },
  } of traffic.events)
    for (const leg of legs) if (leg.rate?.cardId === 'sell' && leg.action === 'settle') parts += BigInt(reported ?? 0);
  expect(plan.result.totals).toMatchObject([{ side: 'sell', after: formatMoney(parts * 1_000_000_000n) }]);
  const bad = await operator('POST', '/what-if', {
    draft: { planId: 'plan', plan: { bindings: [{ cardId: 'buy' }] } },
  });
  expect([bad.status, bad.text]).toEqual([422, expect.stringContaining('not_a_sell_card')]);
});

test('accounts narrow it, with all below them', async () => {
  const all = await whatIf({ draft: { cardId: 'sell', csv: twice(SELL_1) } });
  const acme = await whatIf({ draft: { cardId: 'sell', csv: twice(SELL_1) }, against: { accounts: ['acme'] } });
  const mine = await whatIf({ draft: { cardId: 'sell', csv: twice(SELL_1) }, against: { accounts: ['mine'] } });
  const after = ({ result }: Result): bigint => parseMoney(result.totals[0]?.after ?? '0');
  expect(after(acme)).toBeGreaterThan(0n);
  expect(after(acme) + after(mine)).toBe(after(all));
});

test('usages are priced by both, without any traffic', async () => {
  const usages = [
    { account: 'customer', to: '+4915112345678', mcc: '262', mnc: '01', parts: 2, supplier: 'sup' },
    { account: 'acme', to: '+33612345678', mcc: '208', mnc: '01' },
    { account: 'acme', to: '+12025550123' },
    { account: 'acme', to: '+33612345678', event: 'undelivered' },
  ];
  const { result } = await whatIf({
    draft: { cardId: 'sell', csv: `${twice(SELL_2)}US,,,,,0.5,part\n` },
    against: { usages },
  });
  // customer pays mine by its own card; mine pays 2 × 0.051; acme 0.046 and, by the draft alone, 0.5
  expect(result.totals).toEqual([
    { side: 'sell', in: 'card', currency: 'EUR', before: '0.328', after: '0.976', difference: '0.648' },
    { side: 'buy', in: 'card', currency: 'EUR', before: '0.04', after: '0.04', difference: '0' },
  ]);
  expect(result.counts).toMatchObject({ becomeRated: 1, becomeUnrated: 0 });
  const faults = await operator('POST', '/what-if', {
    draft: { cardId: 'sell', csv: SELL_1 },
    against: {
      usages: [
        { account: 'nobody', to: '+33612345678' },
        { account: 'acme', to: 'x-y-z' },
      ],
    },
  });
  expect(faults.status).toBe(422);
  expect(JSON.parse(faults.text)).toMatchObject({
    errors: [{ pointer: '/against/usages/0/account' }, { pointer: '/against/usages/1/to' }],
  });
});

test('a message that a later step corrects counts once, as it stands now', async () => {
  const sent: Sent = {
    id: 'moved',
    account: 'acme',
    at: MIDDLE + 5_000_000,
    ...(DESTINATIONS[4] as (typeof DESTINATIONS)[number]),
    trafficClass: 'otp',
    parts: 1,
  };
  const before = (await whatIf({ draft: { cardId: 'sell', csv: twice(SELL_2) } })).result.totals[0];
  SENT.push(sent, { ...sent, event: 'accepted', mcc: '208', mnc: '01', country: 'DE', to: '+4915112345678' });
  for (const one of SENT.slice(-2)) traffic.send(one);
  expect(traffic.events.slice(-1)[0]?.legs.map(({ action }) => action)).toContain('reverse');
  await traffic.store(clickHouse);
  const { result } = await whatIf({ draft: { cardId: 'sell', csv: twice(SELL_2) } });
  const gained = parseMoney(result.totals[0]?.before ?? '0') - parseMoney(before?.before ?? '0');
  expect([formatMoney(gained), result.totals[0]?.before]).toEqual(['0.07', rated('sell', 'sell')]);
  expect(parseMoney(result.totals[0]?.after ?? '0') - parseMoney(before?.after ?? '0')).toBe(gained * 2n);
});
