import type { FastBuffer } from './buffer-slices.js';
const SLOTS = 8192;
const slots: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);

/**
 * The string of an ASCII range, taken from a cache of fixed size where it was seen before.
 *
 * Comparing 20 bytes with a known string is several times cheaper than making a new one, and the decoded events then
 * share one string per account, currency or code. A slot holds the last string that fell into it; nothing grows.
 *
 * Out     null when a byte is not ASCII
 */
export function internAscii(buf: FastBuffer, start: number, length: number): string | null {
  if (length === 0) return '';
  const stop = start + length;
  let hash = length;
  let any = 0;
  for (let i = start; i < stop; i++) {
    const byte = buf[i] as number;
    any |= byte;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  if (any >= 0x80) return null;
  const slot = (hash ^ (hash >>> 13)) & (SLOTS - 1);
  const known = slots[slot];
  if (known !== undefined && known.length === length) {
    let i = 0;
    while (i < length && known.charCodeAt(i) === buf[start + i]) i++;
    if (i === length) return known;
  }
  const fresh = buf.latin1Slice(start, stop);
  slots[slot] = fresh;
  return fresh;
}
