import { createHmac, hash } from 'node:crypto';
import type { HashRecipient } from '@ratestream/pricing';

const DAY_MS = 86_400_000;
const DAYS_KEPT = 1_000;
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Longer than any number or short code. */
const MAX_RECIPIENT_BYTES = 256;

/**
 * Keyed hash of recipients, with a key for each month of the message: downstream a number can be compared within a month
 * and read by nobody.
 *
 * Out  the first 32 hex digits of HMAC-SHA-256, and `YYYY-MM` as key id
 */
export function recipientHasher(secret: string): HashRecipient {
  const keys = new Map<number, { id: string; hmac: (text: string) => string }>();
  const keyOf = (day: number): { id: string; hmac: (text: string) => string } => {
    const id = new Date(day * DAY_MS).toISOString().slice(0, 7);
    return { id, hmac: hmacSha256(createHmac('sha256', secret).update(id).digest()) };
  };
  return (recipient, at) => {
    const day = Math.floor(at / 1000 / DAY_MS); // a month's key under each of its days: what month a day is in costs more to ask
    let known = keys.get(day);
    if (known === undefined) {
      if (keys.size >= DAYS_KEPT) keys.clear();
      keys.set(day, (known = keyOf(day)));
    }
    return { hash: known.hmac(recipient).slice(0, 32), keyId: known.id };
  };
}

/**
 * HMAC-SHA-256 by two one-shot hashes over prepared blocks: `createHmac` costs ten times as much, mostly for making an
 * object per call. Source: RFC 2104; the test compares it with node:crypto.
 *
 * In  key: at most one block
 */
function hmacSha256(key: Buffer): (text: string) => string {
  const inner = Buffer.alloc(BLOCK_BYTES + MAX_RECIPIENT_BYTES, 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
  key.forEach((byte, at) => {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  });
  return (text) => {
    const length = inner.write(text, BLOCK_BYTES, MAX_RECIPIENT_BYTES, 'utf8');
    // the digest as text of one byte a character: a buffer for it costs more than the hash
    outer.write(hash('sha256', inner.subarray(0, BLOCK_BYTES + length), 'binary'), BLOCK_BYTES, DIGEST_BYTES, 'latin1');
    return hash('sha256', outer, 'hex');
  };
}
