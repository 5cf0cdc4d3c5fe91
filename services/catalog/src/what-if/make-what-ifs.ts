import { createClickHouse, type ClickHouse } from '@ratestream/clickhouse';
import type { CatalogSettings, CatalogView } from '@ratestream/catalog';
import type { Logger } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import type { CatalogQueries } from '../queries/catalog-queries.js';
import type { CsvLimits } from '../upload/csv-reader.js';
import { ClickHouseTraffic } from './clickhouse-traffic.js';
import { StoredExchange } from './exchange.js';
import { FindDraft } from './find-draft.js';
import { WhatIfRunner } from './what-if-runner.js';
import type { WhatIfOptions } from './what-if.port.js';

const MAX_LINES = 200_000;
const MAX_RATES = 3_000_000;

export interface WhatIfsOptions {
  pool: Pool;
  view: CatalogView;
  queries: CatalogQueries;
  logger: Logger;
  settings: CatalogSettings;
  limits: CsvLimits;
  /** null: past traffic is not known here. */
  clickHouse: { url: string; database: string } | null;
  waitMs: number;
  timeoutMs: number;
  maxConcurrent: number;
  maxRows: number;
  /** Microseconds UTC. */
  clock: () => number;
}

/** Puts the parts of what-ifs together. */
export function makeWhatIfs(options: WhatIfsOptions): WhatIfOptions & { stop(): Promise<void> } {
  const { pool, view, clock, maxRows, waitMs } = options;
  const clickHouse: ClickHouse | null = options.clickHouse === null ? null : createClickHouse(options.clickHouse);
  const traffic = new ClickHouseTraffic(clickHouse);
  const exchange = new StoredExchange(pool, view);
  const limits = { maxRows, maxLines: MAX_LINES, maxRates: MAX_RATES };
  const runner = new WhatIfRunner({ ...options, traffic, exchange, limits });
  return {
    pool,
    view,
    traffic,
    runner,
    drafts: new FindDraft(options),
    waitMs,
    clock,
    stop: async () => {
      await runner.stop();
      await clickHouse?.close();
    },
  };
}
