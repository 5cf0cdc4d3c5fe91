import type { Pool, Queryable, Tx } from './pool.js';

/** A record to be published, encoded; the shape that @ratestream/kafka sends. */
export interface OutboxRecord<Topic extends string = string> {
  topic: Topic;
  partition?: number;
  key: string | null;
  value: Buffer | null;
  headers?: Record<string, string>;
}

/** A record as it waits; records of one position are published together or not at all. */
export interface WaitingRecord extends OutboxRecord {
  position: number;
}

const NOTIFY_CHANNEL = 'ratestream_outbox';

/** Channel on which a commit with new records wakes the relay. */
export const outboxChannel = NOTIFY_CHANNEL;

/**
 * Records that are committed with the facts they tell, and reach Kafka afterwards, each once and in commit order.
 *
 * Positions 1, 2, 3 … have no gap: they are taken from one row per outbox, whose lock is held until commit. So take them
 * **last** in a transaction: whoever else appends waits from here to your commit.
 * Worked example: two transactions append 2 and 1 records; the first to come here gets 1 and 2, the second waits for its
 * commit and gets 3; if the first rolls back, the second gets 1.
 */
export class Outbox {
  /** `name`: one per service or stream, e.g. `balance`; part of the header that makes the relay exact, so never change it. */
  constructor(readonly name: string) {
    if (!/^[a-z][a-z0-9.-]{0,60}$/.test(name)) throw new Error(`"${name}" is no name for an outbox`);
  }

  /** Header that carries the position in Kafka: what the relay looks for before it publishes anything. */
  get header(): string {
    return `position-${this.name}`;
  }

  /** The row that positions are taken from. Call it once, at start. */
  async prepare(db: Queryable): Promise<void> {
    await db.query(
      'insert into outbox_position (outbox, last_position) values ($1, 0) on conflict (outbox) do nothing',
      [this.name],
    );
  }

  /** Takes `count` positions for a stream that keeps its own position column (the catalog's events). Returns the first. */
  async takePositions(tx: Tx, count: number): Promise<number> {
    const { rows } = await tx.query<{ last_position: string }>(
      `insert into outbox_position as p (outbox, last_position) values ($1, $2)
       on conflict (outbox) do update set last_position = p.last_position + $2
       returning last_position`,
      [this.name, count],
    );
    return Number(rows[0]?.last_position) - count + 1;
  }

  /**
   * Adds records, each at a position of its own. Returns the first position, or null for none.
   * Encode beforehand: nothing slow may happen between this and the commit.
   */
  async append(tx: Tx, records: readonly OutboxRecord[]): Promise<number | null> {
    if (records.length === 0) return null;
    const first = await this.takePositions(tx, records.length);
    await this.insert(tx, records, (index) => ({ position: first + index, ordinal: 0 }));
    return first;
  }

  /**
   * Adds all that belongs to one position taken by `takePositions`, in this order: rate chunks before the event that
   * publishes them. Every position taken must be given at least one record, or the relay stops at the gap.
   */
  async appendAt(tx: Tx, position: number, records: readonly OutboxRecord[]): Promise<void> {
    if (records.length === 0) throw new Error('a position needs at least one record');
    await this.insert(tx, records, (index) => ({ position, ordinal: index }));
  }

  private async insert(
    tx: Tx,
    records: readonly OutboxRecord[],
    place: (index: number) => { position: number; ordinal: number },
  ): Promise<void> {
    const places = records.map((_record, index) => place(index));
    await tx.query(
      `insert into outbox_record (outbox, position, ordinal, topic, partition, key, value, headers)
       select $1, * from unnest($2::bigint[], $3::integer[], $4::text[], $5::integer[], $6::text[], $7::bytea[], $8::jsonb[])`,
      [
        this.name,
        places.map((at) => at.position),
        places.map((at) => at.ordinal),
        records.map((record) => record.topic),
        records.map((record) => record.partition ?? null),
        records.map((record) => record.key),
        records.map((record) => record.value),
        records.map((record) => JSON.stringify(record.headers ?? {})),
      ],
    );
    await tx.query('select pg_notify($1, $2)', [NOTIFY_CHANNEL, this.name]);
  }

  /** The last position taken and the last known to be in Kafka. */
  async positions(db: Queryable): Promise<{ last: number; sent: number }> {
    const { rows } = await db.query<{ last_position: string; sent_position: string }>(
      'select last_position, sent_position from outbox_position where outbox = $1',
      [this.name],
    );
    return { last: Number(rows[0]?.last_position ?? 0), sent: Number(rows[0]?.sent_position ?? 0) };
  }

  /** The next whole positions after `after`, about `limit` records; never a part of one position. */
  async waiting(db: Queryable, after: number, limit: number): Promise<WaitingRecord[]> {
    const { rows } = await db.query<WaitingRow>(
      `select position, topic, partition, key, value, headers from outbox_record
       where outbox = $1 and position > $2 and position <= (
         select max(position) from (
           select position from outbox_record where outbox = $1 and position > $2 order by position, ordinal limit $3) nearest)
       order by position, ordinal`,
      [this.name, after, limit],
    );
    return rows.map((row) => ({
      position: Number(row.position),
      topic: row.topic,
      ...(row.partition === null ? {} : { partition: row.partition }),
      key: row.key,
      value: row.value,
      headers: row.headers,
    }));
  }

  /** Forgets what is in Kafka. Going back is not possible: an older relay's late word changes nothing. */
  async markSent(pool: Pool, position: number): Promise<void> {
    await pool.query(
      `with sent as (update outbox_position set sent_position = $2 where outbox = $1 and sent_position < $2)
       delete from outbox_record where outbox = $1 and position <= $2`,
      [this.name, position],
    );
  }
}

interface WaitingRow {
  position: string;
  topic: string;
  partition: number | null;
  key: string | null;
  value: Buffer | null;
  headers: Record<string, string>;
}
