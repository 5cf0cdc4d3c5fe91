import './buffer-slices.js';

const BLOCK_BYTES = 64;
const words = new Int32Array(80);
let message = Buffer.alloc(4 * BLOCK_BYTES);

/** The five words of a digest; overwritten by the next call. */
export const digest = new Int32Array(5);

/**
 * SHA-1 of a prefix and the UTF-8 of a text, into `digest`.
 *
 * Ours because a call into node:crypto costs several times the one or two blocks that an id takes. Used for ids, never
 * for secrets.
 */
export function sha1(prefix: Uint8Array, text: string): void {
  const start = prefix.length;
  const most = start + text.length * 3 + 2 * BLOCK_BYTES;
  if (message.length < most) message = Buffer.alloc(most);
  message.set(prefix, 0);
  const length = start + writeText(start, text);
  const blocks = Math.ceil((length + 9) / BLOCK_BYTES);
  message[length] = 0x80;
  message.fill(0, length + 1, blocks * BLOCK_BYTES);
  message.writeUInt32BE(Math.floor(length / 0x2000_0000), blocks * BLOCK_BYTES - 8);
  message.writeUInt32BE((length << 3) >>> 0, blocks * BLOCK_BYTES - 4);
  digest[0] = 0x67452301;
  digest[1] = 0xefcdab89 | 0;
  digest[2] = 0x98badcfe | 0;
  digest[3] = 0x10325476;
  digest[4] = 0xc3d2e1f0 | 0;
  for (let block = 0; block < blocks; block++) compress(block * BLOCK_BYTES);
}

function writeText(start: number, text: string): number {
  let any = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    any |= code;
    message[start + i] = code;
  }
  return any < 0x80 ? text.length : message.utf8Write(text, start, message.length - start);
}

/** FIPS 180-4 §6.1.2 */
function compress(at: number): void {
  const w = words;
  const m = message;
  for (let t = 0, i = at; t < 16; t++, i += 4) {
    w[t] = ((m[i] as number) << 24) | ((m[i + 1] as number) << 16) | ((m[i + 2] as number) << 8) | (m[i + 3] as number);
  }
  for (let t = 16; t < 80; t++) {
    const x = (w[t - 3] as number) ^ (w[t - 8] as number) ^ (w[t - 14] as number) ^ (w[t - 16] as number);
    w[t] = (x << 1) | (x >>> 31);
  }
  let a = digest[0] as number;
  let b = digest[1] as number;
  let c = digest[2] as number;
  let d = digest[3] as number;
  let e = digest[4] as number;
  for (let t = 0; t < 80; t++) {
    const f =
      t < 20
        ? ((b & c) | (~b & d)) + 0x5a827999
        : t < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : t < 60
            ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
            : (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + f + e + (w[t] as number)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  digest[0] = ((digest[0] as number) + a) | 0;
  digest[1] = ((digest[1] as number) + b) | 0;
  digest[2] = ((digest[2] as number) + c) | 0;
  digest[3] = ((digest[3] as number) + d) | 0;
  digest[4] = ((digest[4] as number) + e) | 0;
}
