import type { Pool } from '@ratestream/postgres';

/** Where the sink stands, whichever process owns a partition: everything before the offset is in ClickHouse. */
export interface SinkPositions {
  read(): Promise<ReadonlyMap<number, number>>;
}

export function createSinkPositions(pool: Pool): SinkPositions {
  return {
    async read() {
      const { rows } = await pool.query<{ partition: number; position: string }>(
        `select partition, case when confirmed then to_offset else from_offset end as position
         from sink_intent where sink = 'rated_legs' order by partition`,
      );
      return new Map(rows.map(({ partition, position }) => [partition, Number(position)]));
    },
  };
}
