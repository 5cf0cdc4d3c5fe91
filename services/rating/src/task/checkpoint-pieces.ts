import { pack, type RatingState } from '@ratestream/pricing';

/** Below the broker's message.max.bytes with room for the envelope. */
const CHUNK_BYTES = 900_000;
/** Seven words, see IdTable.entries. */
const ID_BYTES = 28;
const SLICE_BYTES = Math.floor(CHUNK_BYTES / ID_BYTES) * ID_BYTES;

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

/** Puts a piece into the state it was taken from. The state may keep the chunks: closed parts lie in them as they were read. */
export function restorePiece(state: RatingState, kind: PieceName['kind'], chunks: readonly Buffer[]): void {
  switch (kind) {
    case 'ids':
      state.ids.reserve(chunks.reduce((sum, { length }) => sum + length, 0) / ID_BYTES);
      for (const { buffer, byteOffset, length } of chunks)
        state.ids.load(new Uint32Array(buffer.slice(byteOffset, byteOffset + length)));
      return;
    case 'closed':
      for (const chunk of chunks) state.closed.load(chunk);
      return;
    case 'open':
      for (const chunk of chunks) for (const part of framed(chunk)) state.restore(part);
      return;
    case 'extras': {
      const { conflicts, retried, idsFrom } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
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

const LENGTH_BYTES = 4;

/** The open parts, packed, each behind its length. */
export function* openParts(state: RatingState): Generator<Buffer> {
  for (const part of state.openEntries()) {
    const bytes = pack(part);
    const framed = Buffer.allocUnsafe(LENGTH_BYTES + bytes.length);
    framed.writeUInt32LE(bytes.length, 0);
    bytes.copy(framed, LENGTH_BYTES);
    yield framed;
  }
}

function* framed(chunk: Buffer): Generator<Buffer> {
  for (let at = 0; at < chunk.length;) {
    const start = at + LENGTH_BYTES;
    at = start + chunk.readUInt32LE(at);
    yield chunk.subarray(start, at);
  }
}

/** Whole units, as many as fit into a chunk: each chunk can be restored by itself. An empty piece is one empty chunk, so that it can be told from a missing one. */
export function chunksOf(units: Iterable<Buffer>): Buffer[][] {
  const chunks: Buffer[][] = [[]];
  let size = 0;
  for (const unit of units) {
    if (size > 0 && size + unit.length > CHUNK_BYTES) {
      chunks.push([]);
      size = 0;
    }
    chunks[chunks.length - 1]?.push(unit);
    size += unit.length;
  }
  return chunks;
}

/** Bytes in slices of whole entries. */
export function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
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
