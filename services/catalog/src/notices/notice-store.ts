import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Queryable } from '@ratestream/postgres';
import type { ChangeTotals } from './notice-changes.js';
import type { LossTotals, WaitingLoss } from './waiting-losses.js';
import { isUuid } from '../store/uuid.js';

export interface NoticeSummary extends ChangeTotals {
  losses: LossTotals;
}

/** What is owed to customers after one approval. Instants are microseconds UTC. */
export interface NoticeRun {
  cardId: string;
  version: number;
  baseVersion: number | null;
  status: 'planned' | 'issued';
  effectiveFrom: number;
  plannedAt: number;
  approvedBy: string;
  /** Why it was shorter than agreed; null: it was not. */
  waived: string | null;
  /** null: not issued yet. */
  summary: NoticeSummary | null;
}

export interface StoredNotice {
  id: string;
  accountId: string;
  issuedAt: number;
  run: NoticeRun;
}

interface RunRow {
  card_id: string;
  version: number;
  base_version: number | null;
  status: NoticeRun['status'];
  effective_from: string;
  planned_at: string;
  approved_by: string;
  waived: string | null;
  summary: string | null;
}
interface NoticeRow extends RunRow {
  id: string;
  account_id: string;
  notice_issued_at: string;
}

const RUN =
  'r.card_id, r.version, r.base_version, r.status, r.effective_from, r.planned_at, r.approved_by, r.waived, r.summary';
const RUNS_AT_ONCE = 100;
const pack = promisify<Buffer, Buffer>(deflateRaw);
const unpack = promisify<Buffer, Buffer>(inflateRaw);

export async function insertRun(tx: Queryable, run: Omit<NoticeRun, 'status' | 'summary'>): Promise<void> {
  await tx.query(
    `insert into notice_run (card_id, version, base_version, status, effective_from, planned_at, approved_by, waived)
     values ($1, $2, $3, 'planned', $4, $5, $6, $7)`,
    [run.cardId, run.version, run.baseVersion, run.effectiveFrom, run.plannedAt, run.approvedBy, run.waived],
  );
}

/** Runs that are not done, oldest first; read as they are taken, so that as many as there may be hold no memory. */
export async function* plannedRuns(db: Queryable): AsyncGenerator<NoticeRun> {
  let last: NoticeRun | null = null;
  for (;;) {
    const { rows }: { rows: RunRow[] } = await db.query<RunRow>(
      `select ${RUN} from notice_run r where status = 'planned'
         and ($1::bigint is null or (planned_at, card_id, version) > ($1, $2::text, $3::int))
       order by planned_at, card_id, version limit ${RUNS_AT_ONCE}`,
      [last?.plannedAt ?? null, last?.cardId ?? null, last?.version ?? null],
    );
    for (const row of rows) yield (last = runOf(row));
    if (rows.length < RUNS_AT_ONCE) return;
  }
}

/** Accounts that were told already. */
export async function toldAccounts(db: Queryable, { cardId, version }: NoticeRun): Promise<Set<string>> {
  const { rows } = await db.query<{ account_id: string }>(
    'select account_id from notice where card_id = $1 and version = $2',
    [cardId, version],
  );
  return new Set(rows.map(({ account_id }) => account_id));
}

/** Errors: a unique violation where somebody else has told one of them meanwhile. */
export async function insertNotices(
  tx: Queryable,
  { cardId, version }: NoticeRun,
  notices: readonly { id: string; accountId: string }[],
  issuedAt: number,
): Promise<void> {
  await tx.query(
    `insert into notice (id, card_id, version, account_id, issued_at)
     select id, $3, $4, account, $5 from unnest($1::uuid[], $2::text[]) as told (id, account)`,
    [notices.map(({ id }) => id), notices.map(({ accountId }) => accountId), cardId, version, issuedAt],
  );
}

/** Keeps what the notices say and cost, before anybody is told. */
export async function describeRun(
  db: Queryable,
  { cardId, version }: NoticeRun,
  summary: NoticeSummary,
  losses: readonly WaitingLoss[],
): Promise<void> {
  const body = await pack(Buffer.from(JSON.stringify(losses)));
  await db.query(
    `update notice_run set summary = $3, losses = $4 where card_id = $1 and version = $2 and status = 'planned'`,
    [cardId, version, JSON.stringify(summary), body],
  );
}

/** Everybody was told. */
export async function endRun(db: Queryable, { cardId, version }: NoticeRun, at: number): Promise<void> {
  await db.query(
    `update notice_run set status = 'issued', issued_at = $3 where card_id = $1 and version = $2 and status = 'planned'`,
    [cardId, version, at],
  );
}

export async function findNotice(db: Queryable, id: string): Promise<StoredNotice | null> {
  if (!isUuid(id)) return null;
  const { rows } = await db.query<NoticeRow>(
    `select n.id, n.account_id, n.issued_at as notice_issued_at, ${RUN} from notice n
     join notice_run r using (card_id, version) where n.id = $1`,
    [id],
  );
  const [row] = rows;
  return row === undefined ? null : noticeOf(row);
}

/** Whose notices are asked for: `seen` null: all. Else those of these accounts, and those of these cards. */
export interface NoticeFilter {
  cardId: string | null;
  accountId: string | null;
  seen: { accounts: readonly string[]; cards: readonly string[] } | null;
}

/** Newest first; `before`: the last of the page before. */
export async function listNotices(
  db: Queryable,
  { cardId, accountId, seen }: NoticeFilter,
  limit: number,
  before: readonly [issuedAt: number, id: string] | null,
): Promise<StoredNotice[]> {
  const { rows } = await db.query<NoticeRow>(
    `select n.id, n.account_id, n.issued_at as notice_issued_at, ${RUN} from notice n
     join notice_run r using (card_id, version)
     where ($1::text is null or n.card_id = $1) and ($2::text is null or n.account_id = $2)
       and ($3::text[] is null or n.account_id = any($3) or n.card_id = any($4))
       and ($5::bigint is null or (n.issued_at, n.id) < ($5, $6::uuid))
     order by n.issued_at desc, n.id desc limit $7`,
    [cardId, accountId, seen?.accounts ?? null, seen?.cards ?? null, before?.[0] ?? null, before?.[1] ?? null, limit],
  );
  return rows.map(noticeOf);
}

export async function lossesOf(db: Queryable, { cardId, version }: NoticeRun): Promise<WaitingLoss[]> {
  const { rows } = await db.query<{ losses: Buffer | null }>(
    'select losses from notice_run where card_id = $1 and version = $2',
    [cardId, version],
  );
  const body = rows[0]?.losses ?? null;
  return body === null ? [] : (JSON.parse((await unpack(body)).toString('utf8')) as WaitingLoss[]);
}

function runOf(row: RunRow): NoticeRun {
  return {
    cardId: row.card_id,
    version: row.version,
    baseVersion: row.base_version,
    status: row.status,
    effectiveFrom: Number(row.effective_from),
    plannedAt: Number(row.planned_at),
    approvedBy: row.approved_by,
    waived: row.waived,
    summary: row.summary === null ? null : (JSON.parse(row.summary) as NoticeSummary),
  };
}

function noticeOf(row: NoticeRow): StoredNotice {
  return { id: row.id, accountId: row.account_id, issuedAt: Number(row.notice_issued_at), run: runOf(row) };
}
