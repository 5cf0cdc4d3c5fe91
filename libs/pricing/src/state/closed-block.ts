import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Larger ones press a little better, and cost a late receipt more to open. */
const RAW_BYTES = 64 << 10;
const HEADER_BYTES = 16;
/** Of each part: key 4 words, where it begins in the raw bytes, the day it was put away. */
const ENTRY_WORDS = 6;
const ENTRY_BYTES = ENTRY_WORDS * 4;
/** Five times smaller than what goes in, and half the time of packing it. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * Parts pressed together: they are alike in nearly everything but ids and times. The bytes are as they lie in memory, in a
 * checkpoint and in its cache: total length, count, raw length, last day; a directory; zstd.
 */
export class SealedBlock {
  readonly count: number;

  constructor(readonly bytes: Buffer) {
    this.count = bytes.readUInt32LE(4);
  }

  /** No part in it was put away after this day. */
  get lastDay(): number {
    return this.bytes.readUInt32LE(12);
  }

  readKey(entry: number, into: Uint32Array): void {
    const at = HEADER_BYTES + entry * ENTRY_BYTES;
    for (let word = 0; word < 4; word++) into[word] = this.bytes.readUInt32LE(at + word * 4);
  }

  dayOf(entry: number): number {
    return this.bytes.readUInt32LE(HEADER_BYTES + entry * ENTRY_BYTES + 20);
  }

  open(): Buffer {
    return zstdDecompressSync(this.bytes.subarray(HEADER_BYTES + this.count * ENTRY_BYTES), {
      maxOutputLength: Math.max(1, this.bytes.readUInt32LE(8)),
    });
  }

  /** In  raw: what `open` answered */
  part(raw: Buffer, entry: number): Buffer {
    return raw.subarray(this.startOf(entry), entry + 1 < this.count ? this.startOf(entry + 1) : raw.length);
  }

  private startOf(entry: number): number {
    return this.bytes.readUInt32LE(HEADER_BYTES + entry * ENTRY_BYTES + 16);
  }
}

/** The block that is being filled. */
export class OpenBlock {
  private raw = Buffer.allocUnsafe(RAW_BYTES);
  private length = 0;
  private readonly words: number[] = [];
  private lastDay = 0;

  get count(): number {
    return this.words.length / ENTRY_WORDS;
  }

  /** Whether the next part belongs into the next block. */
  get full(): boolean {
    return this.length >= RAW_BYTES * 0.97;
  }

  /** Out  the entry under which the part is found */
  add(key: Uint32Array, bytes: Uint8Array, day: number): number {
    if (this.length + bytes.length > this.raw.length) {
      const larger = Buffer.allocUnsafe((this.length + bytes.length) * 2);
      this.raw.copy(larger, 0, 0, this.length);
      this.raw = larger;
    }
    this.words.push(key[0] as number, key[1] as number, key[2] as number, key[3] as number, this.length, day);
    this.raw.set(bytes, this.length);
    this.length += bytes.length;
    this.lastDay = Math.max(this.lastDay, day);
    return this.count - 1;
  }

  dayOf(entry: number): number {
    return this.words[entry * ENTRY_WORDS + 5] as number;
  }

  /** A copy: the bytes here are used again. */
  part(entry: number): Buffer {
    const start = this.words[entry * ENTRY_WORDS + 4] as number;
    return Buffer.from(this.raw.subarray(start, this.words[(entry + 1) * ENTRY_WORDS + 4] ?? this.length));
  }

  /** Presses what it holds, and is empty again. */
  seal(): SealedBlock {
    const pressed = zstdCompressSync(this.raw.subarray(0, this.length), FAST);
    const bytes = Buffer.allocUnsafe(HEADER_BYTES + this.words.length * 4 + pressed.length);
    bytes.writeUInt32LE(bytes.length, 0);
    bytes.writeUInt32LE(this.count, 4);
    bytes.writeUInt32LE(this.length, 8);
    bytes.writeUInt32LE(this.lastDay, 12);
    let at = HEADER_BYTES;
    for (const word of this.words) at = bytes.writeUInt32LE(word, at);
    pressed.copy(bytes, at);
    this.words.length = 0;
    this.length = 0;
    this.lastDay = 0;
    return new SealedBlock(bytes);
  }
}

/** The blocks that lie one after another in a chunk of a checkpoint; they share its memory. */
export function* blocksIn(chunk: Buffer): Generator<SealedBlock> {
  for (let at = 0; at < chunk.length;) {
    const length = chunk.readUInt32LE(at);
    yield new SealedBlock(chunk.subarray(at, at + length));
    at += length;
  }
}
