import type { Pool } from '@ratestream/postgres';

/** Offsets [from, to) of one partition of `rated`; everything before `from` is in ClickHouse. */
export interface Intent {
  readonly from: number;
  /** exclusive; also the next offset to read once the range is written */
  readonly to: number;
  /** The range is known to be in ClickHouse. */
  readonly confirmed: boolean;
  /** Grows with every owner of the partition: an older one can no longer move the intent. */
  readonly epoch: number;
}

/** Another process owns the partition by now; what this one holds is worth nothing. */
export class LostPartitionError extends Error {
  override readonly name = 'LostPartitionError';
  readonly retriable = true;
}

/** What the sink means to write, kept in PostgreSQL before it is written. */
export interface IntentStore {
  /** Takes the partition: from here on no earlier owner's `begin` succeeds. */
  claim(partition: number): Promise<Intent>;
  /** Announces the next range; it begins where the last one ended. Errors: LostPartitionError. */
  begin(partition: number, epoch: number, from: number, to: number): Promise<void>;
  /** Whether this is still the owner. Errors: LostPartitionError. */
  check(partition: number, epoch: number): Promise<void>;
  /** The range that ends at `to` is in ClickHouse. Losing the partition here is no fault: the next owner counts. */
  confirm(partition: number, epoch: number, to: number): Promise<void>;
}

const SINK = 'rated_legs';

export function createIntentStore(pool: Pool): IntentStore {
  return {
    async claim(partition) {
      const { rows } = await pool.query<{ epoch: string; from_offset: string; to_offset: string; confirmed: boolean }>(
        `insert into sink_intent (sink, partition, epoch, from_offset, to_offset, confirmed) values ($1, $2, 1, 0, 0, true)
         on conflict (sink, partition) do update set epoch = sink_intent.epoch + 1
         returning epoch, from_offset, to_offset, confirmed`,
        [SINK, partition],
      );
      const row = rows[0];
      if (row === undefined) throw new Error('an upsert that returns nothing');
      return {
        epoch: Number(row.epoch),
        from: Number(row.from_offset),
        to: Number(row.to_offset),
        confirmed: row.confirmed,
      };
    },

    async begin(partition, epoch, from, to) {
      const { rowCount } = await pool.query(
        `update sink_intent set from_offset = $4, to_offset = $5, confirmed = false
         where sink = $1 and partition = $2 and epoch = $3 and to_offset = $4 and confirmed`,
        [SINK, partition, epoch, from, to],
      );
      if (rowCount !== 1)
        throw new LostPartitionError(`rated-${partition}: epoch ${epoch} no longer stands at ${from}`);
    },

    async check(partition, epoch) {
      const { rowCount } = await pool.query(
        'select 1 from sink_intent where sink = $1 and partition = $2 and epoch = $3',
        [SINK, partition, epoch],
      );
      if (rowCount !== 1) throw new LostPartitionError(`rated-${partition}: epoch ${epoch} is over`);
    },

    async confirm(partition, epoch, to) {
      await pool.query(
        'update sink_intent set confirmed = true where sink = $1 and partition = $2 and epoch = $3 and to_offset = $4',
        [SINK, partition, epoch, to],
      );
    },
  };
}
