import type { RateChunk } from '@ratestream/events';
import type { Queryable, Tx } from '@ratestream/postgres';
import { decodeRows, encodeRows } from './row-body.js';

/** Keeps the rows of a version. The same chunk twice fails: somebody else has taken this version number. */
export async function insertChunks(tx: Tx, chunks: readonly RateChunk[]): Promise<void> {
  for (const chunk of chunks) {
    await tx.query('insert into row_chunk (kind, id, version, chunk, body) values ($1, $2, $3, $4, $5)', [
      chunk.kind,
      chunk.id,
      chunk.version,
      chunk.chunk,
      encodeRows(chunk),
    ]);
  }
}

/** The chunks of a version one after the other, so that a large card is never in memory whole. */
export async function* readChunks(
  db: Queryable,
  kind: RateChunk['kind'],
  id: string,
  version: number,
  from = 0,
): AsyncGenerator<RateChunk> {
  for (let chunk = from; ; chunk += 1) {
    const { rows } = await db.query<{ body: Buffer }>(
      'select body from row_chunk where kind = $1 and id = $2 and version = $3 and chunk = $4',
      [kind, id, version, chunk],
    );
    const [row] = rows;
    if (row === undefined) return;
    yield decodeRows(row.body);
  }
}
