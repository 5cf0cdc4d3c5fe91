import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { ClickHouse } from '@ratestream/clickhouse';
import { API_KEYS } from '@ratestream/http';
import type { ApiKeys } from '@ratestream/http';
import type { Pool } from '@ratestream/postgres';
import type { LedgerBlocks } from './conservation/balance-blocks.js';
import { ConservationController } from './conservation/conservation.controller.js';
import { Conservation } from './conservation/conservation.service.js';
import type { BlockStore } from './fold/block.store.js';
import { LiveController } from './live/live.controller.js';
import { LiveView } from './live/live.service.js';
import type { LagSource } from './live/live.service.js';
import { MarginController } from './margin/margin.controller.js';
import type { SinkPositions } from './sink/sink-positions.js';
import type { AccountTree } from './tenancy.js';
import { BLOCKS, CATALOG, CLICKHOUSE, CLOCK, LAG, LEDGER, POSTGRES, SINK_POSITIONS } from './tokens.js';

/** The world as the HTTP side needs it. */
export interface AnalyticsPorts {
  readonly apiKeys: ApiKeys;
  readonly catalog: AccountTree;
  readonly clickHouse: ClickHouse;
  readonly pool: Pool;
  readonly blocks: BlockStore;
  /** Null: conservation goes without balance. */
  readonly ledger: LedgerBlocks | null;
  readonly sinkPositions: SinkPositions;
  readonly lag: LagSource;
  readonly nowMs: () => number;
}

/**
 * What the service answers. What it does beside it, in the order a rated event meets it, is started by `startAnalytics`:
 * the sink into ClickHouse, the fold of block totals into PostgreSQL, the count of rejected records.
 */
@Module({})
export class AnalyticsModule {
  static with(ports: AnalyticsPorts): DynamicModule {
    return {
      module: AnalyticsModule,
      controllers: [MarginController, LiveController, ConservationController],
      providers: [
        { provide: API_KEYS, useValue: ports.apiKeys }, //            who asks
        { provide: CATALOG, useValue: ports.catalog }, //             who stands above whom
        { provide: CLICKHOUSE, useValue: ports.clickHouse }, //       rows of `rated` and their sums
        { provide: POSTGRES, useValue: ports.pool }, //               counts of rejected records
        { provide: SINK_POSITIONS, useValue: ports.sinkPositions }, // how far the rows are
        { provide: BLOCKS, useValue: ports.blocks }, //               the independent fold
        { provide: LEDGER, useValue: ports.ledger }, //               what balance says
        { provide: LAG, useValue: ports.lag },
        { provide: CLOCK, useValue: ports.nowMs },
        LiveView,
        Conservation,
      ],
    };
  }
}
