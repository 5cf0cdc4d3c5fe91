import { PLAIN_ACCOUNT, PLAIN_BINDING, PLAIN_CARD, PLAIN_PLAN, PLAIN_RATE, type RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { FxBook } from '@ratestream/fx';
import { formatMoney, parseMoney } from '@ratestream/money';
import { RateBook, Terms, type CatalogReader } from '@ratestream/pricing';
import fc from 'fast-check';
import { Comparison, isDue, type Line } from '../../src/what-if/comparison.js';
import { asCharged } from '../../src/what-if/compare-traffic.js';
import { monthStarts } from '../../src/what-if/exchange.js';
import { legGroupOf } from '../../src/what-if/group-columns.js';
import { priceOne, type PricedPlace, type Prices } from '../../src/what-if/price-group.js';
import { shownLine, summarise } from '../../src/what-if/summarise.js';
import type { LegGroup } from '../../src/what-if/traffic-reader.js';
import { lastMonth } from '../../src/what-if/what-if-requests.js';

const NOON = Date.UTC(2026, 4, 1, 12) * 1_000;
const rate = (price: string, match: Partial<RateRow> = {}): RateRow => ({
  rateId: `${price}-${JSON.stringify(match)}`,
  country: null,
  mcc: null,
  mnc: null,
  prefix: null,
  trafficClass: null,
  price: parseMoney(price),
  unit: 'part',
  basis: null,
  timeoutSec: null,
  timeoutPolicy: null,
  ...PLAIN_RATE,
  ...match,
});
const CARD: RateCard = {
  id: 'sell',
  name: 'sell',
  side: 'sell',
  service: 'sms',
  currency: 'USD',
  partRule: 'reported',
  networkEvidence: ['reported', 'ported', 'range'],
  basis: 'submit',
  timeoutSec: 60,
  timeoutPolicy: null,
  noReceiptCountries: [],
  ...PLAIN_CARD,
};

/** A catalog of one account that pays in EUR by a card in USD with these rates. */
function prices(rates: RateRow[]): Prices {
  const account = {
    id: 'acme', parentId: null, name: 'acme', currency: 'EUR', timeZone: 'UTC', partition: 0, planId: 'plan', mode: 'postpaid', creditLimit: '0', warnBelow: null,
    defaultTrafficClass: 'any', legalEntity: null, taxCategory: null, closed: false, ...PLAIN_ACCOUNT,
  } as const; // prettier-ignore
  const plan = {
    id: 'plan', version: 1, name: 'plan', service: 'sms', bindings: [{ ...PLAIN_BINDING, cardId: 'sell' }], basis: 'submit', timeoutSec: 60, timeoutPolicy: null, ...PLAIN_PLAN,
  } as const; // prettier-ignore
  const catalog: CatalogReader = {
    position: 1,
    accounts: new Map([['acme', { ...account }]]),
    suppliers: new Map(),
    connections: new Map(),
    cards: new Map([['sell', CARD]]),
    plans: new Map([['plan', { ...plan, bindings: [...plan.bindings] }]]),
    rateGroups: new Map(),
    chain: () => ['acme'],
  };
  const book = new RateBook();
  const version = {
    cardId: 'sell',
    version: 1,
    effectiveFrom: 0,
    knownAt: 0,
    supersedes: null,
    withdrawnAt: null,
    rows: 0,
    chunks: 0,
    sha256: '',
  };
  book.addVersion(version, rates);
  const fx = new FxBook();
  fx.publish({
    source: 'ecb',
    base: 'EUR',
    days: [{ date: '2026-04-30', publishedAt: NOON - 1, rates: { USD: '1.1684' } }],
    knownAt: 0,
  });
  return {
    pricing: {
      terms: new Terms(catalog),
      book,
      fx,
      reportingCurrency: 'EUR',
      catalogPosition: 1,
      hashRecipient: () => ({ hash: '', keyId: '' }),
      ratedAt: NOON * 2,
    },
    card: () => CARD,
  };
}

const TODAY = prices([
  rate('0.0131', { country: 'DE' }),
  rate('0.017', { country: 'DE', trafficClass: 'otp', unit: 'message' }),
  rate('0.0007', { country: 'DE', surcharge: 'registration' }),
  rate('0.021', { mcc: '234', mnc: '10' }),
  rate('0.019', { prefix: '4477' }),
  rate('0.03', { country: 'DE', senderType: 'short_code' }),
]);
const DRAFT = prices([rate('0.0333333', { country: 'DE' }), rate('0.01', { country: 'US' })]);

const place = fc.record<PricedPlace & { country: string; mcc: string; mnc: string; event: string }>({
  side: fc.constant('sell'),
  account: fc.constant('acme'),
  payer: fc.constant('acme'),
  supplier: fc.constant(''),
  cardId: fc.constant('sell'),
  at: fc.integer({ min: NOON, max: NOON + 1_000_000 }),
  networks: fc.constantFrom([], ['reported/234/10/'], ['range/262/01/DE']),
  numberCountry: fc.constantFrom('DE', 'GB', 'US'),
  country: fc.constantFrom('DE', 'GB'),
  mcc: fc.constant(''),
  mnc: fc.constant(''),
  digits: fc.constantFrom('', '4477', '4479'),
  trafficClass: fc.constantFrom('otp', 'promotional'),
  senderType: fc.constantFrom('', 'short_code'),
  originCountry: fc.constant(''),
  routeGrade: fc.constant(''),
  connection: fc.constant(''),
  firstPart: fc.boolean(),
  partsReported: fc.integer({ min: -1, max: 4 }),
  partsComputed8: fc.constantFrom(-1, 3),
  partsComputed16: fc.constant(-1),
  event: fc.constantFrom('submitted', 'accepted'),
});

/** A few kinds of messages, each sent often: real traffic repeats itself, and only so are there groups. */
const traffic = fc
  .array(place, { minLength: 1, maxLength: 5 })
  .chain((kinds) =>
    fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(999_999)), { minLength: kinds.length + 1, maxLength: 40 }),
  )
  .map((sent) => sent.map(([kind, later]) => ({ ...kind, at: NOON + later })));

function alone(leg: typeof place extends fc.Arbitrary<infer T> ? T : never): LegGroup {
  const { event, ...rest } = leg;
  return { ...rest, level: 0, legs: 1, events: [event], ...asCharged(priceOne(leg, TODAY)) };
}

/** As ClickHouse groups them: equal in everything but the exact time, which lies in one interval. */
function grouped(legs: readonly LegGroup[]): LegGroup[] {
  const groups = new Map<string, LegGroup>();
  for (const leg of legs) {
    const { legs: _, units: __, at: ___, amount, accountAmount, reportingAmount, ...key } = leg;
    const text = JSON.stringify(key);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, { ...leg });
    else {
      group.legs += 1;
      group.units += leg.units;
      group.amount += amount;
      group.accountAmount += accountAmount;
      group.reportingAmount += reportingAmount;
      group.at = Math.min(group.at, leg.at);
    }
  }
  return [...groups.values()];
}

function compared(groups: readonly LegGroup[]): Line[] {
  const comparison = new Comparison(1_000, (account) => account);
  for (const group of groups) comparison.add({ group, today: priceOne(group, TODAY), after: priceOne(group, DRAFT) });
  return comparison.sorted();
}

test('the sum over groups is the sum over messages, in every currency and every count', () => {
  fc.assert(
    fc.property(traffic, (places) => {
      const legs = places.map(alone);
      const groups = grouped(legs);
      expect(groups.length).toBeLessThan(legs.length);
      const [single, together] = [compared(legs), compared(groups)];
      expect(together.map(shownLine)).toEqual(single.map(shownLine));
      for (const line of together)
        for (const money of Object.values(line.money))
          for (const { before, today } of money.values()) expect(today).toBe(before);
    }),
    { numRuns: 200 },
  );
});

test('totals are the exact sums of their lines, currency by currency', () => {
  fc.assert(
    fc.property(fc.array(place, { minLength: 1, maxLength: 40 }), (places) => {
      const lines = compared(places.map(alone));
      const { totals, counts, marginEffect } = summarise(lines, 0);
      for (const kind of ['card', 'account', 'reporting'] as const) {
        const sums = new Map<string, bigint>();
        for (const { money } of lines)
          for (const [currency, { before, after }] of money[kind])
            sums.set(currency, (sums.get(currency) ?? 0n) + after - before);
        for (const total of totals.filter((one) => one.in === kind))
          expect(total.difference).toBe(formatMoney(sums.get(total.currency) ?? 0n));
      }
      expect(counts.legs).toBe(places.length);
      expect(marginEffect.map(({ difference }) => difference)).toEqual(
        totals.filter(({ in: kind }) => kind === 'card').map(({ difference }) => difference),
      );
    }),
  );
});

test.each([
  ['accept', [], true],
  ['submit', ['accepted'], false],
  ['submit', ['accepted', 'submitted'], true],
  ['submit', ['submit_rejected'], false],
  ['delivered', ['submitted', 'undelivered'], false],
  ['delivered', ['submitted', 'delivered'], true],
  ['final_not_rejected', ['submitted'], false],
  ['final_not_rejected', ['rejected'], false],
  ['final_not_rejected', ['expired'], true],
])('a leg due by %s after %j: %s', (basis, events, due) => expect(isDue(basis, events)).toBe(due));

test.each([
  ['2026-03-15T10:00:00Z', '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  ['2026-01-01T00:00:00Z', '2025-12-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'],
])('the month before %s', (now, from, to) => {
  const month = lastMonth(Date.parse(now) * 1_000);
  expect([month.from, month.to].map((at) => new Date(at / 1_000).toISOString())).toEqual([from, to]);
});

test.each([
  ['UTC', '2026-05-01T00:00:00.000Z'],
  ['Europe/Berlin', '2026-04-30T22:00:00.000Z'],
  ['America/New_York', '2026-05-01T04:00:00.000Z'],
  ['Asia/Kolkata', '2026-04-30T18:30:00.000Z'],
])('May begins in %s at %s', (zone, at) => {
  const found = monthStarts(Date.UTC(2026, 3, 20) * 1_000, Date.UTC(2026, 4, 2) * 1_000, [zone]);
  expect(found.map((instant) => new Date(instant / 1_000).toISOString())).toContain(at);
});

test('a row from before evidence was kept is priced by its best network and by the country of its number', () => {
  const row = {
    networks: [], number_country: '', country: 'DE', mcc: '262', mnc: '01', charged: '0.5', debited: '0.4', reported: '0.5', legs: '2', billed: '3', at: '5',
    parts_reported: -1, parts_computed8: -1, parts_computed16: -1, first_part: 1, opening_route_grade: '', route_grade: 'direct',
  }; // prettier-ignore
  expect(legGroupOf(row, 'sell')).toMatchObject({
    networks: ['reported/262/01/'],
    numberCountry: 'DE',
    routeGrade: '',
    amount: 500_000_000n,
    legs: 2,
  });
  expect(legGroupOf(row, 'buy')).toMatchObject({ routeGrade: 'direct' });
});
