import type { CatalogSettings, CatalogView } from '@ratestream/catalog';
import type { Logger } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import type { CatalogQueries } from '../queries/catalog-queries.js';
import type { CsvLimits } from '../upload/csv-reader.js';
import { FindDraft } from './find-draft.js';
import type { Traffic } from './make-traffic.js';
import { WhatIfRunner } from './what-if-runner.js';
import type { WhatIfOptions } from './what-if.port.js';

const MAX_LINES = 200_000;

export interface WhatIfsOptions {
  pool: Pool;
  view: CatalogView;
  queries: CatalogQueries;
  logger: Logger;
  settings: CatalogSettings;
  limits: CsvLimits;
  traffic: Traffic;
  waitMs: number;
  timeoutMs: number;
  maxConcurrent: number;
  maxRows: number;
  /** Microseconds UTC. */
  clock: () => number;
}

/** Puts the parts of what-ifs together. */
export function makeWhatIfs(options: WhatIfsOptions): WhatIfOptions {
  const { pool, view, clock, maxRows, waitMs } = options;
  const { reader: traffic, exchange, maxRates } = options.traffic;
  const limits = { maxRows, maxLines: MAX_LINES, maxRates };
  const runner = new WhatIfRunner({ ...options, traffic, exchange, limits });
  return { pool, view, traffic, runner, drafts: new FindDraft(options), waitMs, clock };
}
