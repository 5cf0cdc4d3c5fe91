import type { ImportMode, SheetFormat, SheetMapping } from '@ratestream/rate-sheets';
import type { Pool, Queryable } from '@ratestream/postgres';
import type {
  DerivedFrom,
  ImportFault,
  ImportGroup,
  ImportSource,
  ImportStatus,
  ImportSummary,
  RateImport,
} from './import.js';
import { isUuid } from '../store/uuid.js';

/** An import that lives is touched every few seconds. */
const ABANDONED_AFTER = '2 minutes';
export const INTERRUPTED_CODE = 'interrupted';
/** Who has to do what where the process died. */
const INTERRUPTED: Record<ImportSource, string> = {
  sheet: 'the service stopped while it read the sheet; upload it again',
  bulk: 'the service stopped while it staged the cards; make the change again',
  derived:
    'the service stopped while it computed the rates; what a version of the buy card asked for is computed again by itself, what was asked for by hand has to be asked for again',
  offer: 'the service stopped while it staged the offer; stage it again',
};
const INTERRUPTIONS = JSON.stringify(
  Object.fromEntries(
    Object.entries(INTERRUPTED).map(([source, message]): [string, ImportFault] => [
      source,
      { code: INTERRUPTED_CODE, message, row: null, column: null },
    ]),
  ),
);

interface ImportRow {
  id: string;
  card_id: string;
  source: ImportSource;
  bulk_id: string | null;
  derived: string | null;
  sheet_group: string | null;
  group_place: number | null;
  group_size: number | null;
  status: ImportStatus;
  mode: ImportMode;
  mapping: string;
  mapping_id: string | null;
  mapping_version: number | null;
  file_name: string | null;
  format: SheetFormat | null;
  bytes: string;
  sha256: string;
  effective_from: string | null;
  base_version: number | null;
  uploaded_by: string;
  made_by: string[];
  uploaded_at: string;
  decided_by: string | null;
  decided_at: string | null;
  published_version: number | null;
  rows_read: number;
  summary: string | null;
  fault: string | null;
}

export type NewImport = Pick<
  RateImport,
  | 'id'
  | 'cardId'
  | 'source'
  | 'bulkId'
  | 'mode'
  | 'mapping'
  | 'mappingId'
  | 'mappingVersion'
  | 'fileName'
  | 'bytes'
  | 'sha256'
  | 'effectiveFrom'
  | 'uploadedBy'
  | 'uploadedAt'
> &
  Partial<Pick<RateImport, 'derived' | 'group' | 'madeBy'>>;

export async function insertImport(tx: Queryable, one: NewImport): Promise<void> {
  await tx.query(
    `insert into rate_import (id, card_id, status, mode, mapping, mapping_id, mapping_version, file_name, bytes, sha256,
       effective_from, uploaded_by, uploaded_at, source, bulk_id, derived, sheet_group, group_place, group_size,
       made_by)
     values ($1, $2, 'reading', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    [
      one.id,
      one.cardId,
      one.mode,
      JSON.stringify(one.mapping),
      one.mappingId,
      one.mappingVersion,
      one.fileName,
      one.bytes,
      one.sha256,
      one.effectiveFrom,
      one.uploadedBy,
      one.uploadedAt,
      one.source,
      one.bulkId,
      one.derived === undefined || one.derived === null ? null : JSON.stringify(one.derived),
      one.group?.id ?? null,
      one.group?.place ?? null,
      one.group?.of ?? null,
      one.madeBy ?? [],
    ],
  );
}

export async function findImport(db: Queryable, cardId: string, id: string): Promise<RateImport | null> {
  if (!isUuid(id)) return null;
  const { rows } = await db.query<ImportRow>('select * from rate_import where id = $1 and card_id = $2', [id, cardId]);
  const [row] = rows;
  return row === undefined ? null : importOf(row);
}

/** Newest first; `before`: the last of the page before. */
export async function listImports(
  db: Queryable,
  cardId: string,
  limit: number,
  before: readonly [uploadedAt: number, id: string] | null,
): Promise<RateImport[]> {
  const { rows } = await db.query<ImportRow>(
    `select * from rate_import where card_id = $1 and ($2::bigint is null or (uploaded_at, id) < ($2, $3::uuid))
     order by uploaded_at desc, id desc limit $4`,
    [cardId, before?.[0] ?? null, before?.[1] ?? null, limit],
  );
  return rows.map(importOf);
}

/** The import that a version was published from. */
export async function findImportOfVersion(db: Queryable, cardId: string, version: number): Promise<RateImport | null> {
  const { rows } = await db.query<ImportRow>(
    'select * from rate_import where card_id = $1 and published_version = $2',
    [cardId, version],
  );
  const [row] = rows;
  return row === undefined ? null : importOf(row);
}

/** Makes an import that is being read the first of several dates, and adds the others. */
export async function insertDates(tx: Queryable, members: readonly NewImport[]): Promise<void> {
  const [first, ...others] = members;
  if (first?.group === undefined || first.group === null) return;
  await tx.query('update rate_import set sheet_group = $2, group_place = 1, group_size = $3 where id = $1', [
    first.id,
    first.group.id,
    first.group.of,
  ]);
  for (const one of others) await insertImport(tx, one);
}

/** Every date of a sheet, in their order. */
export async function listGroup(db: Queryable, groupId: string): Promise<RateImport[]> {
  const { rows } = await db.query<ImportRow>('select * from rate_import where sheet_group = $1 order by group_place', [
    groupId,
  ]);
  return rows.map(importOf);
}

export async function noteRowsRead(pool: Pool, id: string, rowsRead: number): Promise<void> {
  await pool.query('update rate_import set rows_read = $2 where id = $1', [id, rowsRead]);
}

/** Says that it goes on, and with it the dates of the same sheet that wait for their turn. */
export async function beatImport(pool: Pool, id: string): Promise<void> {
  await pool.query(
    `update rate_import set touched_at = now() where status = 'reading'
     and (id = $1 or sheet_group = (select sheet_group from rate_import where id = $1))`,
    [id],
  );
}

/** Out: false where it was taken for dead meanwhile. */
export async function stageImport(
  pool: Pool,
  id: string,
  done: {
    format: SheetFormat | null;
    effectiveFrom: number | null;
    baseVersion: number | null;
    summary: ImportSummary;
  },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update rate_import set status = 'staged', format = $2, effective_from = $3, base_version = $4, summary = $5,
       rows_read = $6 where id = $1 and status = 'reading'`,
    [id, done.format, done.effectiveFrom, done.baseVersion, JSON.stringify(done.summary), done.summary.rowsIn],
  );
  return rowCount === 1;
}

/** fault null: the service stops. */
export async function failImport(pool: Pool, id: string, fault: ImportFault | null): Promise<void> {
  await pool.query(
    `update rate_import set status = 'failed', fault = coalesce($2, $3::jsonb ->> source) where id = $1 and status = 'reading'`,
    [id, fault === null ? null : JSON.stringify(fault), INTERRUPTIONS],
  );
  // What was staged in time keeps its rates.
  await pool.query(
    `delete from rate_import_chunk where import_id = (select id from rate_import where id = $1 and status = 'failed')`,
    [id],
  );
}

/** Imports whose process has died are failed, so that nobody waits for them. */
export async function failAbandoned(pool: Pool): Promise<void> {
  await pool.query(
    `with gone as (
       update rate_import set status = 'failed', fault = $1::jsonb ->> source
       where status = 'reading' and touched_at < now() - interval '${ABANDONED_AFTER}' returning id
     ) delete from rate_import_chunk where import_id in (select id from gone)`,
    [INTERRUPTIONS],
  );
}

/** Out: false where it is not staged any more. */
export async function decideImport(
  tx: Queryable,
  id: string,
  decision: { status: 'approved' | 'discarded'; by: string; at: number; version: number | null },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update rate_import set status = $2, decided_by = $3, decided_at = $4, published_version = $5
     where id = $1 and status = 'staged'`,
    [id, decision.status, decision.by, decision.at, decision.version],
  );
  return rowCount === 1;
}

function importOf(row: ImportRow): RateImport {
  return {
    id: row.id,
    cardId: row.card_id,
    source: row.source,
    bulkId: row.bulk_id,
    derived: row.derived === null ? null : (JSON.parse(row.derived) as DerivedFrom),
    group: groupOf(row),
    status: row.status,
    mode: row.mode,
    mapping: JSON.parse(row.mapping) as SheetMapping,
    mappingId: row.mapping_id,
    mappingVersion: row.mapping_version,
    fileName: row.file_name,
    format: row.format,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    effectiveFrom: numberOf(row.effective_from),
    baseVersion: row.base_version,
    uploadedBy: row.uploaded_by,
    madeBy: row.made_by,
    uploadedAt: Number(row.uploaded_at),
    decidedBy: row.decided_by,
    decidedAt: numberOf(row.decided_at),
    publishedVersion: row.published_version,
    rowsRead: row.rows_read,
    summary: row.summary === null ? null : (JSON.parse(row.summary) as ImportSummary),
    fault: row.fault === null ? null : (JSON.parse(row.fault) as ImportFault),
  };
}

function groupOf({ sheet_group: id, group_place: place, group_size: of }: ImportRow): ImportGroup | null {
  return id === null ? null : { id, place: place ?? 1, of: of ?? 1 };
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
