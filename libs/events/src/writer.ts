import { fast } from './buffer-slices.js';
import { EncodeError } from './errors.js';

// Every function writes at `p` and gives back the position after it. Writing past the end of a typed array does
// nothing, so none of them asks for space: the codec compares the last position with the slab once and writes again
// into a larger one. Only positions count until then.

const TWO_28 = 268_435_456;
/** Below it a loop beats the call into the runtime; below 64 the length is one byte. */
const LOOP_LIMIT = 48;
const MAX_DECIMAL = 10n ** 38n;

const wide = new BigInt64Array(1);
const halves = new Int32Array(wide.buffer);

/** Zigzag varint of a 32-bit integer. */
export function writeInt(b: Buffer, p: number, v: number): number {
  if (v !== (v | 0)) throw new EncodeError(`${v} is no 32-bit integer`);
  return varint(b, p, (v << 1) ^ (v >> 31));
}

/** Zigzag varint of a safe integer. */
export function writeLong(b: Buffer, p: number, v: number): number {
  if (!Number.isSafeInteger(v)) throw new EncodeError(`${v} is no safe integer`);
  // −n − 1 and n share their magnitude bits in zigzag; only the lowest bit tells them apart.
  const n = v < 0 ? -v - 1 : v;
  const high = Math.floor(n / (TWO_28 / 2));
  const low = ((n - high * (TWO_28 / 2)) << 1) | (v < 0 ? 1 : 0);
  if (high === 0) return varint(b, p, low);
  b[p] = low | 0x80;
  b[p + 1] = (low >>> 7) | 0x80;
  b[p + 2] = (low >>> 14) | 0x80;
  b[p + 3] = (low >>> 21) | 0x80;
  return varint(b, p + 4, high);
}

/** Length and UTF-8 bytes. Short ASCII is written without leaving JavaScript. */
export function writeString(b: Buffer, p: number, v: string): number {
  const length = v.length;
  if (length > LOOP_LIMIT) return longString(b, p, v);
  b[p] = length << 1;
  const at = p + 1;
  let any = 0;
  for (let i = 0; i < length; i++) {
    const code = v.charCodeAt(i);
    any |= code;
    b[at + i] = code;
  }
  return any < 0x80 ? at + length : longString(b, p, v);
}

/** Length and bytes. */
export function writeBytes(b: Buffer, p: number, v: Uint8Array): number {
  const at = writeInt(b, p, v.length);
  if (at + v.length <= b.length) b.set(v, at);
  return at + v.length;
}

/** 0 or 1. */
export function writeBoolean(b: Buffer, p: number, v: boolean): number {
  b[p] = v ? 1 : 0;
  return p + 1;
}

/** Nano-units as the fewest bytes of two's complement, big-endian, as Java's BigInteger writes them. */
export function writeDecimal(b: Buffer, p: number, v: bigint): number {
  if (BigInt.asIntN(64, v) !== v) return wideDecimal(b, p, v);
  wide[0] = v;
  const low = halves[0] as number;
  const high = halves[1] as number;
  const size = high === low >> 31 ? bytesOf(low) : 4 + bytesOf(high);
  b[p] = size << 1;
  let at = p + 1;
  for (let shift = (size - 5) * 8; shift >= 0; shift -= 8) b[at++] = high >>> shift;
  for (let shift = (Math.min(size, 4) - 1) * 8; shift >= 0; shift -= 8) b[at++] = low >>> shift;
  return at;
}

/** Fewest bytes that hold a signed 32-bit integer. */
function bytesOf(n: number): number {
  const magnitude = n < 0 ? ~n : n;
  return magnitude < 0x80 ? 1 : magnitude < 0x8000 ? 2 : magnitude < 0x80_0000 ? 3 : 4;
}

function wideDecimal(b: Buffer, p: number, v: bigint): number {
  if (v >= MAX_DECIMAL || v <= -MAX_DECIMAL) throw new EncodeError(`${v} has more than 38 digits`);
  let size = 9;
  while (BigInt.asIntN(size * 8, v) !== v) size++;
  b[p] = size << 1;
  let rest = v;
  for (let i = size; i > 0; i--) {
    b[p + i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return p + 1 + size;
}

function longString(b: Buffer, p: number, v: string): number {
  const bytes = Buffer.byteLength(v);
  const at = writeInt(b, p, bytes);
  if (at + bytes <= b.length) fast(b).utf8Write(v, at, bytes);
  return at + bytes;
}

/** Seven bits a byte of an unsigned 32-bit pattern. */
function varint(b: Buffer, p: number, pattern: number): number {
  let z = pattern;
  while ((z & ~0x7f) !== 0) {
    b[p++] = z | 0x80;
    z >>>= 7;
  }
  b[p] = z;
  return p + 1;
}
