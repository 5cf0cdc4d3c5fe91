import { sheetMappingSchema, type SheetMapping } from '@ratestream/rate-sheets';
import type { Queryable, Tx } from '@ratestream/postgres';

/** A saved mapping in its newest version. */
export interface SavedMapping {
  id: string;
  version: number;
  /** Account or OPERATOR. */
  owner: string;
  supplierId: string | null;
  name: string;
  mapping: SheetMapping;
  changedBy: string;
  changedAt: number;
}

interface MappingRow {
  id: string;
  version: number;
  owner: string;
  supplier_id: string | null;
  name: string;
  body: string;
  deleted: boolean;
  changed_by: string;
  changed_at: string;
}

const NEWEST = 'select distinct on (id) * from sheet_mapping';

/** Also those that are deleted: their ids are not free again. */
export async function findMapping(db: Queryable, id: string): Promise<(SavedMapping & { deleted: boolean }) | null> {
  const { rows } = await db.query<MappingRow>(`${NEWEST} where id = $1 order by id, version desc`, [id]);
  const [row] = rows;
  return row === undefined ? null : { ...mappingOf(row), deleted: row.deleted };
}

/** By id. `owners` null: everybody's. */
export async function listMappings(
  db: Queryable,
  page: { after: string; limit: number; owners: readonly string[] | null; supplierId: string | null },
): Promise<SavedMapping[]> {
  const { rows } = await db.query<MappingRow>(
    `select * from (${NEWEST} where id > $1 order by id, version desc) newest
     where not deleted and ($2::text[] is null or owner = any($2)) and ($3::text is null or supplier_id = $3)
     order by id limit $4`,
    [page.after, page.owners, page.supplierId, page.limit],
  );
  return rows.map(mappingOf);
}

/** Every version, oldest first: who changed what and when. */
export async function mappingHistory(db: Queryable, id: string): Promise<(SavedMapping & { deleted: boolean })[]> {
  const { rows } = await db.query<MappingRow>('select * from sheet_mapping where id = $1 order by version', [id]);
  return rows.map((row) => ({ ...mappingOf(row), deleted: row.deleted }));
}

/** Errors: a unique violation where somebody else has written this version. */
export async function insertMapping(tx: Tx, one: SavedMapping, deleted: boolean): Promise<void> {
  await tx.query(
    `insert into sheet_mapping (id, version, owner, supplier_id, name, body, deleted, changed_by, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      one.id,
      one.version,
      one.owner,
      one.supplierId,
      one.name,
      JSON.stringify(one.mapping),
      deleted,
      one.changedBy,
      one.changedAt,
    ],
  );
}

function mappingOf(row: MappingRow): SavedMapping {
  return {
    id: row.id,
    version: row.version,
    owner: row.owner,
    supplierId: row.supplier_id,
    name: row.name,
    // Fields that came later get their defaults.
    mapping: sheetMappingSchema.parse(JSON.parse(row.body)),
    changedBy: row.changed_by,
    changedAt: Number(row.changed_at),
  };
}
