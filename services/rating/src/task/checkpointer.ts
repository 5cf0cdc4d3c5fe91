import type { RatingCheckpoint } from '@ratestream/events';
import type { InRecord, OutRecord, Written } from '@ratestream/kafka';
import type { Logger } from '@ratestream/observability';
import { FOLD_VERSION, type RatingState } from '@ratestream/pricing';
import {
  chunksOf,
  extrasOf,
  NewIds,
  openParts,
  restorePiece,
  slices,
  type Manifest,
  type PieceName,
} from './checkpoint-pieces.js';
import type { LocalCache } from './local-cache.js';

export interface CheckpointPorts {
  readonly encode: (value: RatingCheckpoint) => Buffer;
  readonly decode: (bytes: Buffer) => RatingCheckpoint;
  /** Reads rating.checkpoints of one partition from an offset to its end. */
  readonly read: (partition: number, from: number, onRecord: (record: InRecord) => void) => Promise<number>;
  readonly cache: LocalCache;
  readonly logger: Logger;
}

/** What the state stands for at a moment between two steps. */
export interface Stamp {
  readonly ratedOffset: number;
  readonly lastUsageOffset: number;
}

/** What one tick writes, encoded only then; `completes` on the one whose commit makes the checkpoint. */
interface Batch {
  readonly records: () => OutRecord[];
  readonly completes?: { manifest: Manifest; pieces: Pieces };
}

/** Chunks by the name of their piece, each as the buffers that it is put together from. */
type Pieces = ReadonlyMap<string, readonly (readonly Buffer[])[]>;

interface Chunk {
  readonly piece: string;
  readonly sequence: number;
  readonly total: number;
  readonly bytes: readonly Buffer[];
}

interface Found {
  firstOffset: number | null;
  /** The first record's manifest as it is written, where it is one. */
  firstManifest: string | null;
  manifest: Manifest | null;
  readonly chunks: Map<string, Buffer>;
}

const MANIFEST = 'manifest';
const BYTES_A_TICK = 8 << 20;
/** More segments than this are merged into one: about a day of them. */
const MAX_PIECES = 200;

/**
 * Writes a task's fold to `rating.checkpoints` and reads it back: a shortcut for start-up, never the truth.
 *
 * Pieces: `ids` and `closed` are segments, added to at each checkpoint and merged once there are many; `open` and `extras`
 * are written whole. The manifest goes last, in a transaction after theirs, so that what it names is there.
 */
export class Checkpointer {
  private readonly newIds = new NewIds();
  private live: readonly PieceName[] = [];
  private lastOffset = -1;
  /** Null until the first tick: a start is no reason for a checkpoint. */
  private lastAtMs: number | null = null;
  private queue: Batch[] = [];
  private inFlight: Batch | null = null;
  private caching: Promise<void> = Promise.resolve();
  /** Chunks of checkpoints that were never finished; nobody names them, so compaction alone would keep them for ever. */
  private abandoned: string[] = [];

  constructor(
    private readonly partition: number,
    private readonly state: RatingState,
    private readonly intervalMs: number,
    private readonly ports: CheckpointPorts,
  ) {}

  /** Restores the state from the newest complete checkpoint; null where there is none. */
  async load(): Promise<Stamp | null> {
    const { manifest, chunks } = await this.newest();
    const readable = manifest?.foldVersion === FOLD_VERSION ? manifest : null;
    const named = new Set(readable?.pieces.flatMap(({ name, chunks: count }) => keysOf(name, count)));
    this.abandoned = [...chunks.keys()].filter((key) => !named.has(key));
    if (manifest === null || readable === null) return null;
    const pieces: Buffer[][] = [];
    for (const piece of manifest.pieces) {
      const found =
        chunksIn(chunks, piece) ??
        (await this.ports.cache.piece(piece.name)) ??
        chunksIn((await this.readFrom(0)).chunks, piece);
      if (found === null) {
        this.ports.logger.warn(
          { partition: this.partition, piece: piece.name },
          'checkpoint is incomplete, folding rated from its beginning',
        );
        return null;
      }
      pieces.push(found);
    }
    manifest.pieces.forEach(({ kind }, at) => restorePiece(this.state, kind, pieces[at] as Buffer[]));
    this.live = manifest.pieces;
    this.lastOffset = manifest.ratedOffset;
    this.begin(); // the tail of rated that is folded next is in no piece yet
    return manifest;
  }

  /** Only the end of the topic where the local cache holds the rest; all of it where Kafka does not confirm the cache. */
  private async newest(): Promise<Found> {
    const cached = await this.ports.cache.manifest();
    if (cached !== null) {
      const found = await this.readFrom(cached.offset);
      if (found.firstOffset === cached.offset && found.firstManifest === JSON.stringify(cached.manifest)) return found;
    }
    return this.readFrom(0);
  }

  /** From here on what changes belongs to the next checkpoint. `load` has begun where it restored; without, the first merge has all. */
  begin(): void {
    this.state.ids.onAdd = (entry) => this.newIds.push(entry);
  }

  /**
   * The next records of a checkpoint under way, the first ones of one that is due, or null. Call between steps only.
   *
   * In  streamMs: the broker's time, from which horizons are counted
   */
  next(nowMs: number, stamp: Stamp, streamMs = nowMs): OutRecord[] | null {
    this.lastAtMs ??= nowMs;
    const due = nowMs - this.lastAtMs >= this.intervalMs && stamp.ratedOffset > this.lastOffset;
    if (this.queue.length === 0 && due) {
      this.lastAtMs = nowMs;
      this.prepare(nowMs, stamp, streamMs);
    }
    this.inFlight = this.queue.shift() ?? null;
    return this.inFlight?.records() ?? null;
  }

  /** The transaction with the records of the last `next` is committed. */
  committed(written: Written): void {
    const { inFlight } = this;
    this.inFlight = null;
    const offset = written.get(`rating.checkpoints-${this.partition}`);
    if (inFlight?.completes === undefined || offset === undefined) return;
    const { manifest, pieces } = inFlight.completes;
    this.live = manifest.pieces;
    this.lastOffset = manifest.ratedOffset;
    this.caching = this.caching.then(() => this.writeCache({ offset, manifest }, pieces));
  }

  async end(): Promise<void> {
    this.state.ids.onAdd = null;
    await this.caching;
  }

  private prepare(nowMs: number, stamp: Stamp, streamMs: number): void {
    const now = nowMs * 1000;
    const merge = this.live.length === 0 || this.live.length >= MAX_PIECES;
    const generation = `${nowMs.toString(36)}-${stamp.ratedOffset.toString(36)}`;
    const ids = this.newIds.take();
    if (merge) this.state.expire(streamMs * 1000);
    const contents: [PieceName['kind'], Iterable<Buffer>][] = [
      ['ids', slices(merge ? allIds(this.state) : ids)],
      ['closed', merge ? this.state.closed.blocks() : this.state.closed.newBlocks()],
      ['open', openParts(this.state)],
      ['extras', slices(extrasOf(this.state))],
    ];
    const pieces = new Map<string, Buffer[][]>();
    const named: PieceName[] = [];
    const written: Chunk[] = [];
    for (const [kind, content] of contents) {
      const name = `${kind}/${generation}`;
      const chunks = chunksOf(content);
      pieces.set(name, chunks);
      named.push({ name, kind, chunks: chunks.length });
      chunks.forEach((bytes, sequence) => written.push({ piece: name, sequence, total: chunks.length, bytes }));
    }
    const kept = merge ? [] : this.live.filter(({ kind }) => kind === 'ids' || kind === 'closed');
    const manifest: Manifest = { foldVersion: FOLD_VERSION, ...stamp, pieces: [...kept, ...named] };
    const dropped = this.live.filter((piece) => !manifest.pieces.includes(piece));
    const gone = [...dropped.flatMap(({ name, chunks }) => keysOf(name, chunks)), ...this.abandoned];
    this.abandoned = [];
    const last: Chunk = { piece: MANIFEST, sequence: 0, total: 1, bytes: [Buffer.from(JSON.stringify(manifest))] };
    const record = (chunk: Chunk): OutRecord => this.record(chunk, stamp.ratedOffset, now);
    this.queue = [
      ...batches(written).map((chunks) => ({ records: () => chunks.map(record) })),
      { records: () => [record(last)], completes: { manifest, pieces } },
    ];
    if (gone.length > 0) this.queue.push({ records: () => gone.map((chunk) => this.tombstone(chunk)) });
  }

  private record({ piece, sequence, total, bytes }: Chunk, offset: number, at: number): OutRecord {
    const value = this.ports.encode({
      partition: this.partition,
      piece,
      foldVersion: FOLD_VERSION,
      offset,
      at,
      sequence,
      total,
      bytes: Buffer.concat(bytes),
    });
    return {
      topic: 'rating.checkpoints',
      partition: this.partition,
      key: `${this.partition}|${piece}|${sequence}`,
      value,
    };
  }

  private tombstone(chunk: string): OutRecord {
    return {
      topic: 'rating.checkpoints',
      partition: this.partition,
      key: `${this.partition}|${chunk}`,
      value: null,
    };
  }

  private async readFrom(offset: number): Promise<Found> {
    const found: Found = { firstOffset: null, firstManifest: null, manifest: null, chunks: new Map() };
    await this.ports.read(this.partition, offset, (record) => {
      const checkpoint = record.value === null ? null : this.ports.decode(record.value);
      if (checkpoint === null) found.chunks.delete(chunkOfKey(record.key));
      const text = checkpoint?.piece === MANIFEST ? checkpoint.bytes.toString('utf8') : null;
      if (found.firstOffset === null) {
        found.firstOffset = record.offset;
        found.firstManifest = text;
      }
      if (text !== null) found.manifest = JSON.parse(text) as Manifest;
      else if (checkpoint !== null)
        found.chunks.set(`${checkpoint.piece}|${checkpoint.sequence}`, Buffer.from(checkpoint.bytes));
    });
    return found;
  }

  private async writeCache(cached: { offset: number; manifest: Manifest }, pieces: Pieces): Promise<void> {
    try {
      for (const [name, content] of pieces) await this.ports.cache.writePiece(name, content);
      await this.ports.cache.writeManifest(cached);
    } catch (error) {
      this.ports.logger.warn(
        { partition: this.partition, err: error },
        'local checkpoint cache could not be written; the next start reads Kafka',
      );
    }
  }
}

/** Chunks are named as in their record's key, after the partition. */
function keysOf(piece: string, chunks: number): string[] {
  return Array.from({ length: chunks }, (_, sequence) => `${piece}|${sequence}`);
}

function chunkOfKey(key: Buffer | null): string {
  const text = key?.toString('utf8') ?? '';
  return text.slice(text.indexOf('|') + 1);
}

function chunksIn(found: ReadonlyMap<string, Buffer>, { name, chunks }: PieceName): Buffer[] | null {
  const all = keysOf(name, chunks).map((key) => found.get(key));
  return all.some((chunk) => chunk === undefined) ? null : (all as Buffer[]);
}

function allIds(state: RatingState): Buffer {
  const words = new Uint32Array(state.ids.size * 7);
  let at = 0;
  for (const entry of state.ids.entries()) {
    words.set(entry, at);
    at += 7;
  }
  return Buffer.from(words.buffer);
}

/** Chunks of a tick: bounded, so that a transaction stays short. */
function batches(chunks: readonly Chunk[]): Chunk[][] {
  const all: Chunk[][] = [];
  let size = Infinity;
  for (const chunk of chunks) {
    const length = chunk.bytes.reduce((sum, bytes) => sum + bytes.length, 0);
    if (size + length > BYTES_A_TICK) {
      all.push([]);
      size = 0;
    }
    all[all.length - 1]?.push(chunk);
    size += length;
  }
  return all;
}
