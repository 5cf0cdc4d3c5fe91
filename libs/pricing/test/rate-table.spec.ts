import fc from 'fast-check';
import { DEFAULT_PRECEDENCE, type MatchDimension } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { parseMoney } from '@ratestream/money';
import { RateTable, UNKNOWN_ORIGIN_ROW, type MatchQuery } from '../src/index.js';
import { slowly } from './slow-match.js';
import { rate } from './world.js';

const GB: MatchQuery = {
  country: 'GB',
  mcc: '234',
  mnc: '10',
  digits: '44770090',
  originCountry: 'IN',
  routeGrade: 'direct',
  trafficClass: 'otp',
  senderType: 'alphanumeric',
};
const DESTINATION_FIRST: MatchDimension[] = [
  'destination',
  'originCountry',
  'routeGrade',
  'trafficClass',
  'senderType',
];

function found(rows: RateRow[], query: MatchQuery = GB, precedence: MatchDimension[] | null = null): string | number {
  const table = new RateTable(rows);
  const row = table.find(query, precedence);
  return row < 0 ? row : table.rateId(row);
}

const network = { mcc: '234', mnc: '10' };

test.each<[string, RateRow[], string]>([
  ['network before prefix', [rate('1', network), rate('2', { prefix: '447700' })], '1'],
  [
    'the longest prefix',
    [rate('1', { prefix: '44' }), rate('2', { prefix: '44770' }), rate('3', { prefix: '4478' })],
    '2',
  ],
  ['a prefix in its country before one of any', [rate('1', { prefix: '447' }), rate('2', { prefix: '447', country: 'GB' })], '2'],
  ['a longer prefix of any before a shorter one in its country', [rate('1', { prefix: '4477' }), rate('2', { prefix: '447', country: 'GB' })], '1'],
  ['a prefix of another country is none', [rate('1', { prefix: '4477', country: 'JE' }), rate('2', { prefix: '44' })], '2'],
  ['prefix before MCC', [rate('1', { mcc: '234' }), rate('2', { prefix: '4' })], '2'],
  ['an MCC in its country before one of any', [rate('1', { mcc: '234' }), rate('2', { mcc: '234', country: 'GB' })], '2'],
  ['MCC before country', [rate('1', { mcc: '234' }), rate('2', { country: 'GB' })], '1'],
  ['country before default', [rate('1'), rate('2', { country: 'GB' })], '2'],
  ['class before depth', [rate('1', { trafficClass: 'otp' }), rate('2', network)], '1'],
  ['a network of the same country before one of any', [rate('1', network), rate('2', { ...network, country: 'GB' })], '2'],
  ['MNC 10 is not MNC 010', [rate('1', { mcc: '234', mnc: '010' }), rate('2')], '2'],
  ['origin before network', [rate('1', { originCountry: 'IN' }), rate('2', { ...network, trafficClass: 'otp' })], '1'],
  ['origin before grade', [rate('1', { routeGrade: 'direct', ...network }), rate('2', { originCountry: 'IN' })], '2'],
  ['grade before class', [rate('1', { routeGrade: 'direct' }), rate('2', { trafficClass: 'otp' })], '1'],
  ['class before sender', [rate('1', { trafficClass: 'otp' }), rate('2', { senderType: 'alphanumeric' })], '1'],
  ['sender before depth', [rate('1', { senderType: 'alphanumeric' }), rate('2', network)], '1'],
  ['another value of any dimension is no match', [
    rate('1', { senderType: 'long_code' }), rate('2', { routeGrade: 'sim' }), rate('3', { originCountry: 'US' }), rate('4', { trafficClass: 'p2p' }), rate('5'),
  ], '5'],
  ['a higher priority before every precedence', [rate('1', { originCountry: 'IN', ...network }), rate('2', { priority: 1 })], '2'],
  ['of one priority the more specific', [rate('1', { priority: 1 }), rate('2', { priority: 1, country: 'GB' })], '2'],
  ['a lower priority where the higher does not match', [rate('1'), rate('2', { priority: 9, country: 'FR' })], '1'],
  ['a negative priority last', [rate('1'), rate('2', { priority: -1, ...network })], '1'],
])('%s', (_, rows, price) => {
  expect(found(rows)).toBe(`r-${price}`);
}); // prettier-ignore

describe('an origin that is not known', () => {
  const nobody = { ...GB, originCountry: null };
  test.each<[string, RateRow[], string | number]>([
    ['is priced by its own row', [rate('1', { originCountry: 'unknown' }), rate('2', network)], 'r-1'],
    ['is never priced by any where an origin matters', [rate('1', { originCountry: 'US' }), rate('2')], UNKNOWN_ORIGIN_ROW],
    ['is priced by any where no row names an origin', [rate('1')], 'r-1'],
    [
      'is priced by any where the rows that name origins do not match otherwise',
      [rate('1'), rate('2', { originCountry: 'US', country: 'FR' }), rate('3', { originCountry: 'US', trafficClass: 'p2p' })],
      'r-1',
    ],
    ['is kept from any also by a row of lower priority', [rate('1', { priority: 5 }), rate('2', { originCountry: 'US' })], UNKNOWN_ORIGIN_ROW],
    ['is priced by its own row also under a higher priority of any', [rate('1', { priority: 5 }), rate('2', { originCountry: 'unknown' })], 'r-2'],
    ['has no row at all', [rate('1', { country: 'FR' })], -1],
  ])('%s', (_, rows, expected) => {
    expect(found(rows, nobody)).toBe(expected);
    expect(found(rows, { ...nobody, originCountry: 'unknown' })).toBe(expected);
  }); // prettier-ignore

  test('is not what a row of unknown origins prices when it is known', () => {
    expect(found([rate('1', { originCountry: 'unknown' }), rate('2')])).toBe('r-2');
  });
});

test('a card that compares destinations first takes the network over the origin', () => {
  const rows = [rate('1', { originCountry: 'IN' }), rate('2', network), rate('3', { ...network, senderType: 'alphanumeric' })];
  expect(found(rows)).toBe('r-1');
  expect(found(rows, GB, DESTINATION_FIRST)).toBe('r-3');
  expect(found(rows, GB, [...DEFAULT_PRECEDENCE])).toBe('r-1');
}); // prettier-ignore

test('no row that matches is no price', () => {
  expect(found([rate('1', { country: 'FR' })])).toBe(-1);
  expect(found([])).toBe(-1);
});

const digit = fc.constantFrom('0', '1', '2');
const country = fc.constantFrom(null, 'GB', 'DE');
const place = fc.oneof(
  fc.record({ mcc: fc.constantFrom('234', '262'), mnc: fc.constantFrom('01', '10', '010'), country }),
  fc.record({ prefix: fc.array(digit, { maxLength: 7 }).map((tail) => `4${tail.join('')}`), country }),
  fc.record({ mcc: fc.constantFrom('234', '262'), country }),
  fc.record({ country }),
);
const row = fc
  .tuple(
    place,
    fc.record({
      trafficClass: fc.constantFrom(null, null, 'otp', 'promotional'),
      senderType: fc.constantFrom(null, null, 'alphanumeric', 'long_code'),
      originCountry: fc.constantFrom(null, null, null, 'IN', 'US', 'unknown'),
      routeGrade: fc.constantFrom(null, null, 'direct', 'sim'),
      priority: fc.constantFrom(0, 0, 0, 1, -2),
    }),
  )
  .map(([where, what]) => ({ ...where, ...what }));
const keyOf = (one: Partial<RateRow>): string =>
  JSON.stringify([one.country, one.mcc, one.mnc, one.prefix, one.trafficClass, one.senderType, one.originCountry, one.routeGrade, one.priority]); // prettier-ignore
const query = fc
  .record({
    country: fc.constantFrom(null, 'GB', 'DE', 'FR'),
    mcc: fc.constantFrom(null, '234', '262'),
    mnc: fc.constantFrom('01', '10', '010'),
    digits: fc.array(digit, { maxLength: 10 }).map((tail) => `4${tail.join('')}`),
    originCountry: fc.constantFrom(null, 'IN', 'US', 'DE'),
    routeGrade: fc.constantFrom(null, 'direct', 'wholesale'),
    trafficClass: fc.constantFrom('otp', 'promotional', 'p2p'),
    senderType: fc.constantFrom(null, 'alphanumeric', 'short_code'),
  })
  .map((one): MatchQuery => ({ ...one, mnc: one.mcc === null ? null : one.mnc }));
const precedence = fc.option(fc.shuffledSubarray([...DEFAULT_PRECEDENCE], { minLength: 5 }), { nil: null });

test('the table finds what looking at every row finds, in every order of precedence', () => {
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: keyOf, maxLength: 40 }), query, precedence, (matches, asked, order) => {
      const rows = matches.map((match, at) => ({ ...rate('1', match), rateId: `r${at}` }));
      const slow = slowly(rows, asked, order);
      const expected = slow === undefined ? -1 : slow === 'origin_unknown' ? UNKNOWN_ORIGIN_ROW : slow.rateId;
      expect(found(rows, asked, order)).toBe(expected);
    }),
    { numRuns: 5_000 },
  );
});

test('tables that are asked in turn, some built meanwhile, find what each finds alone', () => {
  const sheet = fc.uniqueArray(row, { selector: keyOf, maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(sheet, { minLength: 2, maxLength: 4 }),
      fc.array(fc.tuple(query, fc.nat(3)), { minLength: 1, maxLength: 25 }),
      (sheets, asked) => {
        const tables: { rows: RateRow[]; table: RateTable }[] = [];
        for (const [one, which] of asked) {
          const next = sheets[tables.length];
          // Words that no table has named yet, so that what was said of a message before has to be looked up again.
          const word = `new-${newWords++}`;
          const rows = [...(next ?? []), { trafficClass: word }].map((match, at) => ({ ...rate('1', match), rateId: `r${at}` }));
          if (next !== undefined) tables.push({ rows, table: new RateTable(rows) });
          for (const said of [one, { ...one, trafficClass: word }]) {
            const chosen = tables[which % tables.length] as (typeof tables)[number];
            const slow = slowly(chosen.rows, said);
            const expected = slow === undefined ? -1 : slow === 'origin_unknown' ? UNKNOWN_ORIGIN_ROW : slow.rateId;
            const answer = chosen.table.find(said);
            expect(answer < 0 ? answer : chosen.table.rateId(answer)).toBe(expected);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
}); // prettier-ignore
let newWords = 0;

test('surcharges are found each by its own name, within their dates, of equal rows the later', () => {
  const named = fc.tuple(
    row,
    fc.record({
      surcharge: fc.constantFrom('fee', 'tax'),
      validFrom: fc.constantFrom(null, 10, 20),
      validUntil: fc.constantFrom(null, 20, 30),
    }),
  );
  const nameOf = ([match, { surcharge, validFrom }]: [Partial<RateRow>, Partial<RateRow>]): string =>
    `${keyOf(match)} ${surcharge} ${validFrom}`;
  fc.assert(
    fc.property(
      fc.uniqueArray(named, { selector: nameOf, maxLength: 30 }),
      query,
      precedence,
      fc.constantFrom(9, 10, 19, 20, 29, 30),
      (drawn, asked, order, at) => {
        const rows = drawn.map(([match, period], i) => ({ ...rate('1', { ...match, ...period }), rateId: `r${i}` }));
        const slow = ['fee', 'tax'].map((name) => {
          const counting = rows
            .filter(
              ({ surcharge, validFrom, validUntil }) =>
                surcharge === name && (validFrom ?? 0) <= at && at < (validUntil ?? Infinity),
            )
            .sort((a, b) => (b.validFrom ?? 0) - (a.validFrom ?? 0)); // the sort by rank is stable
          return slowly(counting, asked, order);
        });
        const expected = slow.includes('origin_unknown')
          ? undefined
          : slow.flatMap((one) => (one === undefined || one === 'origin_unknown' ? [] : [one.rateId]));
        const table = new RateTable([rate('9', { country: 'XX' }), ...rows]);
        const answers = table.surcharges(asked, at, order)?.map((row) => table.rateId(row));
        expect(answers).toEqual(expected);
        expect(table.find(asked, order)).toBe(-1);
      },
    ),
    { numRuns: 3_000 },
  );
});

test('of many equal surcharges the one of the latest date that has come counts', () => {
  const dates = Array.from({ length: 500 }, (_, n) => ((n * 7) % 500) * 10);
  const rows = dates.map((validFrom) => ({
    ...rate('1', { surcharge: 'fee', validFrom }),
    rateId: `from ${validFrom}`,
  }));
  const ended = { ...rate('1', { surcharge: 'fee', validFrom: 2_005, validUntil: 2_008 }), rateId: 'ended' };
  const table = new RateTable([...rows, ended]);
  const at = (instant: number) => table.surcharges(GB, instant)?.map((row) => table.rateId(row));
  expect([at(-1), at(0), at(9), at(10)]).toEqual([[], ['from 0'], ['from 0'], ['from 10']]);
  expect([at(2_005), at(2_007), at(2_008), at(9_999)]).toEqual([['ended'], ['ended'], ['from 2000'], ['from 4990']]);
});

test('a prefix longer than what is kept of numbers is counted, and matches nothing', () => {
  const table = new RateTable([rate('1', { prefix: '4477009000001' }), rate('2', { prefix: '447700900000' })]);
  const at = table.find({ ...GB, digits: '4477009000001' });
  expect([table.rows, table.rateId(at)]).toEqual([2, 'r-2']);
});

test('what matched is told by every dimension that the row names', () => {
  const table = new RateTable([
    rate('1', { ...network, country: 'GB', trafficClass: 'otp', originCountry: 'IN', routeGrade: 'direct', senderType: 'alphanumeric', priority: 3 }),
  ]); // prettier-ignore
  const at = table.find(GB);
  expect(table.matchedBy(at)).toBe('origin IN, grade direct, class otp, sender alphanumeric, network, priority 3');
  expect(table.describe(at).destination).toBe('network 234-10 in GB');
});

test('ids are kept to the character', () => {
  const ids = ['a', '', 'otp:GB-234-10', 'straße:€', '日本', 'x'.repeat(5_000), '€'.repeat(5_000), 'b'];
  const table = new RateTable(ids.map((rateId, at) => ({ ...rate('1', { prefix: String(at + 1) }), rateId })));
  const found = ids.map((_, at) => table.find({ ...GB, digits: String(at + 1) }));
  expect(found.map((row) => table.rateId(row))).toEqual(ids);
});

test('a price that 64 bits of nano-units cannot hold is refused, not wrapped', () => {
  expect(() => new RateTable([rate('9223372036.854775808')])).toThrow(RangeError);
  const table = new RateTable([rate('9223372036.854775807')]);
  expect(table.price(table.find(GB))).toBe(9_223_372_036_854_775_807n);
  expect(parseMoney('1')).toBe(1_000_000_000n);
});
