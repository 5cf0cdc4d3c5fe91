import type { CatalogEvent } from '@ratestream/events';
import type { Aggregate } from '@ratestream/catalog';
import type { Queryable, Tx } from '@ratestream/postgres';

interface EventRow {
  position: string;
  type: string;
  event_id: string;
  aggregate: string;
  aggregate_id: string;
  aggregate_version: number;
  occurred_at: string;
  actor: string;
  data: string;
}

/** Which events of one stream: after a version, up to an instant. */
export interface StreamRange {
  afterVersion?: number;
  until?: number; // micros, inclusive
  limit?: number;
}

const COLUMNS = 'position, type, event_id, aggregate, aggregate_id, aggregate_version, occurred_at, actor, data';

/** Events after a position, in order; never a gap inside, because positions follow commits. */
export async function readEvents(db: Queryable, after: number, limit: number): Promise<CatalogEvent[]> {
  const { rows } = await db.query<EventRow>(
    `select ${COLUMNS} from catalog_event where position > $1 order by position limit $2`,
    [after, limit],
  );
  return rows.map(eventOf);
}

/** The stream of one aggregate, in order. */
export async function readStream(
  db: Queryable,
  aggregate: Aggregate,
  id: string,
  { afterVersion = 0, until = Number.MAX_SAFE_INTEGER, limit = 1_000_000 }: StreamRange = {},
): Promise<CatalogEvent[]> {
  const { rows } = await db.query<EventRow>(
    `select ${COLUMNS} from catalog_event
     where aggregate = $1 and aggregate_id = $2 and aggregate_version > $3 and occurred_at <= $4
     order by aggregate_version limit $5`,
    [aggregate, id, afterVersion, until, limit],
  );
  return rows.map(eventOf);
}

/** Writes one event. A second n-th event of a stream, or a second event at a position, fails the transaction. */
export async function insertEvent(tx: Tx, event: CatalogEvent): Promise<void> {
  await tx.query(`insert into catalog_event (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, [
    event.position,
    event.type,
    event.eventId,
    event.aggregate,
    event.aggregateId,
    event.aggregateVersion,
    event.occurredAt,
    event.actor,
    event.data,
  ]);
}

function eventOf(row: EventRow): CatalogEvent {
  return {
    position: Number(row.position),
    type: row.type,
    eventId: row.event_id,
    aggregate: row.aggregate,
    aggregateId: row.aggregate_id,
    aggregateVersion: row.aggregate_version,
    occurredAt: Number(row.occurred_at),
    actor: row.actor,
    data: row.data,
  };
}
