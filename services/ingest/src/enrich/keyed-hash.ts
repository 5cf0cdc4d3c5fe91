import { createHash, hash } from 'node:crypto';

/**
 * A keyed hash of a text, 32 hex digits. The key is a digest of the secret, so always one block of fixed length before
 * the text, and the result is cut: what a plain hash would let an outsider extend or guess is not there.
 */
export function textHasher(secret: string): (text: string) => string {
  const key = createHash('sha256').update(secret).digest('hex');
  return (text) => hash('sha256', key + text, 'hex').slice(0, 32);
}
