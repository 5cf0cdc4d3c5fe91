import { rateIdOf, UNKNOWN_ORIGIN } from '@ratestream/catalog';
import fc from 'fast-check';
import type { RateRow } from '@ratestream/events';
import { findTies, NetworkList } from '../src/index.js';

const networks = new NetworkList([
  { countries: ['GB'], mcc: '234', mnc: '10', names: ['O2'] },
  { countries: ['GB'], mcc: '234', mnc: '15', names: ['Vodafone'] },
  { countries: ['AG', 'LC'], mcc: '338', mnc: '050', names: ['Digicel'] },
]);

interface Message {
  country: string;
  mcc: string;
  mnc: string;
  number: string;
  trafficClass: string;
  senderType: string;
  originCountry: string;
  routeGrade: string;
  at: number;
}
const each = <T extends object, K extends string, V>(rows: T[], key: K, values: V[]): (T & Record<K, V>)[] =>
  rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value }) as T & Record<K, V>));
/** One message for every way in which rows can meet, `other` standing for what no row names. */
const destinations = [
  { country: 'GB', mcc: '234', mnc: '10', number: '447700900123' },
  { country: 'GB', mcc: '234', mnc: '10', number: '441600900123' },
  { country: 'GB', mcc: '234', mnc: '15', number: '447700900123' },
  { country: 'GB', mcc: '234', mnc: '99', number: '447800900123' },
  { country: 'GB', mcc: '234', mnc: '99', number: '441600900123' },
  // A number of elsewhere on a network of the country: no prefix is sure to match what a network does.
  { country: 'GB', mcc: '234', mnc: '10', number: '33612345678' },
  { country: 'GB', mcc: '234', mnc: '99', number: '33612345678' },
  { country: 'AG', mcc: '338', mnc: '050', number: '12684640000' },
  { country: 'LC', mcc: '338', mnc: '050', number: '17584640000' },
  { country: 'AG', mcc: '338', mnc: '99', number: '12684640000' },
  { country: 'LC', mcc: '338', mnc: '99', number: '17584640000' },
  { country: 'LC', mcc: '339', mnc: '01', number: '17584640000' },
  { country: 'GB', mcc: '235', mnc: '01', number: '447800900123' },
  { country: 'GB', mcc: '235', mnc: '01', number: '441600900123' },
  { country: 'GB', mcc: '235', mnc: '01', number: '33612345678' },
  { country: 'FR', mcc: '208', mnc: '01', number: '33612345678' },
];
const messages: Message[] = each(
  each(
    each(
      each(each(destinations, 'trafficClass', ['otp', 'other']), 'senderType', ['long_code', 'other']),
      'originCountry',
      ['DE', UNKNOWN_ORIGIN, 'other'],
    ),
    'routeGrade',
    ['direct', 'other'],
  ),
  'at',
  [5, 15, 25],
);

const LABELS = ['originCountry', 'routeGrade', 'trafficClass', 'senderType'] as const;
const named = (row: RateRow, label: (typeof LABELS)[number]): number => (row[label] === null ? 0 : 1);

function depth({ country, mcc, mnc, prefix }: RateRow): number {
  const own = country === null ? 0 : 1;
  if (prefix !== null) return 100 + prefix.length * 2 + own;
  if (mnc !== null) return 200 + own;
  return mcc !== null ? 10 + own : own;
}

function matches(row: RateRow, message: Message): boolean {
  return (
    LABELS.every((label) => row[label] === null || row[label] === message[label]) &&
    (row.country === null || row.country === message.country) &&
    (row.mcc === null || row.mcc === message.mcc) &&
    (row.mnc === null || row.mnc === message.mnc) &&
    (row.prefix === null || message.number.startsWith(row.prefix)) &&
    (row.validFrom ?? -1) <= message.at &&
    message.at < (row.validUntil ?? Infinity)
  );
}

const atLeast = (one: RateRow, two: RateRow): boolean =>
  LABELS.every((label) => named(one, label) >= named(two, label)) && depth(one) >= depth(two);

/** Whether some message has no one best row: the rule said as it stands, over every message. */
function isUndecided(rows: readonly RateRow[]): boolean {
  return messages.some((message) => {
    let found = rows.filter((row) => matches(row, message));
    const unknown = found.filter((row) => row.originCountry === UNKNOWN_ORIGIN);
    if (unknown.length > 0) found = unknown;
    const top = Math.max(...found.map(({ priority }) => priority));
    found = found.filter(({ priority }) => priority === top);
    return found.length > 1 && !found.some((row) => found.every((other) => atLeast(row, other)));
  });
}

/** The pairs of rows that meet without a third one that settles it wherever they do. */
function undecidedPairs(rows: readonly RateRow[]): string[] {
  const pairs: string[] = [];
  for (const [index, one] of rows.entries())
    for (const two of rows.slice(index + 1))
      if (isTiedPair(one, two, rows)) pairs.push([one.rateId, two.rateId].sort().join(' '));
  return pairs.sort();
}

function isTiedPair(one: RateRow, two: RateRow, rows: readonly RateRow[]): boolean {
  if (one.priority !== two.priority || atLeast(one, two) || atLeast(two, one)) return false;
  if ((one.originCountry === UNKNOWN_ORIGIN) !== (two.originCountry === UNKNOWN_ORIGIN)) return false;
  const meeting = messages.filter((message) => matches(one, message) && matches(two, message));
  const settles = (row: RateRow): boolean =>
    (row.originCountry === UNKNOWN_ORIGIN) === (one.originCountry === UNKNOWN_ORIGIN) &&
    (row.priority > one.priority || (row.priority === one.priority && atLeast(row, one) && atLeast(row, two))) &&
    meeting.every((message) => matches(row, message));
  return meeting.length > 0 && !rows.some(settles);
}

const place = fc.constantFrom(
  { country: 'GB', mcc: '234', mnc: '10', prefix: null },
  { country: null, mcc: '234', mnc: '10', prefix: null },
  { country: null, mcc: '234', mnc: null, prefix: null },
  { country: 'GB', mcc: null, mnc: null, prefix: null },
  { country: null, mcc: null, mnc: null, prefix: '44' },
  { country: null, mcc: null, mnc: null, prefix: '447' },
  { country: 'GB', mcc: null, mnc: null, prefix: '447' },
  { country: null, mcc: '338', mnc: '050', prefix: null },
  { country: 'AG', mcc: '338', mnc: null, prefix: null },
  { country: 'LC', mcc: null, mnc: null, prefix: null },
  { country: null, mcc: null, mnc: null, prefix: null },
);
const row = fc
  .record({
    place,
    trafficClass: fc.constantFrom(null, 'otp'),
    senderType: fc.constantFrom(null, 'long_code'),
    originCountry: fc.constantFrom(null, null, 'DE', UNKNOWN_ORIGIN),
    routeGrade: fc.constantFrom(null, 'direct'),
    priority: fc.constantFrom(0, 0, 0, 1),
  })
  .map(({ place: where, ...labels }): RateRow => {
    const rate = {
      ...where,
      ...labels,
      price: 1n,
      unit: 'part' as const,
      basis: null,
      timeoutSec: null,
      timeoutPolicy: null,
      surcharge: null,
      validFrom: null,
      validUntil: null,
    };
    return { rateId: rateIdOf(rate), ...rate };
  });
const rows = fc.uniqueArray(row, { selector: ({ rateId }) => rateId, maxLength: 9 });

function ties(rates: readonly RateRow[]): string[] {
  const found = [...findTies(rates, networks)].flatMap((tie) =>
    tie === null ? [] : [[tie.one, tie.two].sort().join(' ')],
  );
  return found.sort();
}

test('ties are exactly the pairs that leave a message undecided, found by trying every message', () => {
  fc.assert(
    fc.property(rows, (rates) => {
      const found = ties(rates);
      const expected = undecidedPairs(rates);
      // Of the prefixes that meet a network for one reason, one stands for all.
      expect(found.filter((pair) => !expected.includes(pair))).toEqual([]);
      expect(found.length > 0).toBe(expected.length > 0);
      expect(new Set(found).size).toBe(found.length);
      if (isUndecided(rates)) expect(found).not.toEqual([]);
    }),
    { numRuns: 3_000 },
  );
});
