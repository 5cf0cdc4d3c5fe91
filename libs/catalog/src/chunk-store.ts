import type { NumberRow, RateChunk, RateRow } from '@ratestream/events';
import { CatalogIntegrityError } from './errors.js';
import { numberRowsHash, rateRowsHash } from './row-hash.js';

/** What a publication says of its rows. */
export interface Publication {
  rows: number;
  chunks: number;
  sha256: string;
}

/** Chunks that wait for the event that publishes them. They come over a topic of their own, before or after it. */
export class ChunkStore {
  private readonly waiting = new Map<string, Map<number, RateChunk>>();
  private readonly taken = new Set<string>();

  /** Keeps a chunk; a repeat, or one of a version that was handed over already, is nothing. */
  add(chunk: RateChunk): void {
    const key = chunkSetKey(chunk.kind, chunk.id, chunk.version);
    if (this.taken.has(key)) return;
    let set = this.waiting.get(key);
    if (set === undefined) this.waiting.set(key, (set = new Map<number, RateChunk>()));
    if (!set.has(chunk.chunk)) set.set(chunk.chunk, chunk);
  }

  /** The rates of a version once all its chunks are here, checked against the digest; null until then. */
  takeRates(id: string, version: number, publication: Publication): RateRow[] | null {
    const chunks = this.complete('rates', id, version, publication);
    if (chunks === null) return null;
    const rows = chunks.flatMap((chunk) => chunk.rates);
    check(id, version, publication, rows.length, rateRowsHash(rows));
    this.done('rates', id, version);
    return rows;
  }

  /** The same for a numbering plan. */
  takeNumbers(id: string, version: number, publication: Publication): NumberRow[] | null {
    const chunks = this.complete('numbers', id, version, publication);
    if (chunks === null) return null;
    const rows = chunks.flatMap((chunk) => chunk.numbers);
    check(id, version, publication, rows.length, numberRowsHash(rows));
    this.done('numbers', id, version);
    return rows;
  }

  private complete(kind: RateChunk['kind'], id: string, version: number, { chunks }: Publication): RateChunk[] | null {
    const set = this.waiting.get(chunkSetKey(kind, id, version));
    if (chunks > 0 && (set === undefined || set.size < chunks)) return null;
    const ordered = [...(set?.values() ?? [])].sort((a, b) => a.chunk - b.chunk);
    if (ordered.some((chunk, index) => chunk.chunk !== index)) {
      throw new CatalogIntegrityError(`${kind} ${id} version ${version}: chunks are not numbered 0 to ${chunks - 1}`);
    }
    return ordered;
  }

  private done(kind: RateChunk['kind'], id: string, version: number): void {
    const key = chunkSetKey(kind, id, version);
    this.waiting.delete(key);
    this.taken.add(key);
  }
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
