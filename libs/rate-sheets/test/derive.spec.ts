import { DEFAULT_FX, PLAIN_RATE, rateIdOf, type Derivation, type Markup } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { formatMoney, parseMoney } from '@ratestream/money';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { deriveRates, knownNetworks, NetworkList } from '../src/index.js';

const Exact = Decimal.clone({ precision: 200, rounding: Decimal.ROUND_HALF_UP });
const MODES = {
  half_up: Decimal.ROUND_HALF_UP,
  half_even: Decimal.ROUND_HALF_EVEN,
  up: Decimal.ROUND_UP,
  down: Decimal.ROUND_DOWN,
} as const;
const PLAIN: Markup = { percent: '0', fixed: '0', floor: null, ceiling: null };

function row(place: Partial<RateRow>, price: string): RateRow {
  const rate = {
    country: null,
    mcc: null,
    mnc: null,
    prefix: null,
    trafficClass: null,
    unit: 'part' as const,
    basis: 'delivered',
    timeoutSec: 60,
    timeoutPolicy: null,
    ...PLAIN_RATE,
    ...place,
    price: parseMoney(price),
  };
  return { rateId: rateIdOf(rate), ...rate };
}
const derivation = (terms: Partial<Derivation>): Derivation => ({
  fromCardId: 'buy',
  markup: PLAIN,
  groups: [],
  rounding: { mode: 'half_up', places: 6 },
  fx: DEFAULT_FX,
  ...terms,
});
const SAME = { n: 1n, d: 1n };
const derive = (rows: RateRow[], terms: Partial<Derivation>, factor = SAME, base = new Map<string, RateRow>()) =>
  deriveRates(rows, { derivation: derivation(terms), factor, networks: knownNetworks(), base });
const pricesOf = (rates: readonly RateRow[]): string[] => rates.map(({ price }) => formatMoney(price));

const decimals = (max: number) => fc.integer({ min: 0, max }).map((units) => new Exact(units).div(1e6).toFixed(9));
const markup = fc.record({
  percent: fc.integer({ min: -100_000_000, max: 500_000_000 }).map((units) => new Exact(units).div(1e6).toFixed(6)),
  fixed: fc.integer({ min: -20_000, max: 20_000 }).map((units) => new Exact(units).div(1e6).toFixed(6)),
  floor: fc.option(decimals(30_000)),
  ceiling: fc.option(fc.integer({ min: 30_000, max: 90_000 }).map((units) => new Exact(units).div(1e6).toFixed(6))),
});
const figure = fc.integer({ min: 1, max: 2_000_000 }).map((units) => new Exact(units).div(10_000).toFixed(4));

test('every price is what decimal arithmetic of 200 digits makes of it, and nothing is rounded before', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 12n }).map(formatMoney),
      markup,
      fc.constantFrom(...(Object.keys(MODES) as (keyof typeof MODES)[])),
      fc.integer({ min: 0, max: 9 }),
      figure,
      figure,
      fc.boolean(),
      (price, terms, mode, places, from, to, isFee) => {
        const factor = { n: parseMoney(to), d: parseMoney(from) };
        const buy = row({ country: 'GB', surcharge: isFee ? 'fee' : null }, price);
        const { rates, refused } = derive([buy], { markup: terms, rounding: { mode, places } }, factor);
        let value = new Exact(price).mul(to).div(from);
        if (!isFee) {
          value = value.mul(new Exact(terms.percent).plus(100)).div(100).plus(terms.fixed);
          if (terms.floor !== null && value.lt(terms.floor)) value = new Exact(terms.floor);
          if (terms.ceiling !== null && value.gt(terms.ceiling)) value = new Exact(terms.ceiling);
        }
        const expected = value.toDecimalPlaces(places, MODES[mode]);
        if (expected.lt(0)) expect(refused).toMatchObject([{ rateId: buy.rateId, code: 'negative_price' }]);
        else if (expected.gt(1e9)) expect(refused).toMatchObject([{ code: 'too_large' }]);
        else expect(pricesOf(rates).map((text) => new Exact(text).toFixed())).toEqual([expected.toFixed()]);
      },
    ),
    { numRuns: 5_000 },
  );
});

// Worked out by hand: the boundary just below, at and above it.
test.each([
  ['half_up', 4, '0.00005', '0.0001'],
  ['half_up', 4, '0.000049999', '0'],
  ['half_even', 4, '0.00005', '0'],
  ['half_even', 4, '0.00015', '0.0002'],
  ['up', 4, '0.0001', '0.0001'],
  ['up', 4, '0.000100001', '0.0002'],
  ['down', 4, '0.000199999', '0.0001'],
  ['half_up', 0, '0.5', '1'],
  ['down', 9, '0.000000001', '0.000000001'],
] as const)('%s at %i places makes %s of a price %s', (mode, places, price, expected) => {
  expect(pricesOf(derive([row({ country: 'GB' }, price)], { rounding: { mode, places } }).rates)).toEqual([expected]);
});

test('floor first, then ceiling, then rounding', () => {
  const terms = { ...PLAIN, percent: '10', fixed: '0.001', floor: '0.05', ceiling: '0.0612345' };
  const rounding = { mode: 'half_even', places: 6 } as const;
  const rows = [row({ country: 'GB' }, '0.0431'), row({ country: 'DE' }, '0.05'), row({ country: 'FR' }, '0.9')];
  // 0.0431 × 1.1 + 0.001 = 0.04841 < 0.05; 0.056; 0.991 > 0.0612345, a tie to the even sixth place.
  expect(pricesOf(derive(rows, { markup: terms, rounding }).rates)).toEqual(['0.05', '0.056', '0.061234']);
});

test('the first group that names the country replaces the markup; networks and prefixes have their country', () => {
  const groups = [
    { name: 'DACH', countries: ['DE', 'AT'], markup: { ...PLAIN, percent: '50' } },
    { name: 'Europe', countries: ['DE', 'GB'], markup: { ...PLAIN, percent: '20' } },
  ];
  const rows = [
    row({ country: 'DE' }, '1'),
    row({ mcc: '262', mnc: '01' }, '1'),
    row({ prefix: '4915' }, '1'),
    row({ country: 'GB', trafficClass: 'otp', senderType: 'long_code' }, '1'),
    row({ prefix: '3361' }, '1'),
    row({}, '1'),
  ];
  const { rates, undecided } = derive(rows, { markup: { ...PLAIN, percent: '100' }, groups });
  expect(rates.map(({ rateId, price }) => [rateId, formatMoney(price)])).toEqual([
    ['any:DE', '1.5'],
    ['any:262-01', '1.5'],
    ['any:+4915', '1.5'],
    ['otp:GB;sender=long_code', '1.2'],
    ['any:+3361', '2'],
    ['any:default', '2'],
  ]);
  expect(undecided).toEqual([]);
  // A network in two countries, of which one is in a group.
  const networks = new NetworkList([{ countries: ['AG', 'LC'], mcc: '338', mnc: '050', names: [] }]);
  const caribbean = [{ name: 'Antilles', countries: ['AG'], markup: { ...PLAIN, percent: '50' } }];
  const spanning = deriveRates([row({ mcc: '338', mnc: '050' }, '1'), row({ country: 'AG', mcc: '338' }, '1')], {
    derivation: derivation({ groups: caribbean }),
    factor: SAME,
    networks,
    base: new Map(),
  });
  expect(spanning.undecided).toEqual([{ rateId: 'any:338-050', group: 'Antilles' }]);
  expect(pricesOf(spanning.rates)).toEqual(['1', '1.5']);
});

test('unit, key and dates stay; the charge basis is the sell side its own', () => {
  const fee = row(
    { country: 'US', surcharge: 'fee', unit: 'message', validFrom: 5, validUntil: 9, priority: 3 },
    '0.2',
  );
  const base = new Map([[fee.rateId, { ...fee, basis: 'submit', timeoutSec: 30 }]]);
  const markedUp = { markup: { ...PLAIN, percent: '100' } };
  expect(derive([fee], markedUp, SAME, base).rates).toEqual([{ ...fee, basis: 'submit', timeoutSec: 30 }]);
  expect(derive([fee], markedUp).rates).toEqual([{ ...fee, basis: null, timeoutSec: null }]);
});
