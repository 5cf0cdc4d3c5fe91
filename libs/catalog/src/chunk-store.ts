import { codecs, type NumberRow, type RateChunk, type RateRow } from '@ratestream/events';
import { CatalogIntegrityError } from './errors.js';
import { numberRowsHash, rateRowsHash } from './row-hash.js';

/** What a publication says of its rows. */
export interface Publication {
  rows: number;
  chunks: number;
  sha256: string;
}

/** Rows in their order; they may be made anew each time that one goes through them. */
export interface Rows<Row> extends Iterable<Row> {
  readonly length: number;
}

/** A chunk as it lay in the topic: as objects, a million rows that wait weigh 400 MB, packed 20. */
interface Packed {
  readonly rows: number;
  readonly bytes: Buffer;
}

/** Chunks that wait for the event that publishes them. They come over a topic of their own, before or after it. */
export class ChunkStore {
  private readonly waiting = new Map<string, Map<number, Packed>>();
  private readonly taken = new Set<string>();

  /** Keeps a chunk; a repeat, or one of a version that was handed over already, is nothing. */
  add(chunk: RateChunk): void {
    const key = chunkSetKey(chunk.kind, chunk.id, chunk.version);
    if (this.taken.has(key)) return;
    let set = this.waiting.get(key);
    if (set === undefined) this.waiting.set(key, (set = new Map<number, Packed>()));
    // A copy: what is encoded lies in a larger buffer, which it would keep.
    if (!set.has(chunk.chunk))
      set.set(chunk.chunk, {
        rows: chunk[chunk.kind].length,
        bytes: Buffer.from(codecs.RateChunk.encode(chunk)),
      });
  }

  /** The rates of a version once all its chunks are here, checked against the digest; null until then. */
  takeRates(id: string, version: number, publication: Publication): Rows<RateRow> | null {
    return this.take('rates', id, version, publication, (chunk) => chunk.rates, rateRowsHash);
  }

  /** The same for a numbering plan. */
  takeNumbers(id: string, version: number, publication: Publication): Rows<NumberRow> | null {
    return this.take('numbers', id, version, publication, (chunk) => chunk.numbers, numberRowsHash);
  }

  private take<Row>(
    kind: RateChunk['kind'],
    id: string,
    version: number,
    publication: Publication,
    rowsOf: (chunk: RateChunk) => Row[],
    digest: (rows: Iterable<Row>) => string,
  ): Rows<Row> | null {
    const chunks = this.complete(kind, id, version, publication);
    if (chunks === null) return null;
    const rows = unpacked(chunks, rowsOf);
    check(id, version, publication, rows.length, digest(rows));
    const key = chunkSetKey(kind, id, version);
    this.waiting.delete(key);
    this.taken.add(key);
    return rows;
  }

  private complete(kind: RateChunk['kind'], id: string, version: number, { chunks }: Publication): Packed[] | null {
    const set = this.waiting.get(chunkSetKey(kind, id, version));
    if (chunks > 0 && (set === undefined || set.size < chunks)) return null;
    const ordered = [...(set ?? [])].sort(([a], [b]) => a - b);
    if (ordered.some(([number], index) => number !== index)) {
      throw new CatalogIntegrityError(`${kind} ${id} version ${version}: chunks are not numbered 0 to ${chunks - 1}`);
    }
    return ordered.map(([, chunk]) => chunk);
  }
}

function unpacked<Row>(chunks: readonly Packed[], rowsOf: (chunk: RateChunk) => Row[]): Rows<Row> {
  return {
    length: chunks.reduce((sum, { rows }) => sum + rows, 0),
    *[Symbol.iterator]() {
      for (const { bytes } of chunks) yield* rowsOf(codecs.RateChunk.decode(bytes));
    },
  };
}

function chunkSetKey(kind: string, id: string, version: number): string {
  return `${kind}\u001f${id}\u001f${version}`;
}

function check(id: string, version: number, said: Publication, rows: number, sha256: string): void {
  if (rows !== said.rows || sha256 !== said.sha256) {
    throw new CatalogIntegrityError(
      `${id} version ${version}: ${rows} rows ${sha256}, published ${said.rows} rows ${said.sha256}`,
    );
  }
}
