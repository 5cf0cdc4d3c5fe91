import type { Logger } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import type { CatalogState } from '../commands/catalog-state.js';
import type { ImportRunner } from '../imports/import-runner.js';
import type { StoredExchange } from '../what-if/exchange.js';
import { DerivationFollower } from './derivation-follower.js';
import { DerivedStager } from './derived-stager.js';
import { Recompute } from './recompute.js';

export interface DerivedOptions {
  pool: Pool;
  state: CatalogState;
  runner: ImportRunner;
  exchange: StoredExchange;
  logger: Logger;
  clock: () => number;
  intervalMs: number;
}

export interface DerivedParts {
  follower: DerivationFollower;
  recompute: Recompute;
}

/** Puts the parts of derived cards together. */
export function makeDerived(options: DerivedOptions): DerivedParts {
  const { pool, state, clock } = options;
  const { view } = state;
  const stager = new DerivedStager({ ...options, view });
  return {
    follower: new DerivationFollower({ ...options, stager }),
    recompute: new Recompute({ pool, view, stager, clock }),
  };
}
