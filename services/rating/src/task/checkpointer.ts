import type { RatingCheckpoint } from '@ratestream/events';
import type { InRecord, OutRecord, Written } from '@ratestream/kafka';
import type { Logger } from '@ratestream/observability';
import { FOLD_VERSION, readUuid, type RatingState } from '@ratestream/pricing';
import {
  chunksOf,
  closedParts,
  extrasOf,
  frame,
  NewIds,
  openParts,
  restorePiece,
  type Manifest,
  type PackedPart,
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

/** What one tick writes; `completes` on the one whose commit makes the checkpoint. */
interface Batch {
  readonly records: OutRecord[];
  readonly completes?: { manifest: Manifest; bytes: Map<string, Buffer> };
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
const DAY = 86_400_000_000;

/**
 * Writes a task's fold to `rating.checkpoints` and reads it back: a shortcut for start-up, never the truth.
 *
 * Pieces: `ids` and `closed` are segments, added to at each checkpoint and merged once there are many; `open` and `extras`
 * are written whole. The manifest goes last, in a transaction of its own, so that what it names is there.
 */
export class Checkpointer {
  private readonly newIds = new NewIds();
  private newClosed: PackedPart[] = [];
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
    const pieces: Buffer[] = [];
    for (const piece of manifest.pieces) {
      const bytes =
        joined(piece, chunks) ??
        (await this.ports.cache.piece(piece.name)) ??
        joined(piece, (await this.readFrom(0)).chunks);
      if (bytes === null) {
        this.ports.logger.warn(
          { partition: this.partition, piece: piece.name },
          'checkpoint is incomplete, folding rated from its beginning',
        );
        return null;
      }
      pieces.push(bytes);
    }
    manifest.pieces.forEach(({ kind }, at) => restorePiece(this.state, kind, pieces[at] as Buffer));
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
    const entry = new Uint32Array(7);
    const id = new Uint32Array(4);
    this.state.onId = (uuid, hash, at) => {
      readUuid(uuid, id);
      entry.set(id);
      entry[4] = Number.parseInt(hash.slice(0, 8), 16);
      entry[5] = Number.parseInt(hash.slice(8, 16), 16);
      entry[6] = Math.max(1, Math.floor(at / DAY) + 1);
      this.newIds.push(entry);
    };
  }

  /** A part was put away since the last checkpoint. */
  closed(part: PackedPart): void {
    this.newClosed.push(part);
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
    return this.inFlight?.records ?? null;
  }

  /** The transaction with the records of the last `next` is committed. */
  committed(written: Written): void {
    const { inFlight } = this;
    this.inFlight = null;
    const offset = written.get(`rating.checkpoints-${this.partition}`);
    if (inFlight?.completes === undefined || offset === undefined) return;
    const { manifest, bytes } = inFlight.completes;
    this.live = manifest.pieces;
    this.lastOffset = manifest.ratedOffset;
    this.caching = this.caching.then(() => this.writeCache({ offset, manifest }, bytes));
  }

  async end(): Promise<void> {
    this.state.onId = null;
    await this.caching;
  }

  private prepare(nowMs: number, stamp: Stamp, streamMs: number): void {
    const now = nowMs * 1000;
    const merge = this.live.length === 0 || this.live.length >= MAX_PIECES;
    const generation = `${nowMs.toString(36)}-${stamp.ratedOffset.toString(36)}`;
    const ids = this.newIds.take();
    const closed = this.newClosed;
    this.newClosed = [];
    if (merge) this.state.expire(streamMs * 1000);
    const pieces: [PieceName['kind'], Buffer][] = [
      ['ids', merge ? allIds(this.state) : ids],
      ['closed', frame(merge ? closedParts(this.state) : closed)],
      ['open', frame(openParts(this.state))],
      ['extras', extrasOf(this.state)],
    ];
    const bytes = new Map<string, Buffer>();
    const named: PieceName[] = [];
    const records: OutRecord[] = [];
    for (const [kind, content] of pieces) {
      const name = `${kind}/${generation}`;
      const chunks = chunksOf(content);
      bytes.set(name, content);
      named.push({ name, kind, chunks: chunks.length });
      chunks.forEach((chunk, sequence) =>
        records.push(this.record(name, stamp.ratedOffset, now, sequence, chunks.length, chunk)),
      );
    }
    const kept = merge ? [] : this.live.filter(({ kind }) => kind === 'ids' || kind === 'closed');
    const manifest: Manifest = { foldVersion: FOLD_VERSION, ...stamp, pieces: [...kept, ...named] };
    const dropped = this.live.filter((piece) => !manifest.pieces.includes(piece));
    const gone = [...dropped.flatMap(({ name, chunks }) => keysOf(name, chunks)), ...this.abandoned];
    this.abandoned = [];
    const tombstones = gone.map((chunk) => this.tombstone(chunk));
    const last = this.record(MANIFEST, stamp.ratedOffset, now, 0, 1, Buffer.from(JSON.stringify(manifest)));
    this.queue = [...batches(records), { records: [last], completes: { manifest, bytes } }];
    if (tombstones.length > 0) this.queue.push({ records: tombstones });
  }

  private record(piece: string, offset: number, at: number, sequence: number, total: number, bytes: Buffer): OutRecord {
    const value = this.ports.encode({
      partition: this.partition,
      piece,
      foldVersion: FOLD_VERSION,
      offset,
      at,
      sequence,
      total,
      bytes,
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

  private async writeCache(cached: { offset: number; manifest: Manifest }, bytes: Map<string, Buffer>): Promise<void> {
    try {
      for (const [name, content] of bytes) await this.ports.cache.writePiece(name, content);
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

function joined({ name, chunks }: PieceName, found: ReadonlyMap<string, Buffer>): Buffer | null {
  const parts: Buffer[] = [];
  for (let sequence = 0; sequence < chunks; sequence++) {
    const part = found.get(`${name}|${sequence}`);
    if (part === undefined) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
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

/** Records of a tick: bounded, so that a transaction stays short. */
function batches(records: readonly OutRecord[]): { records: OutRecord[] }[] {
  const all: { records: OutRecord[] }[] = [];
  let size = Infinity;
  for (const record of records) {
    const length = record.value?.length ?? 0;
    if (size + length > BYTES_A_TICK) {
      all.push({ records: [] });
      size = 0;
    }
    all[all.length - 1]?.records.push(record);
    size += length;
  }
  return all;
}
