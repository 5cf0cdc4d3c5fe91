import { pack, unpack, type RatingState } from '@ratestream/pricing';

/** Below the broker's message.max.bytes with room for the envelope. */
const CHUNK_BYTES = 900_000;

/** Everything that a manifest names must be there, or the checkpoint counts as none. */
export interface Manifest {
  readonly foldVersion: number;
  /** Everything of `rated` before this offset is in the pieces. */
  readonly ratedOffset: number;
  readonly lastUsageOffset: number;
  /** In the order in which they are loaded. */
  readonly pieces: readonly PieceName[];
}

export interface PieceName {
  readonly name: string;
  readonly kind: 'ids' | 'closed' | 'open' | 'extras';
  readonly chunks: number;
}

/** Puts a piece into the state it was taken from. */
export function restorePiece(state: RatingState, kind: PieceName['kind'], bytes: Buffer): void {
  switch (kind) {
    case 'ids':
      state.ids.load(new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
      return;
    case 'closed':
      for (const { at, entry, messageId, part } of framed(bytes)) state.closed.put(messageId, part, entry, at);
      return;
    case 'open':
      for (const { entry } of framed(bytes)) state.restore(entry);
      return;
    case 'extras': {
      const { conflicts, retried, idsFrom } = JSON.parse(bytes.toString('utf8')) as {
        conflicts: string[];
        retried: [string, string][];
        idsFrom?: number;
      };
      state.restoreIdsFrom(idsFrom ?? 0);
      for (const conflict of conflicts) state.restoreConflict(conflict);
      for (const [id, amount] of retried) state.restoreRetried(id, BigInt(amount));
    }
  }
}

export function extrasOf(state: RatingState): Buffer {
  const retried = [...state.retriedEntries()].map(([id, amount]) => [id, amount.toString()]);
  return Buffer.from(JSON.stringify({ conflicts: [...state.conflictEntries()], retried, idsFrom: state.idsFrom }));
}

/** One packed part in a piece: which part, when it was put away, its bytes. */
export interface PackedPart {
  readonly messageId: string;
  readonly part: number;
  /** Microseconds. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

export function* openParts(state: RatingState): Generator<PackedPart> {
  for (const part of state.openEntries())
    yield { messageId: part.last.messageId, part: part.last.part, at: part.last.ratedAt, bytes: pack(part) };
}

export function* closedParts(state: RatingState): Generator<PackedPart> {
  for (const { at, bytes } of state.closed.entries()) {
    const { messageId, part } = unpack(bytes).last;
    yield { messageId, part, at, bytes };
  }
}

const UUID_BYTES = 36;
const HEADER_BYTES = 4 + UUID_BYTES + 4 + 8;

export function frame(parts: Iterable<PackedPart>): Buffer {
  const frames: Buffer[] = [];
  for (const { messageId, part, at, bytes } of parts) {
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32LE(bytes.length, 0);
    header.write(messageId, 4, 'latin1');
    header.writeUInt32LE(part, 4 + UUID_BYTES);
    header.writeDoubleLE(at, 8 + UUID_BYTES);
    frames.push(header, Buffer.from(bytes));
  }
  return Buffer.concat(frames);
}

function* framed(bytes: Buffer): Generator<{ messageId: string; part: number; at: number; entry: Buffer }> {
  let offset = 0;
  while (offset < bytes.length) {
    const length = bytes.readUInt32LE(offset);
    const start = offset + HEADER_BYTES;
    yield {
      messageId: bytes.toString('latin1', offset + 4, offset + 4 + UUID_BYTES),
      part: bytes.readUInt32LE(offset + 4 + UUID_BYTES),
      at: bytes.readDoubleLE(offset + 8 + UUID_BYTES),
      entry: bytes.subarray(start, start + length),
    };
    offset = start + length;
  }
}

/** The chunks of a piece; an empty piece is one empty chunk, so that it can be told from a missing one. */
export function chunksOf(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return chunks.length === 0 ? [Buffer.alloc(0)] : chunks;
}

/** Ids added since the last checkpoint, seven words each (see IdTable.entries). */
export class NewIds {
  private words = new Uint32Array(7 * 1024);
  private length = 0;

  push(entry: Uint32Array): void {
    if (this.length + 7 > this.words.length) {
      const larger = new Uint32Array(this.words.length * 2);
      larger.set(this.words);
      this.words = larger;
    }
    this.words.set(entry, this.length);
    this.length += 7;
  }

  /** The bytes so far; what comes later belongs to the next checkpoint. */
  take(): Buffer {
    const bytes = Buffer.from(this.words.buffer.slice(0, this.length * 4));
    this.length = 0;
    return bytes;
  }
}
