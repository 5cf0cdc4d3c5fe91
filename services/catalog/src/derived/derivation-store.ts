import type { Queryable, Tx } from '@ratestream/postgres';
import type { CatalogEvent } from '@ratestream/events';
import { INTERRUPTED_CODE } from '../imports/import-store.js';
import { readEvents } from '../store/event-store.js';

/** Who discards what a newer version has made void. */
export const DERIVATION = 'derivation';

/** The position after which derived cards are to be computed, locked for this transaction; null: another process has it. */
export async function lockPosition(tx: Tx): Promise<number | null> {
  const { rows } = await tx.query<{ position: string }>(
    'select position from derivation_position for update skip locked',
  );
  const [row] = rows;
  return row === undefined ? null : Number(row.position);
}

export async function movePosition(tx: Tx, position: number): Promise<void> {
  await tx.query('update derivation_position set position = $1', [position]);
}

/**
 * The next event of a version or of exchange rates after a position; where there is none, the last position of all: nothing before it has to be
 * looked at again. One statement, so that no version is committed between the two.
 */
export async function nextEvent(
  db: Queryable,
  after: number,
): Promise<{ event: CatalogEvent | null; position: number }> {
  const { rows } = await db.query<{ next: string | null; last: string | null }>(
    `select (select position from catalog_event where position > $1
         and type in ('RateCardVersionPublished', 'RateCardVersionWithdrawn', 'FxRatesPublished') order by position limit 1) as next,
       (select max(position) from catalog_event) as last`,
    [after],
  );
  const { next = null, last = null } = rows[0] ?? {};
  if (next === null) return { event: null, position: Math.max(after, Number(last)) };
  const position = Number(next);
  const [event = null] = await readEvents(db, position - 1, 1);
  return { event, position };
}

/** A derived import as far as deciding about it needs. */
export interface DerivedImport {
  id: string;
  fromVersion: number;
  effectiveFrom: number | null;
  baseVersion: number | null;
  publishedVersion: number | null;
  uploadedBy: string;
}

/** Derived imports of a card in one state, oldest first. */
export async function derivedImports(
  db: Queryable,
  cardId: string,
  status: 'staged' | 'approved',
): Promise<DerivedImport[]> {
  const { rows } = await db.query<{
    id: string;
    derived: string;
    effective_from: string | null;
    base_version: number | null;
    published_version: number | null;
    uploaded_by: string;
  }>(
    `select id, derived, effective_from, base_version, published_version, uploaded_by from rate_import
     where card_id = $1 and derived is not null and status = $2 order by uploaded_at, id`,
    [cardId, status],
  );
  return rows.map((row) => ({
    id: row.id,
    fromVersion: (JSON.parse(row.derived) as { version: number }).version,
    effectiveFrom: row.effective_from === null ? null : Number(row.effective_from),
    baseVersion: row.base_version,
    publishedVersion: row.published_version,
    uploadedBy: row.uploaded_by,
  }));
}

/** Why a derived import failed that waits for an exchange rate. */
export const NO_FX_RATE = 'no_fx_rate';

/** A derived import that failed for want of an exchange rate. */
export interface Unconverted {
  cardId: string;
  fromCardId: string;
  fromVersion: number;
  effectiveFrom: number | null;
  by: string;
}

/** What failed for want of an exchange rate where nothing has come of the same version since; one that died in between is nothing. */
export async function unconverted(db: Queryable): Promise<Unconverted[]> {
  const { rows } = await db.query<{
    card_id: string;
    derived: string;
    effective_from: string | null;
    uploaded_by: string;
  }>(
    `select card_id, derived, effective_from, uploaded_by from (
       select distinct on (card_id, derived::json ->> 'cardId', derived::json ->> 'version')
         card_id, derived, effective_from, uploaded_by, uploaded_at, id, fault::json ->> 'code' as code from rate_import
       where derived is not null and status <> 'reading' and fault::json ->> 'code' is distinct from '${INTERRUPTED_CODE}'
       order by card_id, derived::json ->> 'cardId', derived::json ->> 'version', uploaded_at desc, id
     ) as newest where code = '${NO_FX_RATE}' order by uploaded_at, id`,
  );
  return rows.map((row) => {
    const { cardId, version } = JSON.parse(row.derived) as { cardId: string; version: number };
    const effectiveFrom = row.effective_from === null ? null : Number(row.effective_from);
    return { cardId: row.card_id, fromCardId: cardId, fromVersion: version, effectiveFrom, by: row.uploaded_by };
  });
}

/**
 * Makes way for an import that is computed again after its process died, also where it was taken for abandoned meanwhile;
 * false: it was staged or decided already.
 */
export async function isOpen(db: Queryable, id: string): Promise<boolean> {
  await db.query(
    `delete from rate_import where id = $1
     and (status = 'reading' or status = 'failed' and fault::json ->> 'code' = '${INTERRUPTED_CODE}')`,
    [id],
  );
  const { rowCount } = await db.query('select 1 from rate_import where id = $1', [id]);
  return rowCount === 0;
}
