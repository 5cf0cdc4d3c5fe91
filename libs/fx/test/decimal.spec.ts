import fc from 'fast-check';
import { Decimal } from 'decimal.js';
import { DEFAULT_FX } from '@ratestream/catalog';
import type { FxTerms } from '@ratestream/catalog';
import { FxBook, applyFx, parseEcbHistory } from '../src/index.js';
import { FOREVER, ecb, ecbFile, micros } from './support.js';

// Another implementation of the arithmetic, by a decimal library: enough digits that a tie of nine places is seen.
const Exact = Decimal.clone({ precision: 200, rounding: Decimal.ROUND_HALF_EVEN });
const figure = fc
  .tuple(fc.bigInt(1n, 10n ** 12n), fc.integer({ min: 0, max: 8 }))
  .map(([digits, places]) => new Exact(digits.toString()).div(new Exact(10).pow(places)).toFixed());
const spread = fc.option(
  fc.integer({ min: 0, max: 100_000 }).map((thousandths) => new Exact(thousandths).div(1000).toFixed()),
);
const amount = fc.bigInt(-(10n ** 20n), 10n ** 20n);

function byDecimal(nano: bigint, from: string, to: string, spreadPercent: string | null): bigint {
  const grown = new Exact(100).plus(spreadPercent ?? '0').div(100);
  return BigInt(new Exact(nano.toString()).times(to).times(grown).div(from).toDecimalPlaces(0).toFixed());
}

test('cross rates with a spread agree with a decimal library, to the last place', () => {
  fc.assert(
    fc.property(figure, figure, spread, amount, (from, to, spreadPercent, nano) => {
      const book = new FxBook();
      book.publish(ecb(`2026-04-01 USD ${from} GBP ${to}`));
      const terms: FxTerms = { ...DEFAULT_FX, spreadPercent };
      const at = micros('2026-04-02T00:00:00Z');
      const conversion = book.convert({ from: 'USD', to: 'GBP', terms, at, timeZone: 'UTC', knownAt: FOREVER });
      const expected = byDecimal(nano, from, to, spreadPercent);
      expect(conversion?.apply(nano)).toBe(expected);
      const shown = new Exact(to).div(from).times(new Exact(100).plus(spreadPercent ?? '0').div(100));
      expect(conversion?.fx.rate).toBe(shown.toSignificantDigits(12).toFixed());
    }),
    { numRuns: 2_000 },
  );
});

test('what the evidence alone gives is what was charged, and its negative is exact', () => {
  fc.assert(
    fc.property(
      figure,
      figure,
      spread,
      amount,
      fc.constantFrom('event', 'fixed', 'period_average'),
      (a, b, s, nano, rule) => {
        const book = new FxBook();
        book.publish(ecb(`2026-04-01 USD ${a} GBP ${b}\n2026-04-02 USD ${b} GBP ${a}\n2026-05-01 USD 1 GBP 1`));
        const terms: FxTerms = { ...DEFAULT_FX, rule, spreadPercent: s, fixed: { 'GBP/USD': a } };
        const at = micros('2026-04-03T00:00:00Z');
        const conversion = book.convert({ from: 'USD', to: 'GBP', terms, at, timeZone: 'UTC', knownAt: FOREVER });
        if (conversion === null) throw new Error('there is a rate');
        const read = JSON.parse(JSON.stringify(conversion.fx)) as typeof conversion.fx;
        expect(applyFx(nano, read)).toBe(conversion.apply(nano));
        expect(applyFx(-nano, read)).toBe(-conversion.apply(nano));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('an average agrees with a decimal library', () => {
  const pairs = fc.array(fc.tuple(figure, figure), { minLength: 1, maxLength: 22 });
  fc.assert(
    fc.property(pairs, spread, amount, (days, spreadPercent, nano) => {
      const lines = days.map(
        ([usd, gbp], index) => `2026-04-${String(index + 1).padStart(2, '0')} USD ${usd} GBP ${gbp}`,
      );
      const book = new FxBook();
      book.publish(ecb([...lines, '2026-05-01 USD 1 GBP 1'].join('\n')));
      const terms: FxTerms = { ...DEFAULT_FX, rule: 'period_average', spreadPercent };
      const at = micros('2026-04-03T00:00:00Z');
      const conversion = book.convert({ from: 'USD', to: 'GBP', terms, at, timeZone: 'UTC', knownAt: FOREVER });
      const mean = days.reduce((sum, [usd, gbp]) => sum.plus(new Exact(gbp).div(usd)), new Exact(0)).div(days.length);
      const rate = mean.times(new Exact(100).plus(spreadPercent ?? '0').div(100)).toSignificantDigits(18);
      expect(conversion?.fx.rate).toBe(rate.toFixed());
      const expected = new Exact(nano.toString()).times(rate).toDecimalPlaces(0).toFixed();
      expect(conversion?.apply(nano)).toBe(BigInt(expected));
    }),
    { numRuns: 300 },
  );
});

test('over the real history every day and pair agrees with a decimal library', () => {
  const text = ecbFile();
  if (text === null) {
    console.log('skipped: no ../shared/data/fx/eurofxref-hist.csv here, and RATESTREAM_DATA names no other place');
    return;
  }
  const { days } = parseEcbHistory(text);
  const book = new FxBook();
  book.publish({ source: 'ecb', base: 'EUR', days, knownAt: 0 });
  let compared = 0;
  for (const [index, day] of days.entries()) {
    const codes = ['EUR', ...Object.keys(day.rates)];
    const from = codes[index % codes.length] as string;
    const to = codes[(index * 7 + 3) % codes.length] as string;
    if (from === to) continue;
    const asked = { from, to, terms: DEFAULT_FX, at: day.publishedAt, timeZone: 'UTC', knownAt: FOREVER };
    const conversion = book.convert(asked);
    const nano = BigInt(index) * 1_234_567_891n + 1n;
    const quoted = { EUR: '1', ...day.rates } as Record<string, string>;
    expect(conversion?.fx.rateDate).toBe(day.date);
    expect(conversion?.apply(nano)).toBe(byDecimal(nano, quoted[from] as string, quoted[to] as string, null));
    compared += 1;
  }
  expect(compared).toBeGreaterThan(6_500);
});
