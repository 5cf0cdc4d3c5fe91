import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { recipientHasher } from '../src/task/recipient-hash.js';

/** 2026-05-31T23:59:59.999999Z */
const LAST_OF_MAY = 1_780_271_999_999_999;

test('is HMAC-SHA-256 with the key of the month', () => {
  const hasher = recipientHasher('a secret of the installation');
  const key = createHmac('sha256', 'a secret of the installation').update('2026-05').digest();
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (recipient) => {
      const expected = createHmac('sha256', key).update(recipient).digest('hex').slice(0, 32);
      expect(hasher(recipient, LAST_OF_MAY)).toEqual({ hash: expected, keyId: '2026-05' });
    }),
  );
});

test('a number cannot be followed from one month to the next, nor with another secret', () => {
  const hasher = recipientHasher('a secret of the installation');
  expect(hasher('+447700900123', LAST_OF_MAY + 1)).toMatchObject({ keyId: '2026-06' });
  expect(hasher('+447700900123', LAST_OF_MAY + 1).hash).not.toBe(hasher('+447700900123', LAST_OF_MAY).hash);
  expect(recipientHasher('another secret').call(null, '+447700900123', LAST_OF_MAY).hash).not.toBe(
    hasher('+447700900123', LAST_OF_MAY).hash,
  );
});
