import { join } from 'node:path';
import { createClickHouse } from '@ratestream/clickhouse';
import type { ClickHouse } from '@ratestream/clickhouse';
import { createPool, migrate } from '@ratestream/postgres';
import type { Pool } from '@ratestream/postgres';
import { isolated } from '@ratestream/testing';
import type { Isolated } from '@ratestream/testing';

/** The service's two stores, empty and migrated. */
export interface Stores {
  readonly corner: Isolated;
  readonly pool: Pool;
  readonly clickHouse: ClickHouse;
  close(): Promise<void>;
}

export async function openStores(): Promise<Stores> {
  const corner = await isolated({ services: ['analytics'], topics: false });
  const pool = createPool(corner.databaseUrl('analytics'), { maxConnections: 6 });
  await migrate(pool, join(import.meta.dirname, '../../migrations'), 'analytics');
  const clickHouse = createClickHouse({ url: corner.clickhouseUrl, database: corner.clickhouseDatabase });
  await clickHouse.migrate(join(import.meta.dirname, '../../../../schemas/clickhouse'));
  return {
    corner,
    pool,
    clickHouse,
    async close() {
      await pool.end();
      await clickHouse.close();
    },
  };
}
