import { codecs, type RateRow } from '@ratestream/events';
import fc from 'fast-check';
import {
  chunkKey,
  chunkRates,
  MAX_CHUNK_BYTES,
  parseNumberRow,
  parseRateRow,
  RATE_COLUMNS,
  rateCells,
  rateIdOf,
  rateRowsHash,
  RowSheet,
} from '../src/index.js';

/** SHA-256 of `any:234-10␟␟234␟10␟␟␟40500000␟part␟␟␟\\n`, made elsewhere. */
const PLAIN_DIGEST = 'd0ca4d2dc69ee3b290df4147341f523693161eee24343a6517091e4b8c66c43c';

const rate = (raw: Record<string, string>): RateRow | string[] => {
  const { row, faults } = parseRateRow(raw);
  return row ?? faults.map(({ field, code }) => `${field}:${code}`);
};

test.each([
  [{ price: '0.01' }, 'any:default'],
  [{ country: 'gb', price: '0.01' }, 'any:GB'],
  [{ mcc: '234', price: '0' }, 'any:234'],
  [{ mcc: '234', mnc: '10', traffic_class: 'otp', price: '0.01' }, 'otp:234-10'],
  [{ country: 'AG', mcc: '338', mnc: '050', price: '0.01' }, 'any:AG-338-050'],
  [{ prefix: '+4477', price: '0.01', traffic_class: 'any' }, 'any:+4477'],
  [{ country: 'GB', prefix: '4477', price: '0.01' }, 'any:GB+4477'],
  [{ country: 'GB', price: '0.01', sender_type: 'any', origin_country: 'Any', route_grade: 'any' }, 'any:GB'],
  [{ country: 'GB', price: '0.01', priority: '-5' }, 'any:GB'],
  [
    { mcc: '404', mnc: '10', price: '0.01', sender_type: 'alphanumeric', origin_country: 'in', route_grade: 'direct' },
    'any:404-10;sender=alphanumeric;origin=IN;grade=direct',
  ],
  [{ country: 'IN', price: '0.01', origin_country: 'Unknown' }, 'any:IN;origin=unknown'],
  [{ country: 'US', price: '0.003', surcharge: 'carrier' }, 'any:US;fee=carrier'],
  [
    { country: 'US', price: '0.003', surcharge: 'carrier', valid_from: '2026-01-01T00:00Z', traffic_class: 'otp' },
    'otp:US;fee=carrier@2026-01-01',
  ],
  [
    { country: 'US', price: '0.003', surcharge: 'carrier', valid_from: '2026-01-01T00:00:00.000001+01:00' },
    'any:US;fee=carrier@2025-12-31T23:00:00.000001Z',
  ],
])('%j is the rate %s', (raw, rateId) => {
  expect(rate(raw)).toMatchObject({ rateId });
});

test('MNC 01 and 001 are different networks', () => {
  expect(rate({ mcc: '262', mnc: '01', price: '1' })).toMatchObject({ rateId: 'any:262-01', mnc: '01' });
  expect(rate({ mcc: '262', mnc: '001', price: '1' })).toMatchObject({ rateId: 'any:262-001', mnc: '001' });
});

test.each([
  ['nine places', '0.123456789', 123_456_789n],
  ['a tenth place of zero', '0.1234567890', 123_456_789n],
  ['no fraction', '12', 12_000_000_000n],
])('a price with %s', (_, price, nano) => {
  expect(rate({ price })).toMatchObject({ price: nano });
});

test.each([
  [{}, ['price:missing']],
  [{ price: '0.1234567891' }, ['price:too_precise']],
  [{ price: '-1' }, ['price:negative']],
  [{ price: '1,5' }, ['price:malformed']],
  [{ price: '1e3' }, ['price:malformed']],
  [{ price: '9223372037' }, ['price:too_large']],
  [{ price: '1', mnc: '10' }, ['mnc:mnc_without_mcc']],
  [{ price: '1', mcc: '23', mnc: '10' }, ['mcc:malformed']],
  [{ price: '1', mcc: '234', mnc: '1' }, ['mnc:malformed']],
  [{ price: '1', mcc: '234', prefix: '44' }, ['prefix:prefix_with_network']],
  [{ price: '1', prefix: '0044' }, ['prefix:malformed']],
  [{ price: '1', timeout_sec: '604801' }, ['timeout_sec:malformed']],
  [{ price: '1', priority: '1001' }, ['priority:malformed']],
  [{ price: '1', priority: '1.5' }, ['priority:malformed']],
  [{ price: '1', valid_from: '2026-01-01T00:00Z' }, ['valid_from:no_surcharge']],
  [{ price: '1', surcharge: 'x', valid_from: '2026-01-01' }, ['valid_from:malformed']],
  [{ price: '1', surcharge: 'x', valid_from: '1960-01-01T00:00Z' }, ['valid_from:malformed']],
  [
    { price: '1', surcharge: 'x', valid_from: '2026-01-01T00:00Z', valid_until: '2026-01-01T01:00+01:00' },
    ['valid_until:not_after_from'],
  ],
  [{ price: '1', surcharge: 'x', basis: 'accept' }, ['basis:surcharge_terms']],
  [
    { price: '1', sender_type: 'A B', origin_country: 'IND', route_grade: 'a;b', surcharge: 'x@y' },
    ['sender_type:malformed', 'origin_country:malformed', 'route_grade:malformed', 'surcharge:malformed'],
  ],
  [
    { price: 'x', country: 'GBR', unit: 'sms', basis: 'read', timeout_policy: 'wait', traffic_class: 'OTP' },
    [
      'country:malformed',
      'traffic_class:malformed',
      'price:malformed',
      'unit:malformed',
      'basis:malformed',
      'timeout_policy:malformed',
    ],
  ],
])('%j is refused with every fault', (raw, faults) => {
  expect(rate(raw as Record<string, string>)).toEqual(faults);
});

test('numbering ranges', () => {
  expect(parseNumberRow({ prefix: '+447700', country: 'gb', mcc: '234', mnc: '10', operator: ' O2 ' }).row).toEqual({
    prefix: '447700',
    country: 'GB',
    mcc: '234',
    mnc: '10',
    operator: 'O2',
  });
  expect(parseNumberRow({ mnc: '1' }).faults?.map(({ field }) => field)).toEqual(['prefix', 'mnc']);
});

test('every row ends among the taken or the refused, and a repeated key names the line that had it', () => {
  const sheet = new RowSheet(parseRateRow, rateIdOf, 'mcc');
  for (const [index, raw] of [
    { mcc: '234', price: '1' },
    { mcc: '2', price: '1' },
    { mcc: '234', price: '2' },
  ].entries())
    sheet.add(index + 2, raw);
  expect(sheet.rows.map(({ rateId }) => rateId)).toEqual(['any:234']);
  expect(sheet.refused.map(({ line, faults }) => [line, faults[0]?.code])).toEqual([
    [3, 'malformed'],
    [4, 'duplicate_key'],
  ]);
  expect(sheet.refused[1]?.faults[0]?.message).toContain('line 2');
});

test('no two rates with other fields share an id', () => {
  const digits = (length: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[1-9]\\d{${length - 1}}$`));
  const field = fc.record({
    country: fc.constantFrom('', 'GB', 'AG'),
    traffic_class: fc.constantFrom('', 'otp', 'gb', 'default'),
    price: fc.constant('1'),
    mcc: fc.oneof(fc.constant(''), digits(3)),
    mnc: fc.oneof(fc.constant(''), digits(2)),
    prefix: fc.oneof(fc.constant(''), digits(3)),
    sender_type: fc.constantFrom('', 'alphanumeric', 'direct'),
    origin_country: fc.constantFrom('', 'IN', 'unknown'),
    route_grade: fc.constantFrom('', 'direct'),
    surcharge: fc.constantFrom('', 'carrier', 'direct'),
    valid_from: fc.constantFrom('', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000001Z'),
  });
  fc.assert(
    fc.property(field, field, (a, b) => {
      const [first, second] = [parseRateRow(a).row, parseRateRow(b).row];
      if (first === undefined || second === undefined) return;
      expect(first.rateId === second.rateId).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test('a chunk never passes 500 kB as Avro, whatever is in its rows', () => {
  const long = 'x'.repeat(64);
  const rows = Array.from(
    { length: 9_000 },
    (_, index) =>
      parseRateRow({
        country: 'GB',
        prefix: `${100_000_000_000_000 + index}`,
        traffic_class: long,
        price: '999999999.999999999',
        unit: 'message',
        basis: 'final_not_rejected',
        timeout_sec: '604800',
        timeout_policy: 'release',
        sender_type: long,
        origin_country: 'unknown',
        route_grade: long,
        priority: '-1000',
      }).row as RateRow,
  );
  const fee = {
    country: 'GB',
    traffic_class: long,
    price: '999999999.999999999',
    sender_type: long,
    route_grade: long,
    surcharge: long,
    valid_until: '2255-01-01T00:00:00.000001Z',
  };
  for (let index = 0; index < 3_000; index += 1) {
    const validFrom = `2250-01-01T00:00:00.${String(index).padStart(6, '0')}Z`;
    rows.push(parseRateRow({ ...fee, valid_from: validFrom }).row as RateRow);
  }
  const chunks = chunkRates('c'.repeat(128), 1, rows);
  for (const chunk of chunks) expect(codecs.RateChunk.encode(chunk).length).toBeLessThanOrEqual(MAX_CHUNK_BYTES);
  expect(chunkKey(chunks[0] as never)).toBe(`${'c'.repeat(128)}|1|0`);
});

test('what is written as cells is read as the same rate', () => {
  for (const raw of [
    { mcc: '234', mnc: '01', price: '0.0405', basis: 'delivered', timeout_sec: '60', timeout_policy: 'settle' },
    { country: 'IN', price: '1', sender_type: 'a', origin_country: 'unknown', route_grade: 'b', priority: '-7' },
    { price: '2', surcharge: 'fee', valid_from: '2026-01-01T00:00Z', valid_until: '2026-02-01T00:00:00.000001Z' },
  ]) {
    const row = parseRateRow(raw).row as RateRow;
    const cells = rateCells(row).map((cell) => (cell === null ? '' : String(cell)));
    expect(cells).toHaveLength(RATE_COLUMNS.length);
    expect(parseRateRow(Object.fromEntries(RATE_COLUMNS.map((column, index) => [column, cells[index]]))).row).toEqual(
      row,
    );
  }
});

test('the digest of plain rates is what it was before there was more to say, and covers what there is', () => {
  const row = parseRateRow({ mcc: '234', mnc: '10', price: '0.0405' }).row as RateRow;
  expect(rateRowsHash([row])).toBe(PLAIN_DIGEST);
  const others: Partial<RateRow>[] = [
    { senderType: 'a' },
    { originCountry: 'a' },
    { routeGrade: 'a' },
    { priority: 1 },
    { surcharge: 'a' },
    { validFrom: 1 },
    { validUntil: 1 },
  ];
  const digests = others.map((other) => rateRowsHash([{ ...row, ...other }]));
  expect(new Set([PLAIN_DIGEST, ...digests]).size).toBe(8);
});
