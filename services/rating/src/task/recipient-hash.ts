import { createHmac } from 'node:crypto';
import type { HashRecipient } from '@ratestream/pricing';

/**
 * Keyed hash of recipients, with a key for each month of the message: downstream a number can be compared within a month
 * and read by nobody.
 *
 * Out  the first 32 hex digits of HMAC-SHA-256, and `YYYY-MM` as key id
 */
export function recipientHasher(secret: string): HashRecipient {
  const keys = new Map<number, { id: string; key: Buffer }>();
  const keyOf = (at: number): { id: string; key: Buffer } => {
    const date = new Date(at / 1000);
    const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
    let known = keys.get(month);
    if (known === undefined) {
      const id = date.toISOString().slice(0, 7);
      known = { id, key: createHmac('sha256', secret).update(id).digest() };
      keys.set(month, known);
    }
    return known;
  };
  return (recipient, at) => {
    const { id, key } = keyOf(at);
    return { hash: createHmac('sha256', key).update(recipient).digest('hex').slice(0, 32), keyId: id };
  };
}
