import fc from 'fast-check';
import { codecs, DecodeError, EncodeError, sampleRated, sampleUsage, schemaIdOf } from '../src/index.js';

const rated = codecs.RatedEvent.encode(sampleRated());
const usage = codecs.UsageEvent.encode(sampleUsage());

/** A decoder may give a value or refuse; anything else, time without bound included, is our bug. */
function refusesOrReads(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    return error instanceof DecodeError;
  }
}

test('every truncation is refused', () => {
  for (let length = 0; length < rated.length; length++) {
    expect(() => codecs.RatedEvent.decode(rated.subarray(0, length))).toThrow(DecodeError);
  }
  for (let length = 0; length < usage.length; length++) {
    expect(() => codecs.UsageEvent.decode(usage.subarray(0, length))).toThrow(DecodeError);
  }
});

test('bytes after the record are refused', () => {
  expect(() => codecs.UsageEvent.decode(Buffer.concat([usage, Buffer.of(0)]))).toThrow('1 bytes after the UsageEvent');
});

test('any byte of a record may be any other', () => {
  for (let at = 0; at < rated.length; at++) {
    for (const byte of [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff]) {
      const broken = Buffer.from(rated);
      broken[at] = byte;
      expect(refusesOrReads(() => codecs.RatedEvent.decode(broken))).toBe(true);
    }
  }
});

test('any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const buf = Buffer.from(bytes);
      return Object.values(codecs).every((codec) => refusesOrReads(() => codec.decode(buf)));
    }),
    { numRuns: 500 },
  );
});

const FIVE = [0xff, 0xff, 0xff, 0xff, 0x0f];
const long = (...bytes: number[]): Buffer => Buffer.from([2, 0x78, 0, ...bytes, 0]); // topic 'x', partition 0, offset

test.each([
  ['a long of ten bytes', long(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)],
  ['a long that never ends', Buffer.from([2, 0x78, 0, ...new Array<number>(60).fill(0x80)])],
  ['2^53', long(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20)],
  ['an int of six bytes', Buffer.from([2, 0x78, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0])],
  ['an int of 33 bits', Buffer.from([2, 0x78, 0xff, 0xff, 0xff, 0xff, 0x1f, 0])],
  ['a length of two thousand million', Buffer.from([...FIVE, 0x78])],
  ['a negative length', Buffer.from([1, 0x78])],
])('%s is refused', (_, bytes) => {
  expect(() => codecs.RecordRef.decode(bytes)).toThrow(DecodeError);
});

test('the largest safe long is read, the one after it is not', () => {
  const record = { topic: 'x', partition: 0, offset: Number.MAX_SAFE_INTEGER };
  expect(codecs.RecordRef.decode(codecs.RecordRef.encode(record))).toEqual(record);
  expect(codecs.RecordRef.decode(codecs.RecordRef.encode({ ...record, offset: -record.offset }))).toEqual({
    ...record,
    offset: -record.offset,
  });
});

test('an array of a thousand million legs is refused before it is looped over', () => {
  const end = codecs.RateChunk.encode({ kind: 'rates', id: 'c', version: 1, chunk: 0, rates: [], numbers: [] });
  const head = end.subarray(0, end.length - 2);
  expect(() => codecs.RateChunk.decode(Buffer.concat([head, Buffer.from(FIVE), Buffer.alloc(2)]))).toThrow(
    /items in too few bytes/,
  );
  expect(() => codecs.RateChunk.decode(Buffer.concat([head, Buffer.from([1, ...FIVE]), Buffer.alloc(2)]))).toThrow(
    /block longer than the buffer/,
  );
});

test('a block with its byte size, as other writers may send, is read', () => {
  const row = { prefix: '44', country: 'GB', mcc: null, mnc: null, operator: null };
  const bytes = codecs.RateChunk.encode({
    kind: 'numbers',
    id: 'c',
    version: 1,
    chunk: 0,
    rates: [],
    numbers: [row, row],
  });
  const body = codecs.NumberRow.encode(row);
  const head = bytes.subarray(0, bytes.length - 2 * body.length - 2);
  const sized = Buffer.concat([head, Buffer.from([3, body.length * 4]), body, body, Buffer.of(0)]);
  expect(codecs.RateChunk.decode(sized)).toEqual(codecs.RateChunk.decode(bytes));
});

test.each([
  ['a fraction', { partition: 1.5, offset: 0 }],
  ['more than 32 bits', { partition: 2 ** 31, offset: 0 }],
  ['no number', { partition: 0, offset: Number.NaN }],
  ['beyond the safe integers', { partition: 0, offset: 2 ** 53 }],
])('%s is not written', (_, fields) => {
  expect(() => codecs.RecordRef.encode({ topic: 'x', ...fields })).toThrow(EncodeError);
});

test('an amount of 38 digits is written, one of 39 is not', () => {
  const component = { kind: 'usage', name: 'u', quantity: 1, unitPrice: 0n, rateId: null } as const;
  const most = 10n ** 38n - 1n;
  for (const amount of [most, -most]) {
    expect(codecs.Component.decode(codecs.Component.encode({ ...component, amount })).amount).toBe(amount);
  }
  expect(() => codecs.Component.encode({ ...component, amount: most + 1n })).toThrow(EncodeError);
});

test('no header, no schema id', () => {
  expect(() => schemaIdOf(Buffer.from([0, 0, 0, 1]))).toThrow(DecodeError);
  expect(() => schemaIdOf(Buffer.from([1, 0, 0, 0, 1]))).toThrow(DecodeError);
});
