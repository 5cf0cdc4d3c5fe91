import { fast } from './buffer-slices.js';
import { DecodeError } from './errors.js';
import { internAscii } from './intern.js';

const TWO_27 = 134_217_728;
const TWO_26 = 67_108_864;
/** decimal(38,9): 10^38 fits 16 bytes of two's complement. */
const MAX_DECIMAL_BYTES = 16;
const INTERN_LIMIT = 40;

const wide = new BigInt64Array(1);
const halves = new Int32Array(wide.buffer);

/**
 * Reads Avro primitives out of one buffer.
 *
 * Every read is bounded by `end`: lengths and counts are compared with what is left before anything is allocated or
 * looped over, so hostile bytes cost no more than the bytes they are. Amounts come as nano-units, longs as safe integers.
 *
 * Errors  DecodeError
 */
export class Reader {
  buf = fast(Buffer.alloc(0));
  pos = 0;
  end = 0;

  boolean(): boolean {
    const b = this.byte();
    if (b > 1) throw new DecodeError(`${b} is no boolean`);
    return b === 1;
  }

  /** Index of a union of null and one other branch: true when the value follows. `nullIndex` is 0 or 1. */
  present(nullIndex: number): boolean {
    const b = this.byte();
    if (b === 0) return nullIndex !== 0;
    if (b === 2) return nullIndex !== 1;
    throw new DecodeError(`union branch ${b >> 1} does not exist`);
  }

  int(): number {
    const buf = this.buf;
    const end = this.end;
    let pos = this.pos;
    if (pos >= end) throw truncated();
    let b = buf[pos++] as number;
    let z = b & 0x7f;
    let shift = 7;
    while (b >= 0x80) {
      if (pos >= end) throw truncated();
      if (shift > 28) throw new DecodeError('an int of more than five bytes');
      b = buf[pos++] as number;
      if (shift === 28 && b > 0x0f) throw new DecodeError('an int of more than 32 bits');
      z |= (b & 0x7f) << shift;
      shift += 7;
    }
    this.pos = pos;
    return (z >>> 1) ^ -(z & 1);
  }

  long(): number {
    const buf = this.buf;
    const end = this.end;
    let pos = this.pos;
    let low = 0;
    let high = 0;
    let shift = 0;
    for (;;) {
      if (pos >= end) throw truncated();
      const b = buf[pos++] as number;
      if (shift < 28) low |= (b & 0x7f) << shift;
      else if (shift < 56) high |= (b & 0x7f) << (shift - 28);
      else throw new DecodeError('a long beyond the safe integers');
      if (b < 0x80) break;
      shift += 7;
    }
    if (high >= TWO_26) throw new DecodeError('a long beyond the safe integers');
    this.pos = pos;
    const n = high * TWO_27 + (low >>> 1);
    if ((low & 1) === 0) return n;
    if (n === Number.MAX_SAFE_INTEGER) throw new DecodeError('a long beyond the safe integers');
    return -n - 1;
  }

  /** A string that is seen again and again (codes, accounts, currencies): short ones come from a cache. */
  string(): string {
    const length = this.length();
    const start = this.pos;
    this.pos = start + length;
    if (length <= INTERN_LIMIT) {
      const known = internAscii(this.buf, start, length);
      if (known !== null) return known;
    }
    return this.buf.utf8Slice(start, start + length);
  }

  /** A string that is rarely seen twice (ids, hashes, numbers): the cache would only be emptied by it. */
  unique(): string {
    const length = this.length();
    const start = this.pos;
    const stop = start + length;
    this.pos = stop;
    if (length <= 64) {
      const buf = this.buf;
      let any = 0;
      for (let i = start; i < stop; i++) any |= buf[i] as number;
      if (any < 0x80) return buf.latin1Slice(start, stop);
    }
    return this.buf.utf8Slice(start, stop);
  }

  /** A copy: the buffer read from may be a whole fetch that would otherwise be kept alive. */
  bytes(): Buffer {
    const length = this.length();
    const start = this.pos;
    this.pos = start + length;
    return Buffer.from(this.buf.subarray(start, start + length));
  }

  /** Two's complement, big-endian; nano-units because every decimal of the schemas has scale 9. */
  decimal(): bigint {
    const length = this.length();
    if (length === 0) throw new DecodeError('a decimal without bytes');
    const start = this.pos;
    const stop = start + length;
    this.pos = stop;
    const buf = this.buf;
    if (length > 8) return this.wideDecimal(start, stop);
    const first = buf[start] as number;
    if (length === 1 && first === 0) return 0n;
    let high = first > 0x7f ? -1 : 0;
    let low = high;
    for (let i = start; i < stop; i++) {
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | (buf[i] as number);
    }
    halves[0] = low;
    halves[1] = high;
    return wide[0] as bigint;
  }

  /**
   * Count of the next block of an array; 0 ends it.
   *
   * In      least: the fewest bytes one item can take, at least 1
   */
  block(least: number): number {
    let count = this.long();
    if (count < 0) {
      count = -count;
      const bytes = this.long();
      if (bytes < 0 || bytes > this.end - this.pos) throw new DecodeError('an array block longer than the buffer');
    }
    if (count > (this.end - this.pos) / least) throw new DecodeError(`an array of ${count} items in too few bytes`);
    return count;
  }

  private wideDecimal(start: number, stop: number): bigint {
    if (stop - start > MAX_DECIMAL_BYTES) throw new DecodeError('a decimal of more than 16 bytes');
    return BigInt.asIntN(8 * (stop - start), BigInt(`0x${this.buf.hexSlice(start, stop)}`));
  }

  private byte(): number {
    if (this.pos >= this.end) throw truncated();
    return this.buf[this.pos++] as number;
  }

  private length(): number {
    const pos = this.pos;
    const b = pos < this.end ? (this.buf[pos] as number) : 0x80;
    let length: number;
    if (b < 0x80 && (b & 1) === 0) {
      length = b >> 1;
      this.pos = pos + 1;
    } else {
      length = this.long();
    }
    if (length < 0 || length > this.end - this.pos) throw new DecodeError(`a length of ${length} beyond the buffer`);
    return length;
  }
}

function truncated(): DecodeError {
  return new DecodeError('the bytes end too early');
}
