import fc from 'fast-check';
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import { readBatches } from '../src/record-batch.js';

interface Sample {
  key: string | null;
  value: string | null;
  headers: Record<string, string>;
  timestampDelta: number;
}

interface BatchSpec {
  base?: number;
  attributes?: number;
  lastDelta?: number;
  maxTimestamp?: number;
  compress?: (body: Buffer) => Buffer;
}

/** A batch as the client itself writes records; the frame around them by the format's description. */
function batch(samples: readonly Sample[], spec: BatchSpec = {}): Buffer {
  const { base = 1000, attributes = 0, lastDelta = samples.length - 1, maxTimestamp = 5000, compress } = spec;
  const plain = Buffer.concat(samples.map((s, i) => encodeRecord({ ...s, offsetDelta: i }).buffer));
  const body = compress === undefined ? plain : compress(plain);
  const head = Buffer.alloc(61);
  head.writeBigInt64BE(BigInt(base), 0);
  head.writeInt32BE(49 + body.length, 8);
  head.writeInt8(2, 16);
  head.writeInt16BE(attributes, 21);
  head.writeInt32BE(lastDelta, 23);
  head.writeBigInt64BE(3000n, 27);
  head.writeBigInt64BE(BigInt(maxTimestamp), 35);
  head.writeBigInt64BE(77n, 43);
  head.writeInt32BE(samples.length, 57);
  return Buffer.concat([head, body]);
}

const sample = fc.record({
  key: fc.option(fc.string()),
  value: fc.option(fc.string({ maxLength: 400 })),
  headers: fc.dictionary(
    fc.string({ minLength: 1 }).filter((k) => k !== '__proto__'),
    fc.string(),
    { maxKeys: 3 },
  ),
  timestampDelta: fc.integer({ min: 0, max: 2 ** 40 }),
});
const one: Sample = { key: 'k', value: 'v', headers: {}, timestampDelta: 0 };

test('reads what the client writes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 20 }), fc.nat(2 ** 40), async (samples, base) => {
      const [read] = await readBatches(batch(samples, { base }));
      expect(read!.lastOffset).toBe(base + samples.length - 1);
      const seen = read!.records.map((r) => ({
        offset: r.offset - base,
        appendedAt: r.appendedAt,
        key: r.key?.toString() ?? null,
        value: r.value?.toString() ?? null,
        headers: { ...r.headers },
      }));
      const written = samples.map(({ timestampDelta, ...s }, offset) => ({
        ...s,
        offset,
        appendedAt: 3000 + timestampDelta,
      }));
      expect(seen).toEqual(written);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ['gzip', 1, (b: Buffer) => gzipSync(b)],
  ['lz4', 3, (b: Buffer) => compressFrameSync(b)],
  ['zstd', 4, (b: Buffer) => zstdCompressSync(b)],
])('a foreign producer may compress with %s', async (_name, attributes, compress) => {
  const [read] = await readBatches(batch([one, { ...one, value: 'w'.repeat(1000) }], { attributes, compress }));
  expect(read!.records.map((r) => r.value!.length)).toEqual([1, 1000]);
});

test('with LogAppendTime every record has the time of the batch', async () => {
  const [read] = await readBatches(
    batch([one, { ...one, timestampDelta: 9 }], { attributes: 0x08, maxTimestamp: 7777 }),
  );
  expect(read!.records.map((r) => r.appendedAt)).toEqual([7777, 7777]);
  expect(read!.appendTimeMs).toBe(7777);
});

test('a batch that compaction has emptied still says where it ends', async () => {
  const [read] = await readBatches(batch([], { lastDelta: 9 }));
  expect(read).toMatchObject({ lastOffset: 1009, records: [] });
});

test('the last batch of a fetch may be cut off', async () => {
  const two = Buffer.concat([batch([one]), batch([one], { base: 1001 })]);
  for (let cut = two.length - 1; cut > two.length / 2; cut--) {
    expect(await readBatches(two.subarray(0, cut))).toHaveLength(1);
  }
});

test('damaged bytes throw and never hang', async () => {
  const good = batch([one, one, one]);
  const seeds = Array.from({ length: 500 }, (_, i) => i * 7919);
  for (const seed of seeds) {
    const bad = Buffer.from(good);
    bad[61 + (seed % (bad.length - 61))] = seed % 256;
    await readBatches(bad).catch((error: Error) => expect(error).toBeInstanceOf(Error));
  }
});
