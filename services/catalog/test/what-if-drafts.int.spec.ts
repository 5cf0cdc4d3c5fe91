import { OPERATOR, type RateCard } from '@ratestream/catalog';
import { formatMoney, parseMoney } from '@ratestream/money';
import { ClickHouseTraffic } from '../src/what-if/clickhouse-traffic.js';
import { makeTraffic } from '../src/what-if/make-traffic.js';
import { caller } from './harness.js';
import { type Sent } from './what-if/rated-traffic.js';
import {
  ask,
  BUY,
  DESTINATIONS,
  iso,
  MIDDLE,
  MONTH,
  SELL_1,
  SELL_2,
  twice,
  settled,
  startWorld,
  type Result,
  type World,
} from './what-if/world.js';

let world: World;
const whatIf = (body: object): Promise<Result> => ask(world.operator, body);
const rated = (side: string, card: string): string => settled(world.traffic, side, card);

beforeAll(async () => {
  world = await startWorld();
}, 240_000);
afterAll(() => world.stop());

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
  const answer = await world.operator('POST', `/rate-cards/${card}/imports?${query}`, csv);
  expect([answer.status, answer.body['status']]).toEqual([201, 'staged']);
  return answer.body as never;
}

test('losses of a sheet are weighed by the last 30 days, a row that is narrower than before too', async () => {
  // O2 had no row of its own and was bought as any network of Germany.
  const { id, summary } = await stage(BUY.replace('DE,262,01,0.02', 'DE,262,01,0.055\nDE,262,02,0.08'));
  const since = Date.now() * 1_000 - 30 * 86_400_000_000;
  let o2 = 0;
  let telekom = 0;
  for (const { legs, network } of world.traffic.events) {
    const [buy] = legs.filter(
      ({ side, action, billingTime }) => side === 'buy' && action === 'settle' && billingTime >= since,
    );
    if (network.reported?.mnc === '02') o2 += buy?.quantity ?? 0;
    if (network.reported?.mnc === '01' && network.reported.mcc === '262') telekom += buy?.quantity ?? 0;
  }
  expect(o2).toBeGreaterThan(0);
  // Sold at 0.07 and 0.051.
  const lost = formatMoney(10_000_000n * BigInt(o2) + 4_000_000n * BigInt(telekom));
  expect(summary.margin).toMatchObject({
    traffic: { days: 30, lost: [{ currency: 'EUR', amount: lost }], cut: false },
  });
  const { items } = (await world.operator('GET', `/rate-cards/buy/imports/${id}/margin`)).body as unknown as {
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

test('more kinds of messages than may be held are cut, the rarest first, and it is said', async () => {
  const to = Date.now() * 1_000;
  const query = { from: to - 60 * 86_400_000_000, to, party: OPERATOR, cardId: null, digits: 0 };
  const most = (pairs: { groups: { units: number }[] }): number => Math.max(...pairs.groups.map(({ units }) => units));
  const all = await new ClickHouseTraffic(world.clickHouse).pairs(query);
  const few = await new ClickHouseTraffic(world.clickHouse, 1).pairs(query);
  expect([all.cut, few.cut, most(few)]).toEqual([false, true, most(all)]);
  expect(few.groups.length).toBeLessThan(all.groups.length);
});

/** Units that were billed on one side by a card in the last 30 days, to one network. */
function carried(side: string, card: string, mnc: string): number {
  const since = Date.now() * 1_000 - 30 * 86_400_000_000;
  let units = 0;
  for (const { legs, network } of world.traffic.events)
    for (const leg of legs)
      if (
        leg.side === side &&
        leg.rate?.cardId === card &&
        leg.action === 'settle' &&
        leg.billingTime >= since &&
        network.reported?.mnc === mnc
      )
        units += leg.quantity;
  return units;
}

test('a reseller’s losses are what it sells below what it pays its parent, whose card is not named', async () => {
  const reseller = caller(world.process.app, 'rs_mine-secret');
  const query = `mode=partial&mapping=${encodeURIComponent(MAPPING)}`;
  const answer = await reseller('POST', `/rate-cards/own/imports?${query}`, 'country,mcc,mnc,price\nDE,262,02,0.06\n');
  const units = carried('sell', 'own', '02');
  expect(units).toBeGreaterThan(0);
  // It pays 0.07.
  const lost = formatMoney(10_000_000n * BigInt(units));
  expect([answer.status, answer.body]).toMatchObject([
    201,
    { summary: { margin: { traffic: { lost: [{ currency: 'EUR', amount: lost }] } } } },
  ]);
  const listed = await reseller('GET', `/rate-cards/own/imports/${String(answer.body['id'])}/margin`);
  expect(listed.body['items']).toEqual([
    expect.objectContaining({ sellRateId: 'any:DE-262-02', buyCard: 'parent', buyRateId: 'any:DE', units, lost }),
  ]);
  expect(listed.text).not.toContain('Card":"sell"');
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
  await world.operator('POST', '/rate-cards', { id: 'sell-dear', name: 'dear', side: 'sell' });
  await world.operator('POST', path, 'country,price\nDE,1\nGB,1\nFR,1\n');
  const plan = await whatIf({ draft: { planId: 'plan', plan: { bindings: [{ cardId: 'sell-dear' }] } } });
  let parts = 0n;
  for (const {
    legs,
    parts: { reported },
  } of world.traffic.events)
    for (const leg of legs) if (leg.rate?.cardId === 'sell' && leg.action === 'settle') parts += BigInt(reported ?? 0);
  expect(plan.result.totals).toMatchObject([{ side: 'sell', after: formatMoney(parts * 1_000_000_000n) }]);
  const bad = await world.operator('POST', '/what-if', {
    draft: { planId: 'plan', plan: { bindings: [{ cardId: 'buy' }] } },
  });
  expect([bad.status, bad.text]).toEqual([422, expect.stringContaining('not_a_sell_card')]);
});

test('a change of many cards is tried whole', async () => {
  const change = { cards: { ids: ['sell', 'buy'] }, change: { percent: '100' } };
  const bulk = await world.operator('POST', '/bulk-changes', change);
  expect([bulk.status, bulk.body['status']]).toEqual([201, 'staged']);
  const { result } = await whatIf({ draft: { bulkChangeId: bulk.body['id'] }, from: 'always' });
  const [sold, bought] = [rated('sell', 'sell'), rated('buy', 'buy')].map(parseMoney) as [bigint, bigint];
  expect(result.totals).toMatchObject([
    { side: 'sell', before: formatMoney(sold) },
    { side: 'buy', before: formatMoney(bought), difference: formatMoney(bought) },
  ]);
  const [effect] = result.marginEffect as { difference: string }[];
  expect(effect?.difference).toBe(formatMoney(parseMoney(result.totals[0]?.difference ?? '') - bought));
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
  const asOf = { ...usages[1], at: iso(MIDDLE + 1), asOf: iso(MONTH.from), originCountry: 'unknown' };
  const then = await whatIf({ draft: { cardId: 'sell', csv: SELL_2 }, against: { usages: [asOf] } });
  expect(then.result.totals).toMatchObject([{ before: '0.0451', after: '0.046' }]);
  const faults = await world.operator('POST', '/what-if', {
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
  world.sent.push(sent, { ...sent, event: 'accepted', mcc: '208', mnc: '01', country: 'DE', to: '+4915112345678' });
  for (const one of world.sent.slice(-2)) world.traffic.send(one);
  expect(world.traffic.events.slice(-1)[0]?.legs.map(({ action }) => action)).toContain('reverse');
  await world.traffic.store(world.clickHouse);
  const { result } = await whatIf({ draft: { cardId: 'sell', csv: twice(SELL_2) } });
  const gained = parseMoney(result.totals[0]?.before ?? '0') - parseMoney(before?.before ?? '0');
  expect([formatMoney(gained), result.totals[0]?.before]).toEqual(['0.07', rated('sell', 'sell')]);
  expect(parseMoney(result.totals[0]?.after ?? '0') - parseMoney(before?.after ?? '0')).toBe(gained * 2n);
});

test('a notice is told what is to be expected until it is over, and nothing where traffic is not known', async () => {
  const { view } = world.process.state;
  const [card, clock] = [view.cards.get('sell') as RateCard, () => Date.now() * 1_000];
  const traffic = makeTraffic({ pool: world.pool, view, currency: 'EUR', clickHouse: world.store, clock });
  const published = await world.operator('POST', '/rate-cards/buy/versions', BUY.replace('DE,,,0.03', 'DE,,,0.0701'));
  expect([published.status, published.text]).toEqual([201, expect.stringContaining('version')]);
  const pairs = [
    { sellRateId: 'any:DE', buyCard: 'buy', buyRateId: 'any:DE' },
    { sellRateId: 'any:GB', buyCard: 'buy', buyRateId: 'any:GB' },
  ];
  const week = 7 * 86_400_000_000;
  // 0.0701 is paid for what is sold at 0.07; of 30 days' units a week has seven thirtieths.
  const expected = Math.round((carried('buy', 'buy', '02') * 7) / 30);
  expect(await traffic.notices.expectedUnits(card, pairs, week)).toEqual([expected, 0]);
  await traffic.close();
  const unknown = makeTraffic({ pool: world.pool, view, currency: 'EUR', clickHouse: null, clock });
  expect(await unknown.notices.expectedUnits(card, pairs, week)).toBeNull();
});
