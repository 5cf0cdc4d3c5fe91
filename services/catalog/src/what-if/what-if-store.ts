import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Pool, Queryable, Tx } from '@ratestream/postgres';
import type { LineShown, Question, WhatIf, WhatIfFault, WhatIfStatus, WhatIfSummary } from './what-if.js';

const LINES_PER_CHUNK = 500;
const KEPT = '30 days';
/** Nobody touches a what-if for this long while its process lives. */
const ABANDONED_AFTER = '2 minutes';
const INTERRUPTED: WhatIfFault = { code: 'interrupted', message: 'the service stopped while it read; ask again' };

const pack = promisify<Buffer, Buffer>(deflateRaw);
const unpack = promisify<Buffer, Buffer>(inflateRaw);

interface WhatIfRow {
  id: string;
  scope: string;
  asked_by: string;
  asked_at: string;
  status: WhatIfStatus;
  question: string;
  rows_read: string;
  rows_total: string | null;
  finished_at: string | null;
  summary: string | null;
  fault: string | null;
}

export type NewWhatIf = Pick<WhatIf, 'id' | 'scope' | 'askedBy' | 'askedAt' | 'question'>;

export async function insertWhatIf(tx: Tx, { id, scope, askedBy, askedAt, question }: NewWhatIf): Promise<void> {
  await tx.query(`delete from what_if where touched_at < now() - interval '${KEPT}'`);
  await tx.query(
    `insert into what_if (id, scope, asked_by, asked_at, status, question) values ($1, $2, $3, $4, 'running', $5)`,
    [id, scope, askedBy, askedAt, JSON.stringify(question)],
  );
}

export async function findWhatIf(db: Queryable, id: string): Promise<WhatIf | null> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return null;
  const { rows } = await db.query<WhatIfRow>('select * from what_if where id = $1', [id]);
  const [row] = rows;
  return row === undefined ? null : whatIfOf(row);
}

/** Newest first, of these scopes; null: of all. `before`: the last of the page before. */
export async function listWhatIfs(
  db: Queryable,
  scopes: readonly string[] | null,
  limit: number,
  before: readonly [askedAt: number, id: string] | null,
): Promise<WhatIf[]> {
  const { rows } = await db.query<WhatIfRow>(
    `select * from what_if where ($1::text[] is null or scope = any($1))
     and ($2::bigint is null or (asked_at, id) < ($2, $3::uuid)) order by asked_at desc, id desc limit $4`,
    [scopes, before?.[0] ?? null, before?.[1] ?? null, limit],
  );
  return rows.map(whatIfOf);
}

/** Out: whether it is still wanted. */
export async function touchWhatIf(pool: Pool, id: string, rowsRead: number, rowsTotal: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update what_if set rows_read = $2, rows_total = $3, touched_at = now() where id = $1 and status = 'running'`,
    [id, rowsRead, rowsTotal],
  );
  return rowCount === 1;
}

/** Says that its process lives. */
export async function beatWhatIf(pool: Pool, id: string): Promise<void> {
  await pool.query(`update what_if set touched_at = now() where id = $1 and status = 'running'`, [id]);
}

export async function finishWhatIf(
  tx: Tx,
  id: string,
  lines: readonly LineShown[],
  done: { summary: WhatIfSummary; at: number },
): Promise<void> {
  for (let chunk = 0; chunk * LINES_PER_CHUNK < lines.length; chunk += 1) {
    const piece = lines.slice(chunk * LINES_PER_CHUNK, (chunk + 1) * LINES_PER_CHUNK);
    const body = await pack(Buffer.from(JSON.stringify(piece)));
    await tx.query('insert into what_if_chunk (what_if_id, chunk, body) values ($1, $2, $3)', [id, chunk, body]);
  }
  await tx.query(
    `update what_if set status = 'done', summary = $2, finished_at = $3, rows_read = coalesce(rows_total, rows_read)
     where id = $1 and status = 'running'`,
    [id, JSON.stringify(done.summary), done.at],
  );
}

export async function failWhatIf(pool: Pool, id: string, fault: WhatIfFault | null, at: number): Promise<void> {
  await pool.query(
    `update what_if set status = 'failed', fault = $2, finished_at = $3 where id = $1 and status = 'running'`,
    [id, JSON.stringify(fault ?? INTERRUPTED), at],
  );
}

/** What-ifs whose process has died are failed, so that nobody waits for them. */
export async function failAbandonedWhatIfs(pool: Pool): Promise<void> {
  await pool.query(
    `update what_if set status = 'failed', fault = $1
     where status = 'running' and touched_at < now() - interval '${ABANDONED_AFTER}'`,
    [JSON.stringify(INTERRUPTED)],
  );
}

/** A running one is cancelled, a finished one forgotten. */
export async function endWhatIf(pool: Pool, id: string, at: number): Promise<void> {
  const { rowCount } = await pool.query(
    `update what_if set status = 'cancelled', finished_at = $2 where id = $1 and status = 'running'`,
    [id, at],
  );
  if (rowCount !== 1) await pool.query('delete from what_if where id = $1', [id]);
}

/** Lines from a place on; places are (chunk, index in it). */
export async function readLines(
  db: Queryable,
  id: string,
  from: readonly [chunk: number, index: number],
  limit: number,
): Promise<{ line: LineShown; next: [number, number] }[]> {
  const found: { line: LineShown; next: [number, number] }[] = [];
  let [chunk, index] = from;
  while (found.length < limit) {
    const lines = await readChunk(db, id, chunk);
    if (lines === null) break;
    for (; index < lines.length && found.length < limit; index += 1)
      found.push({ line: lines[index] as LineShown, next: [chunk, index + 1] });
    if (index >= lines.length) [chunk, index] = [chunk + 1, 0];
  }
  return found;
}

export async function* everyLine(db: Queryable, id: string): AsyncGenerator<LineShown[]> {
  for (let chunk = 0; ; chunk += 1) {
    const lines = await readChunk(db, id, chunk);
    if (lines === null) return;
    yield lines;
  }
}

async function readChunk(db: Queryable, id: string, chunk: number): Promise<LineShown[] | null> {
  const { rows } = await db.query<{ body: Buffer }>(
    'select body from what_if_chunk where what_if_id = $1 and chunk = $2',
    [id, chunk],
  );
  const [row] = rows;
  return row === undefined ? null : (JSON.parse((await unpack(row.body)).toString('utf8')) as LineShown[]);
}

function whatIfOf(row: WhatIfRow): WhatIf {
  return {
    id: row.id,
    scope: row.scope,
    askedBy: row.asked_by,
    askedAt: Number(row.asked_at),
    status: row.status,
    question: JSON.parse(row.question) as Question,
    rowsRead: Number(row.rows_read),
    rowsTotal: row.rows_total === null ? null : Number(row.rows_total),
    finishedAt: row.finished_at === null ? null : Number(row.finished_at),
    summary: row.summary === null ? null : (JSON.parse(row.summary) as WhatIfSummary),
    fault: row.fault === null ? null : (JSON.parse(row.fault) as WhatIfFault),
  };
}
