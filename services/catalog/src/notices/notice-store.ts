import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { NoticeKind } from '@ratestream/catalog';
import type { Queryable } from '@ratestream/postgres';
import type { ChangeTotals } from './notice-changes.js';
import type { TermsChange } from './terms-change.js';
import type { LossTotals, WaitingLoss } from './waiting-losses.js';
import { isUuid } from '../store/uuid.js';

export interface NoticeSummary extends ChangeTotals {
  losses: LossTotals;
}

/** What is owed to customers after one change. Instants are microseconds UTC. */
export interface NoticeRun {
  id: string;
  kind: NoticeKind;
  /** null: of terms. */
  cardId: string | null;
  /** What is in force then; null: nothing, or it is of terms. */
  version: number | null;
  /** What was, or would have been, without the change. */
  baseVersion: number | null;
  status: 'planned' | 'issued';
  effectiveFrom: number;
  plannedAt: number;
  approvedBy: string;
  /** Why it was shorter than agreed; null: it was not. */
  waived: string | null;
  /** null: prices. */
  terms: TermsChange | null;
  /** Who it is about; null: whoever pays by the card. */
  accounts: string[] | null;
  /** null: not issued yet, or of terms. */
  summary: NoticeSummary | null;
}

export type NewRun = Pick<NoticeRun, 'kind' | 'effectiveFrom' | 'plannedAt' | 'approvedBy'> &
  Partial<Pick<NoticeRun, 'cardId' | 'version' | 'baseVersion' | 'waived' | 'terms' | 'accounts'>>;

export interface StoredNotice {
  id: string;
  accountId: string;
  issuedAt: number;
  run: NoticeRun;
}

interface RunRow {
  run_id: string;
  kind: NoticeKind;
  card_id: string | null;
  version: number | null;
  base_version: number | null;
  status: NoticeRun['status'];
  effective_from: string;
  planned_at: string;
  approved_by: string;
  waived: string | null;
  terms: string | null;
  accounts: string[] | null;
  summary: string | null;
}
interface NoticeRow extends RunRow {
  id: string;
  account_id: string;
  notice_issued_at: string;
}

const RUN =
  'r.id as run_id, r.kind, r.card_id, r.version, r.base_version, r.status, r.effective_from, r.planned_at, r.approved_by, ' +
  'r.waived, r.terms, r.accounts, r.summary';
const RUNS_AT_ONCE = 100;
const pack = promisify<Buffer, Buffer>(deflateRaw);
const unpack = promisify<Buffer, Buffer>(inflateRaw);

export async function insertRun(tx: Queryable, run: NewRun): Promise<void> {
  const { kind, effectiveFrom, plannedAt, approvedBy, terms = null } = run;
  await tx.query(
    `insert into notice_run (kind, card_id, version, base_version, status, effective_from, planned_at, approved_by, waived,
       terms, accounts)
     values ($1, $2, $3, $4, 'planned', $5, $6, $7, $8, $9, $10)`,
    [
      ...[kind, run.cardId ?? null, run.version ?? null, run.baseVersion ?? null, effectiveFrom, plannedAt, approvedBy],
      ...[run.waived ?? null, terms === null ? null : JSON.stringify(terms), run.accounts ?? null],
    ],
  );
}

/** Runs that are not done, oldest first; read as they are taken, so that as many as there may be hold no memory. */
export async function* plannedRuns(db: Queryable): AsyncGenerator<NoticeRun> {
  let last: NoticeRun | null = null;
  for (;;) {
    const { rows }: { rows: RunRow[] } = await db.query<RunRow>(
      `select ${RUN} from notice_run r where status = 'planned'
         and ($1::bigint is null or (planned_at, id) > ($1, $2::uuid))
       order by planned_at, id limit ${RUNS_AT_ONCE}`,
      [last?.plannedAt ?? null, last?.id ?? null],
    );
    for (const row of rows) yield (last = runOf(row));
    if (rows.length < RUNS_AT_ONCE) return;
  }
}

/** Accounts that were told already. */
export async function toldAccounts(db: Queryable, { id }: NoticeRun): Promise<Set<string>> {
  const { rows } = await db.query<{ account_id: string }>('select account_id from notice where run_id = $1', [id]);
  return new Set(rows.map(({ account_id }) => account_id));
}

/** Errors: a unique violation where somebody else has told one of them meanwhile. */
export async function insertNotices(
  tx: Queryable,
  run: NoticeRun,
  notices: readonly { id: string; accountId: string }[],
  issuedAt: number,
): Promise<void> {
  await tx.query(
    `insert into notice (id, run_id, account_id, issued_at)
     select id, $3, account, $4 from unnest($1::uuid[], $2::text[]) as told (id, account)`,
    [notices.map(({ id }) => id), notices.map(({ accountId }) => accountId), run.id, issuedAt],
  );
}

/** Keeps what the notices say and cost, before anybody is told. */
export async function describeRun(
  db: Queryable,
  { id }: NoticeRun,
  summary: NoticeSummary,
  losses: readonly WaitingLoss[],
): Promise<void> {
  const body = await pack(Buffer.from(JSON.stringify(losses)));
  await db.query(`update notice_run set summary = $2, losses = $3 where id = $1 and status = 'planned'`, [
    id,
    JSON.stringify(summary),
    body,
  ]);
}

/** Everybody was told. */
export async function endRun(db: Queryable, { id }: NoticeRun, at: number): Promise<void> {
  await db.query(`update notice_run set status = 'issued', issued_at = $2 where id = $1 and status = 'planned'`, [
    id,
    at,
  ]);
}

export async function findNotice(db: Queryable, id: string): Promise<StoredNotice | null> {
  if (!isUuid(id)) return null;
  const { rows } = await db.query<NoticeRow>(
    `select n.id, n.account_id, n.issued_at as notice_issued_at, ${RUN} from notice n
     join notice_run r on r.id = n.run_id where n.id = $1`,
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
     join notice_run r on r.id = n.run_id
     where ($1::text is null or r.card_id = $1) and ($2::text is null or n.account_id = $2)
       and ($3::text[] is null or n.account_id = any($3) or r.card_id = any($4))
       and ($5::bigint is null or (n.issued_at, n.id) < ($5, $6::uuid))
     order by n.issued_at desc, n.id desc limit $7`,
    [cardId, accountId, seen?.accounts ?? null, seen?.cards ?? null, before?.[0] ?? null, before?.[1] ?? null, limit],
  );
  return rows.map(noticeOf);
}

export async function lossesOf(db: Queryable, { id }: NoticeRun): Promise<WaitingLoss[]> {
  const { rows } = await db.query<{ losses: Buffer | null }>('select losses from notice_run where id = $1', [id]);
  const body = rows[0]?.losses ?? null;
  return body === null ? [] : (JSON.parse((await unpack(body)).toString('utf8')) as WaitingLoss[]);
}

function runOf(row: RunRow): NoticeRun {
  return {
    id: row.run_id,
    kind: row.kind,
    cardId: row.card_id,
    version: row.version,
    baseVersion: row.base_version,
    status: row.status,
    effectiveFrom: Number(row.effective_from),
    plannedAt: Number(row.planned_at),
    approvedBy: row.approved_by,
    waived: row.waived,
    terms: row.terms === null ? null : (JSON.parse(row.terms) as TermsChange),
    accounts: row.accounts,
    summary: row.summary === null ? null : (JSON.parse(row.summary) as NoticeSummary),
  };
}

function noticeOf(row: NoticeRow): StoredNotice {
  return { id: row.id, accountId: row.account_id, issuedAt: Number(row.notice_issued_at), run: runOf(row) };
}
