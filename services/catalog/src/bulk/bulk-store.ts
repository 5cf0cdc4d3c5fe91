import type { Pool, Queryable } from '@ratestream/postgres';
import type { BulkBody } from './bulk-requests.js';
import { isUuid } from '../store/uuid.js';

/** A stager that has died stops touching. */
const ABANDONED_AFTER = '2 minutes';

export type BulkStatus = 'staging' | 'staged' | 'approved' | 'discarded' | 'failed';
export interface BulkFault {
  code: string;
  message: string;
  cardId: string | null;
}

export const BULK_INTERRUPTED: BulkFault = {
  code: 'interrupted',
  message: 'the service stopped while it staged the cards; make the change again',
  cardId: null,
};

/** One change of many cards. Instants are microseconds UTC. */
export interface BulkChange {
  id: string;
  /** Scope of the key that made it. */
  owner: string;
  status: BulkStatus;
  /** What was asked; of a revert only its instant. */
  body: BulkBody | null;
  /** The bulk change that it takes back. */
  reverts: string | null;
  effectiveFrom: number | null;
  createdBy: string;
  createdAt: number;
  decidedBy: string | null;
  decidedAt: number | null;
  cardsTotal: number;
  cardsDone: number;
  fault: BulkFault | null;
}

/** A card of a bulk change. `importId` null: nothing of it changes, `note` says why. */
export interface BulkCard {
  place: number;
  cardId: string;
  importId: string | null;
  note: string | null;
}

interface BulkRow {
  id: string;
  owner: string;
  status: BulkStatus;
  body: string;
  reverts: string | null;
  effective_from: string | null;
  created_by: string;
  created_at: string;
  decided_by: string | null;
  decided_at: string | null;
  cards_total: number;
  cards_done: number;
  fault: string | null;
}

export type NewBulk = Pick<
  BulkChange,
  'id' | 'owner' | 'body' | 'reverts' | 'effectiveFrom' | 'createdBy' | 'createdAt' | 'cardsTotal'
>;

export async function insertBulk(tx: Queryable, one: NewBulk): Promise<void> {
  await tx.query(
    `insert into bulk_change (id, owner, status, body, reverts, effective_from, created_by, created_at, cards_total)
     values ($1, $2, 'staging', $3, $4, $5, $6, $7, $8)`,
    [
      one.id,
      one.owner,
      JSON.stringify(one.body),
      one.reverts,
      one.effectiveFrom,
      one.createdBy,
      one.createdAt,
      one.cardsTotal,
    ],
  );
}

/** A card is done: with its import, or with the reason why nothing of it changes. */
export async function addBulkCard(tx: Queryable, bulkId: string, card: BulkCard): Promise<void> {
  await tx.query(
    'insert into bulk_change_card (bulk_id, place, card_id, import_id, note) values ($1, $2, $3, $4, $5)',
    [bulkId, card.place, card.cardId, card.importId, card.note],
  );
  await tx.query('update bulk_change set cards_done = $2, touched_at = now() where id = $1', [bulkId, card.place + 1]);
}

export async function touchBulk(pool: Pool, id: string): Promise<void> {
  await pool.query('update bulk_change set touched_at = now() where id = $1', [id]);
}

/** Out: false where it is in another state already. */
export async function moveBulk(
  db: Queryable,
  id: string,
  from: BulkStatus,
  to: BulkStatus,
  decision: { by: string; at: number } | null = null,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update bulk_change set status = $3, decided_by = coalesce($4, decided_by), decided_at = coalesce($5, decided_at)
     where id = $1 and status = $2`,
    [id, from, to, decision?.by ?? null, decision?.at ?? null],
  );
  return rowCount === 1;
}

/** Ends a bulk change that cannot be staged; what was staged of it is failed with it. */
export async function failBulk(pool: Pool, id: string, fault: BulkFault): Promise<void> {
  await pool.query(`update bulk_change set status = 'failed', fault = $2 where id = $1 and status = 'staging'`, [
    id,
    JSON.stringify(fault),
  ]);
  await failImportsOf(pool, [id], fault);
}

/** Bulk changes whose stager has died are failed, so that nobody waits for them. */
export async function failAbandonedBulks(pool: Pool): Promise<void> {
  const fault = BULK_INTERRUPTED;
  const { rows } = await pool.query<{ id: string }>(
    `update bulk_change set status = 'failed', fault = $1
     where status = 'staging' and touched_at < now() - interval '${ABANDONED_AFTER}' returning id`,
    [JSON.stringify(fault)],
  );
  if (rows.length > 0)
    await failImportsOf(
      pool,
      rows.map(({ id }) => id),
      fault,
    );
}

async function failImportsOf(pool: Pool, ids: readonly string[], { code, message }: BulkFault): Promise<void> {
  await pool.query(
    `update rate_import set status = 'failed', fault = $2 where bulk_id = any($1::uuid[]) and status in ('reading', 'staged')`,
    [ids, JSON.stringify({ code, message, row: null, column: null })],
  );
  await pool.query(
    `delete from rate_import_chunk where import_id in
       (select id from rate_import where bulk_id = any($1::uuid[]) and status = 'failed')`,
    [ids],
  );
}

export async function findBulk(db: Queryable, id: string): Promise<BulkChange | null> {
  if (!isUuid(id)) return null;
  const { rows } = await db.query<BulkRow>('select * from bulk_change where id = $1', [id]);
  const [row] = rows;
  return row === undefined ? null : bulkOf(row);
}

/** Newest first; owners null: everybody's. */
export async function listBulks(
  db: Queryable,
  owners: readonly string[] | null,
  limit: number,
  before: readonly [createdAt: number, id: string] | null,
): Promise<BulkChange[]> {
  const { rows } = await db.query<BulkRow>(
    `select * from bulk_change where ($1::text[] is null or owner = any($1))
       and ($2::bigint is null or (created_at, id) < ($2, $3::uuid))
     order by created_at desc, id desc limit $4`,
    [owners, before?.[0] ?? null, before?.[1] ?? null, limit],
  );
  return rows.map(bulkOf);
}

/** In their order, from a place on. */
export async function bulkCards(db: Queryable, id: string, from = 0, limit = 100_000): Promise<BulkCard[]> {
  const { rows } = await db.query<{ place: number; card_id: string; import_id: string | null; note: string | null }>(
    `select place, card_id, import_id, note from bulk_change_card where bulk_id = $1 and place >= $2
     order by place limit $3`,
    [id, from, limit],
  );
  return rows.map(({ place, card_id, import_id, note }) => ({ place, cardId: card_id, importId: import_id, note }));
}

function bulkOf(row: BulkRow): BulkChange {
  return {
    id: row.id,
    owner: row.owner,
    status: row.status,
    body: JSON.parse(row.body) as BulkBody | null,
    reverts: row.reverts,
    effectiveFrom: row.effective_from === null ? null : Number(row.effective_from),
    createdBy: row.created_by,
    createdAt: Number(row.created_at),
    decidedBy: row.decided_by,
    decidedAt: row.decided_at === null ? null : Number(row.decided_at),
    cardsTotal: row.cards_total,
    cardsDone: row.cards_done,
    fault: row.fault === null ? null : (JSON.parse(row.fault) as BulkFault),
  };
}
