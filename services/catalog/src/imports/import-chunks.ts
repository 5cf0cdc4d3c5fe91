import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { chunkRates } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { Pool, Queryable } from '@ratestream/postgres';
import { decodeRows, encodeRows } from '../store/row-body.js';

export type ListKind = 'rows' | 'findings' | 'diff' | 'margin';

const ITEMS_PER_CHUNK = 4_000;
const pack = promisify<Buffer, Buffer>(deflateRaw);
const unpack = promisify<Buffer, Buffer>(inflateRaw);

/** Keeps a list of an import in pieces as it grows, so that a million verdicts are never in memory at once. */
export class ChunkWriter<T> {
  private items: T[] = [];
  private chunk = 0;
  total = 0;
  readonly counts: Record<string, number> = {};

  constructor(
    private readonly pool: Pool,
    private readonly importId: string,
    private readonly kind: ListKind,
    private readonly labelOf: (item: T) => string,
  ) {}

  async add(items: readonly T[]): Promise<void> {
    for (const item of items) this.items.push(item);
    while (this.items.length >= ITEMS_PER_CHUNK) await this.write(this.items.splice(0, ITEMS_PER_CHUNK));
  }

  async end(): Promise<void> {
    if (this.items.length > 0) await this.write(this.items.splice(0));
  }

  private async write(items: readonly T[]): Promise<void> {
    const counts: Record<string, number> = {};
    for (const item of items) counts[this.labelOf(item)] = (counts[this.labelOf(item)] ?? 0) + 1;
    for (const [label, count] of Object.entries(counts)) this.counts[label] = (this.counts[label] ?? 0) + count;
    this.total += items.length;
    const body = await pack(Buffer.from(JSON.stringify(items)));
    await insertChunk(this.pool, this.importId, this.kind, this.chunk, counts, body);
    this.chunk += 1;
  }
}

/** A page of a list: items with a label, from a place on. Places are (chunk, index in it). */
export async function readItems<T>(
  db: Queryable,
  importId: string,
  kind: ListKind,
  page: {
    from: readonly [chunk: number, index: number];
    limit: number;
    label: string | null;
    labelOf: (item: T) => string;
  },
): Promise<{ item: T; next: [chunk: number, index: number] }[]> {
  const found: { item: T; next: [number, number] }[] = [];
  let [chunk, index] = page.from;
  while (found.length < page.limit) {
    const { rows } = await db.query<{ chunk: number; body: Buffer }>(
      `select chunk, body from rate_import_chunk where import_id = $1 and kind = $2 and chunk >= $3
       and ($4::text is null or counts ? $4) order by chunk limit 1`,
      [importId, kind, chunk, page.label],
    );
    const [row] = rows;
    if (row === undefined) break;
    if (row.chunk !== chunk) [chunk, index] = [row.chunk, 0];
    const items = JSON.parse((await unpack(row.body)).toString('utf8')) as T[];
    for (; index < items.length && found.length < page.limit; index += 1) {
      const item = items[index] as T;
      if (page.label === null || page.labelOf(item) === page.label) found.push({ item, next: [chunk, index + 1] });
    }
    if (index >= items.length) [chunk, index] = [chunk + 1, 0];
  }
  return found;
}

/** Keeps the rates that an approval would publish. */
export async function keepRates(
  pool: Pool,
  importId: string,
  cardId: string,
  rates: readonly RateRow[],
): Promise<void> {
  for (const chunk of chunkRates(cardId, 0, rates))
    await insertChunk(pool, importId, 'rates', chunk.chunk, {}, encodeRows(chunk));
}

/** The kept rates, a piece at a time. */
export async function* keptRates(db: Queryable, importId: string): AsyncGenerator<RateRow[]> {
  for (let chunk = 0; ; chunk += 1) {
    const { rows } = await db.query<{ body: Buffer }>(
      `select body from rate_import_chunk where import_id = $1 and kind = 'rates' and chunk = $2`,
      [importId, chunk],
    );
    const [row] = rows;
    if (row === undefined) return;
    yield decodeRows(row.body).rates;
  }
}

async function insertChunk(
  pool: Pool,
  importId: string,
  kind: ListKind | 'rates',
  chunk: number,
  counts: Record<string, number>,
  body: Buffer,
): Promise<void> {
  await pool.query('insert into rate_import_chunk (import_id, kind, chunk, counts, body) values ($1, $2, $3, $4, $5)', [
    importId,
    kind,
    chunk,
    JSON.stringify(counts),
    body,
  ]);
}
