import type { CatalogSettings, CatalogView } from '@ratestream/catalog';
import type { FxBook } from '@ratestream/fx';
import type { Logger, Metrics } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import type { CommandHandler } from '../commands/command-handler.js';
import { FxFeed } from './fx-feed.js';
import { FxPublisher } from './fx-publisher.js';
import { FxQueries } from './fx-queries.js';
import { FxStatusView } from './fx-status.js';
import { FxPort } from './fx.port.js';
import { ManualFxRates } from './manual-rates.js';

export interface FxOptions {
  pool: Pool;
  state: { readonly view: CatalogView; readonly fx: FxBook };
  commands: Pick<CommandHandler, 'execute'>;
  settings: CatalogSettings;
  logger: Logger;
  metrics: Metrics;
  /** Microseconds UTC. */
  clock: () => number;
  secondApprover: boolean;
  /** url absent: nothing is pulled. */
  feed: { url: string | undefined; intervalSec: number; timeoutMs: number; maxBytes: number };
}

/** Puts the parts of exchange rates together; the feed is not started. */
export function makeFx(options: FxOptions): FxPort {
  const { pool, state, commands, settings, logger, metrics, clock, secondApprover } = options;
  const { view, fx } = state;
  const { url, ...limits } = options.feed;
  const publisher = new FxPublisher(commands, view);
  return new FxPort({
    pool,
    queries: new FxQueries(fx, clock),
    statuses: new FxStatusView({ fx, view, metrics, clock }),
    manual: new ManualFxRates({ pool, view, fx, settings, commands, secondApprover, clock }),
    feed: url === undefined ? null : new FxFeed({ url, ...limits, publisher, view, settings, logger, metrics, clock }),
    contextOf: (authority) => ({ view, settings, authority, now: clock() }),
    maxBytes: limits.maxBytes,
  });
}
