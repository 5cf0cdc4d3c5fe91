import type { FxDay, Micros } from '@ratestream/catalog';
import type { Queryable } from '@ratestream/postgres';
import { isUuid } from '../store/uuid.js';

export type ManualStatus = 'staged' | 'approved' | 'discarded';

/** Rates that a person brought, from staging to their decision. */
export interface ManualSummary {
  id: string;
  source: string;
  base: string;
  dayCount: number;
  firstDate: string;
  lastDate: string;
  /** Where they are from, in the words of who entered them. */
  note: string;
  status: ManualStatus;
  stagedBy: string;
  stagedAt: Micros;
  decidedBy: string | null;
  decidedAt: Micros | null;
  position: number | null;
}

export interface ManualRates extends ManualSummary {
  days: FxDay[];
}

interface Row {
  id: string;
  source: string;
  base: string;
  day_count: number;
  first_date: string;
  last_date: string;
  note: string;
  status: ManualStatus;
  staged_by: string;
  staged_at: string;
  decided_by: string | null;
  decided_at: string | null;
  position: string | null;
}

const SUMMARY =
  'id, source, base, day_count, first_date, last_date, note, status, staged_by, staged_at, decided_by, decided_at, position';

export async function insertManual(tx: Queryable, one: ManualRates): Promise<void> {
  await tx.query(
    `insert into manual_fx_rates (id, source, base, days, note, status, staged_by, staged_at, day_count, first_date, last_date)
     values ($1, $2, $3, $4, $5, 'staged', $6, $7, $8, $9, $10)`,
    [
      ...[one.id, one.source, one.base, JSON.stringify(one.days), one.note, one.stagedBy, one.stagedAt],
      ...[one.dayCount, one.firstDate, one.lastDate],
    ],
  );
}

export async function findManual(db: Queryable, id: string): Promise<ManualRates | null> {
  if (!isUuid(id)) return null;
  const { rows } = await db.query<Row & { days: string }>(
    `select ${SUMMARY}, days from manual_fx_rates where id = $1`,
    [id],
  );
  const [row] = rows;
  return row === undefined ? null : { ...summaryOf(row), days: JSON.parse(row.days) as FxDay[] };
}

/** Newest first; `before`: the last of the page before. */
export async function listManual(
  db: Queryable,
  limit: number,
  status: ManualStatus | null,
  before: readonly [stagedAt: number, id: string] | null,
): Promise<ManualSummary[]> {
  const { rows } = await db.query<Row>(
    `select ${SUMMARY} from manual_fx_rates where ($4::text is null or status = $4)
       and ($1::bigint is null or (staged_at, id) < ($1, $2::uuid)) order by staged_at desc, id desc limit $3`,
    [before?.[0] ?? null, before?.[1] ?? null, limit, status],
  );
  return rows.map(summaryOf);
}

/** Out: false where they are not staged any more. */
export async function decideManual(
  tx: Queryable,
  id: string,
  decision: { status: 'approved' | 'discarded'; by: string; at: Micros; position: number | null },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update manual_fx_rates set status = $2, decided_by = $3, decided_at = $4, position = $5
     where id = $1 and status = 'staged'`,
    [id, decision.status, decision.by, decision.at, decision.position],
  );
  return rowCount === 1;
}

function summaryOf(row: Row): ManualSummary {
  return {
    id: row.id,
    source: row.source,
    base: row.base,
    dayCount: row.day_count,
    firstDate: row.first_date,
    lastDate: row.last_date,
    note: row.note,
    status: row.status,
    stagedBy: row.staged_by,
    stagedAt: Number(row.staged_at),
    decidedBy: row.decided_by,
    decidedAt: row.decided_at === null ? null : Number(row.decided_at),
    position: row.position === null ? null : Number(row.position),
  };
}
