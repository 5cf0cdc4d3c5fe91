import fc from 'fast-check';
import { jest } from '@jest/globals';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import clientRequest from 'kafkajs/src/protocol/requests/produce/v3/request.js';
import { crc32c } from '../src/crc32c.js';
import { encodeProduce, type ProduceData } from '../src/produce-request.js';

const NOW = 1_777_636_800_123;

const blob = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes)),
);
const message = fc.record(
  { key: blob, value: blob, headers: fc.dictionary(fc.string({ minLength: 1 }), fc.string()) },
  { requiredKeys: ['value'] },
);
const data: fc.Arbitrary<ProduceData> = fc.record({
  transactionalId: fc.option(fc.string({ minLength: 1, maxLength: 40 })),
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(),
  producerId: fc.oneof(fc.constant('-1'), fc.nat().map(String), fc.constant('9007199254740993')),
  producerEpoch: fc.nat(32_767),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ minLength: 1, maxLength: 60 }),
      partitions: fc.array(
        fc.record({
          partition: fc.nat(1_000),
          firstSequence: fc.nat(),
          messages: fc.array(message, { minLength: 1, maxLength: 150 }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
});

beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(NOW));
afterEach(() => jest.restoreAllMocks());

test('a Produce request is to the byte what the client would write', async () => {
  await fc.assert(
    fc.asyncProperty(data, async (produced) => {
      const { buffer } = await clientRequest(produced).encode();
      expect(encodeProduce(produced, NOW)?.equals(buffer)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('what we never send is left to the client', () => {
  const one = (extra: object): ProduceData => ({
    acks: -1,
    timeout: 1,
    topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [{ value: 'v', ...extra }] }] }],
  });
  expect(encodeProduce(one({ timestamp: '1' }), NOW)).toBeNull();
  expect(encodeProduce(one({ headers: { several: ['a', 'b'] } }), NOW)).toBeNull();
  expect(encodeProduce(one({ headers: { several: 'a' } }), NOW)).not.toBeNull();
});

test('the checksum is CRC-32C, of any range', () => {
  expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(20), (bytes, from) => {
      const buffer = Buffer.from(bytes);
      const start = Math.min(from, buffer.length);
      expect(crc32c(buffer, start, buffer.length)).toBe(crc32C(buffer.subarray(start)));
    }),
  );
});
