import avro from 'avsc';
import fc from 'fast-check';
import { codecs, DecodeError, sampleRated, sampleUsage, schemaIdOf, schemaJson, wire } from '../src/index.js';
import type { Codec, RejectedCdr, SchemaName } from '../src/index.js';
import { arbitraryRecord, avscType, records } from './values.js';

const names = [...records.keys()] as SchemaName[];

describe.each(names)('%s', (name) => {
  const codec = codecs[name] as Codec<unknown>;
  const type = avscType(name);

  test('writes the bytes that avsc writes, and reads them back', () => {
    fc.assert(
      fc.property(arbitraryRecord(name), (value) => {
        const bytes = codec.encode(value);
        expect(bytes.equals(type.toBuffer(value))).toBe(true);
        expect(codec.decode(bytes)).toEqual({ ...(type.fromBuffer(bytes) as object) });
        // avsc’s own records have a class; ours must be the plain value that went in, lone surrogates aside.
        expect(codec.encode(codec.decode(bytes)).equals(bytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

test('a null field that is absent is written as null: it was added after the value was built', () => {
  const { subjectEvent, ...older } = sampleRated();
  expect(subjectEvent).toBeNull();
  expect(codecs.RatedEvent.encode(older as ReturnType<typeof sampleRated>)).toEqual(
    codecs.RatedEvent.encode(sampleRated()),
  );
});

test('records cut from one slab never share bytes, also where the slab is renewed', () => {
  const written = Array.from({ length: 2000 }, (_, i) => ({ value: sampleUsage({ clientRef: `ref-${i}` }), i }));
  const encoded = written.map(({ value }) => codecs.UsageEvent.encode(value));
  encoded.forEach((bytes, i) => expect(codecs.UsageEvent.decode(bytes).clientRef).toBe(`ref-${i}`));
});

test.each([8_000, 70_000, 262_144, 1_000_000])('a record with %i bytes of content is written whole', (size) => {
  const record = {
    partition: 1,
    piece: 'p',
    foldVersion: 1,
    offset: 5,
    at: 7,
    sequence: 0,
    total: 1,
    bytes: Buffer.alloc(size, 0xab),
  };
  expect(codecs.RatingCheckpoint.decode(codecs.RatingCheckpoint.encode(record))).toEqual(record);
  const text = { commandId: 'c', type: 't', rootPayer: 'r', at: 1, actor: 'a', data: 'ж'.repeat(size / 2) };
  expect(codecs.RatingCommand.decode(codecs.RatingCommand.encode(text))).toEqual(text);
});

test('the wire format is a zero, the schema id and the body', () => {
  const { encode, decode } = wire(codecs.RatedEvent, 0x01020304);
  const bytes = encode(sampleRated());
  expect([...bytes.subarray(0, 5)]).toEqual([0, 1, 2, 3, 4]);
  expect(bytes.subarray(5)).toEqual(codecs.RatedEvent.encode(sampleRated()));
  expect(schemaIdOf(bytes)).toBe(0x01020304);
  expect(decode(bytes)).toEqual(sampleRated());
  expect(() => wire(codecs.RatedEvent, 9).decode(bytes)).toThrow('written with schema 16909060, not 9');
});

test('a long is the zigzag varint of the specification over all safe integers', () => {
  const zigzag = (n: number): number[] => {
    const bytes = [];
    let z = n < 0 ? -2n * BigInt(n) - 1n : 2n * BigInt(n);
    for (; z > 127n; z >>= 7n) bytes.push(Number(z & 127n) | 128);
    return [...bytes, Number(z)];
  };
  fc.assert(
    fc.property(
      fc.oneof(
        fc.maxSafeInteger(),
        fc.integer(),
        fc.nat(53).map((bits) => 2 ** bits - 1),
      ),
      (offset) => {
        const record = { topic: '', partition: 0, offset };
        expect([...codecs.RecordRef.encode(record)]).toEqual([0, 0, ...zigzag(offset)]);
        expect(codecs.RecordRef.decode(codecs.RecordRef.encode(record))).toEqual(record);
      },
    ),
    { numRuns: 2000 },
  );
});

describe('a reader of today reads what a writer of yesterday wrote', () => {
  const before = JSON.parse(schemaJson('RejectedCdr')) as { name: string; fields: object[] };
  const added = { name: 'region', type: ['null', 'string'], default: null };
  // New options each time: avsc keeps the names it has seen in them.
  const options = (): object => ({ logicalTypes: {}, wrapUnions: false });
  const v1 = avro.Type.forSchema(before as avro.Schema, options());
  const v2 = avro.Type.forSchema({ ...before, fields: [...before.fields, added] } as avro.Schema, options());
  const reject = {
    rejectId: '0b9f3a52-6a5b-5cf3-a1f0-6f2e2f6f9d2b',
    source: 'kannel-1',
    reason: 'unknown_account',
    message: 'line 3: no account "x"',
    rawRef: { topic: 'cdr.raw', partition: 1, offset: 42 },
    line: 3,
    rejectedAt: 1_777_636_800_000_000,
    replayable: true,
    attempt: 0,
    bytes: Buffer.from('abc'),
    truncated: false,
  };

  test('the first version of a reject is still these bytes', () => {
    expect(codecs.RejectedCdr.encode(reject).toString('base64')).toMatchInlineSnapshot(
      `"SDBiOWYzYTUyLTZhNWItNWNmMy1hMWYwLTZmMmUyZjZmOWQyYhBrYW5uZWwtMR51bmtub3duX2FjY291bnQsbGluZSAzOiBubyBhY2NvdW50ICJ4Ig5jZHIucmF3AlQCBoDAh6CKsKgGAQAGYWJjAA=="`,
    );
  });

  test('a field added with a default is filled in', () => {
    const read = v2.fromBuffer(codecs.RejectedCdr.encode(reject), v2.createResolver(v1)) as Record<string, unknown>;
    expect({ ...read, rawRef: { ...(read['rawRef'] as object) } }).toEqual({ ...reject, region: null });
  });

  test('and the old reader skips it', () => {
    const bytes = v2.toBuffer({ ...reject, region: 'eu' });
    expect(() => codecs.RejectedCdr.decode(bytes)).toThrow(DecodeError);
    const read = v1.fromBuffer(bytes, v1.createResolver(v2)) as object;
    expect(codecs.RejectedCdr.encode(read as RejectedCdr)).toEqual(codecs.RejectedCdr.encode(reject));
  });
});
