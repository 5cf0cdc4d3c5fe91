import fc from 'fast-check';
import type { RateRow } from '@ratestream/events';
import { parseMoney } from '@ratestream/money';
import { RateBook, RateTable, type Destination } from '../src/index.js';
import { NOON, rate } from './world.js';

const GB: Destination = { country: 'GB', mcc: '234', mnc: '10', digits: '44770090' };

/** The rule as domain.md says it, by looking at every row: class before depth, then network, longest prefix, MCC, country, default. */
function slowly(rows: readonly RateRow[], trafficClass: string, to: Destination): RateRow | undefined {
  const matches = (row: RateRow): boolean =>
    (row.trafficClass === null || row.trafficClass === trafficClass) &&
    (row.prefix !== null
      ? to.digits.startsWith(row.prefix)
      : (row.country === null || row.country === to.country) &&
        (row.mcc === null || row.mcc === to.mcc) &&
        (row.mnc === null || row.mnc === to.mnc));
  const rank = (row: RateRow): number[] => [
    row.trafficClass === null ? 1 : 0,
    row.mnc !== null ? 0 : row.prefix !== null ? 1 : row.mcc !== null ? 2 : row.country !== null ? 3 : 4,
    row.prefix === null ? 0 : -row.prefix.length,
    row.country === null ? 1 : 0,
  ];
  const before = (a: number[], b: number[]): number =>
    a.map((value, at) => value - (b[at] as number)).find((difference) => difference !== 0) ?? 0;
  return rows.filter(matches).sort((a, b) => before(rank(a), rank(b)))[0];
}

test.each<[string, RateRow[], string]>([
  ['network before prefix', [rate('1', { mcc: '234', mnc: '10' }), rate('2', { prefix: '447700' })], '1'],
  [
    'the longest prefix',
    [rate('1', { prefix: '44' }), rate('2', { prefix: '44770' }), rate('3', { prefix: '4478' })],
    '2',
  ],
  ['prefix before MCC', [rate('1', { mcc: '234' }), rate('2', { prefix: '4' })], '2'],
  ['MCC before country', [rate('1', { mcc: '234' }), rate('2', { country: 'GB' })], '1'],
  ['country before default', [rate('1'), rate('2', { country: 'GB' })], '2'],
  ['class before depth', [rate('1', { trafficClass: 'otp' }), rate('2', { mcc: '234', mnc: '10' })], '1'],
  [
    'a network of the same country before one of any',
    [rate('1', { mcc: '234', mnc: '10' }), rate('2', { mcc: '234', mnc: '10', country: 'GB' })],
    '2',
  ],
  ['MNC 10 is not MNC 010', [rate('1', { mcc: '234', mnc: '010' }), rate('2')], '2'],
])('%s', (_, rows, price) => {
  const table = new RateTable(rows);
  const found = table.find('otp', GB);
  expect(table.price(table.rowOf(found))).toBe(parseMoney(price));
});

test('no row that matches is no price', () => {
  expect(new RateTable([rate('1', { country: 'FR' })]).find('otp', GB)).toBe(-1);
});

test('the table finds what looking at every row finds', () => {
  const digit = fc.constantFrom('0', '1', '2');
  const classes = fc.constantFrom(null, 'otp', 'promotional');
  const row = fc.oneof(
    fc.record({
      mcc: fc.constantFrom('234', '262'),
      mnc: fc.constantFrom('01', '10', '010'),
      country: fc.constantFrom(null, 'GB', 'DE'),
      trafficClass: classes,
    }),
    fc.record({ prefix: fc.array(digit, { maxLength: 7 }).map((tail) => `4${tail.join('')}`), trafficClass: classes }),
    fc.record({ mcc: fc.constantFrom('234', '262'), trafficClass: classes }),
    fc.record({ country: fc.constantFrom('GB', 'DE'), trafficClass: classes }),
    fc.record({ trafficClass: classes }),
  );
  const key = (one: Partial<RateRow>): string =>
    JSON.stringify([one.country ?? null, one.mcc ?? null, one.mnc ?? null, one.prefix ?? null, one.trafficClass]);
  const destination = fc.record({
    country: fc.constantFrom(null, 'GB', 'DE', 'FR'),
    mcc: fc.constantFrom(null, '234', '262'),
    mnc: fc.constantFrom('01', '10', '010'),
    digits: fc.array(digit, { maxLength: 10 }).map((tail) => `4${tail.join('')}`),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(row, { selector: key, maxLength: 40 }),
      destination,
      fc.constantFrom('otp', 'promotional', 'p2p'),
      (matches, to, trafficClass) => {
        const rows = matches.map((match, at) => ({ ...rate('1', match), rateId: `r${at}` }));
        const asked: Destination = { ...to, mnc: to.mcc === null ? null : to.mnc };
        const table = new RateTable(rows);
        const found = table.find(trafficClass, asked);
        expect(found < 0 ? undefined : table.rateId(table.rowOf(found))).toBe(
          slowly(rows, trafficClass, asked)?.rateId,
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

test('of versions in force the latest counts, of equal instants the highest; a withdrawn one never', () => {
  const book = new RateBook();
  const publish = (version: number, effectiveFrom: number): void =>
    book.addVersion(
      {
        cardId: 'c',
        version,
        effectiveFrom,
        knownAt: 0,
        supersedes: null,
        withdrawnAt: null,
        rows: 1,
        chunks: 1,
        sha256: '',
      },
      [rate('1')],
    );
  publish(1, NOON);
  publish(2, NOON + 10);
  publish(3, NOON + 10);
  const at = (instant: number) => {
    const found = book.find('c', instant, 'otp', GB);
    return typeof found === 'string' ? found : found.version;
  };
  expect([at(NOON - 1), at(NOON), at(NOON + 9), at(NOON + 10)]).toEqual(['no_version', 1, 1, 3]);
  book.withdrawVersion('c', 3);
  expect(at(NOON + 10)).toBe(2);
});

test('a price that 64 bits of nano-units cannot hold is refused, not wrapped', () => {
  expect(() => new RateTable([rate('9223372036.854775808')])).toThrow(RangeError);
  expect(new RateTable([rate('9223372036.854775807')]).price(0)).toBe(9_223_372_036_854_775_807n);
});
