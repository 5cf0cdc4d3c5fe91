import type { Cell, ClickHouse } from '@ratestream/clickhouse';
import { COLUMNS } from './rated-row.js';

/** (offset, leg) of a row; unique within a partition. */
export type RowKey = readonly [offset: number, leg: number];

/** The table of rated legs, as the sink sees it. */
export interface Warehouse {
  /** Keys of the rows of a partition with from ≤ offset < to, doubled ones as often as they are there. */
  keysIn(partition: number, from: number, to: number): Promise<RowKey[]>;
  /** Writes all rows or none; the same token twice writes once. */
  insert(rows: readonly Cell[][], token: string): Promise<void>;
}

const TABLE = 'rated_legs';
/** After it the insert is given up: whoever owns the partition by then counts what is there. */
export const INSERT_TIMEOUT_MS = 10_000;

export function createWarehouse(clickHouse: ClickHouse): Warehouse {
  return {
    async keysIn(partition, from, to) {
      const rows = await clickHouse.query<{ offset: string; leg: number }>(
        `SELECT offset, leg FROM ${TABLE} WHERE partition = {partition:UInt16} AND offset >= {from:UInt64} AND offset < {to:UInt64}`,
        { partition, from, to },
      );
      return rows.map((row) => [Number(row.offset), row.leg]);
    },

    insert: (rows, token) =>
      clickHouse.insert(TABLE, COLUMNS, rows, { deduplicationToken: token, timeoutMs: INSERT_TIMEOUT_MS }),
  };
}
