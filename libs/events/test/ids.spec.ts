import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  concatenatedMessageId,
  legId,
  messageIdOf,
  namespace,
  NAMESPACES,
  ratedId,
  usageEventId,
  uuidV5,
} from '../src/index.js';

const DNS = namespace('6ba7b810-9dad-11d1-80b4-00c04fd430c8');

/** RFC 9562 §5.5, written as the RFC puts it. */
function slowV5(within: Uint8Array, name: string): string {
  const bytes = createHash('sha1').update(within).update(name, 'utf8').digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

test('the example of RFC 9562 appendix A.4', () => {
  expect(uuidV5(DNS, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('any name, of any length and script, agrees with a plain SHA-1', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (name) => {
      expect(uuidV5(NAMESPACES.leg, name)).toBe(slowV5(NAMESPACES.leg, name));
    }),
    { numRuns: 300 },
  );
});

test('no text is a namespace but a UUID', () => {
  expect(() => namespace('6ba7b810')).toThrow(RangeError);
});

test('the ids of one message never change: they are stored for years', () => {
  const message = messageIdOf('kannel-1', 'f3a1c9e2-77');
  expect([
    message,
    usageEventId({ source: 'kannel-1', sourceRecordId: 'f3a1c9e2-77', attempt: 1, part: 1, event: 'delivered' }),
    concatenatedMessageId({ source: 's', sender: 'A', recipient: '+441', reference: 7, total: 3, window: 600_000_000 }),
    legId({ messageId: message, part: 1, attempt: 0, side: 'sell', payer: 'a', payee: 'b', rerateRunId: null }),
    ratedId({ causeKind: 'usage', causeId: message, messageId: message, part: 1, fingerprint: 'f', index: 0 }),
  ]).toMatchInlineSnapshot(`
    [
      "25e7f29e-a334-54bc-848b-ba4266295b9b",
      "7e0f87a5-6a82-5aa0-9ed3-f0a9af18d346",
      "ae48132c-36d9-562e-9725-6c529a2237ed",
      "8bdd9913-34d4-5201-bca9-9f7631c8a824",
      "d9edece6-c100-5d88-a892-03476d323d40",
    ]
  `);
});

test('every field counts', () => {
  const key = { messageId: 'm', part: 1, attempt: 1, side: 'sell', payer: 'a', payee: 'b', rerateRunId: null } as const;
  const variants = [
    {},
    { part: 2 },
    { attempt: 2 },
    { side: 'buy' as const },
    { payer: 'c' },
    { payee: 'c' },
    { rerateRunId: 'r' },
  ];
  expect(new Set(variants.map((variant) => legId({ ...key, ...variant }))).size).toBe(variants.length);
});
