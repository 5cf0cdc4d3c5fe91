import { codecs, type RateRow } from '@ratestream/events';
import fc from 'fast-check';
import {
  chunkKey,
  chunkRates,
  MAX_CHUNK_BYTES,
  parseNumberRow,
  parseRateRow,
  rateIdOf,
  RowSheet,
} from '../src/index.js';

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
      }).row as RateRow,
  );
  const chunks = chunkRates('c'.repeat(128), 1, rows);
  for (const chunk of chunks) expect(codecs.RateChunk.encode(chunk).length).toBeLessThanOrEqual(MAX_CHUNK_BYTES);
  expect(chunkKey(chunks[0] as never)).toBe(`${'c'.repeat(128)}|1|0`);
});
