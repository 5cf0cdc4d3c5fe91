import { join } from 'node:path';
import { CatalogView } from '@ratestream/catalog';
import { createClickHouse } from '@ratestream/clickhouse';
import type { ClickHouse } from '@ratestream/clickhouse';
import { bootstrapService } from '@ratestream/http';
import type { RunningService } from '@ratestream/http';
import { createKafka, createSerdes, kafkaConfig, startCatalogFeed } from '@ratestream/kafka';
import { Health } from '@ratestream/observability';
import type { Logger, Metrics } from '@ratestream/observability';
import { openDatabase } from '@ratestream/postgres';
import type { Pool } from '@ratestream/postgres';
import { AnalyticsModule } from './analytics.module.js';
import type { AnalyticsConfig } from './config.js';
import { createLedgerBlocks } from './conservation/balance-blocks.js';
import { createBlockStore } from './fold/block.store.js';
import { startFold } from './fold/fold.reader.js';
import { startRejectCount } from './rejects/reject-count.js';
import { followLag } from './sink/follow-lag.js';
import { createIntentStore } from './sink/intent.store.js';
import { startSink } from './sink/rated-sink.js';
import { createSinkPositions } from './sink/sink-positions.js';
import { createWarehouse } from './sink/warehouse.js';

export interface AnalyticsOptions {
  config: AnalyticsConfig;
  logger: Logger;
  metrics: Metrics;
  /** Default true, see `bootstrapService`. */
  handleSignals?: boolean;
}

export interface RunningAnalytics extends RunningService {
  readonly pool: Pool;
  readonly clickHouse: ClickHouse;
  readonly view: CatalogView;
}

/** A view of the catalog older than this may know keys that were revoked. */
const STALE_CATALOG_MS = 60_000;
// The same from src and from dist.
const MIGRATIONS = join(import.meta.dirname, '..', 'migrations');
const CLICKHOUSE_MIGRATIONS = join(import.meta.dirname, '..', '..', '..', 'schemas', 'clickhouse');

/** Starts the whole service: stores and their migrations, catalog view, HTTP, sink, fold, counts. */
export async function startAnalytics({
  config,
  logger,
  metrics,
  handleSignals = true,
}: AnalyticsOptions): Promise<RunningAnalytics> {
  const health = new Health();
  const pool = await openDatabase(config, 'analytics', MIGRATIONS, logger);
  const clickHouse = createClickHouse({ url: config.clickhouseUrl, database: config.clickhouseDatabase });
  const migrated = await clickHouse.migrate(CLICKHOUSE_MIGRATIONS);
  if (migrated.length > 0) logger.info({ migrated }, 'ClickHouse migrated');
  const kafka = createKafka(kafkaConfig(config, 'analytics', logger));
  const serdes = await createSerdes(kafka, config.registryUrl);
  let fail = (error: unknown): void => logger.fatal({ err: error }, 'failed before it was started');

  const view = new CatalogView();
  const feed = await startCatalogFeed(kafka, serdes, view, { rates: false, onError: (error) => fail(error) });
  const sinkPositions = createSinkPositions(pool);
  const lag = followLag(kafka, sinkPositions, metrics, logger);
  const blocks = createBlockStore(pool);
  const { balanceUrl, balanceApiKey } = config;
  const ledger =
    balanceUrl === undefined || balanceApiKey === undefined ? null : createLedgerBlocks(balanceUrl, balanceApiKey);

  const service = await bootstrapService({
    name: 'analytics',
    module: AnalyticsModule.with({
      apiKeys: { find: (hash) => view.apiKeyByHash(hash), isWithin: (account, scope) => view.isWithin(account, scope) },
      catalog: view,
      clickHouse,
      pool,
      blocks,
      ledger,
      sinkPositions,
      lag: () => lag.latest(),
      nowMs: Date.now,
    }),
    config,
    logger,
    metrics,
    health,
    handleSignals,
  });
  fail = (error) => service.fail(error);

  const common = { serdes, logger, metrics, onFatal: fail };
  const sink = await startSink(kafka, {
    ...common,
    intents: createIntentStore(pool),
    warehouse: createWarehouse(clickHouse),
    maxRows: config.sinkMaxRows,
    lingerMs: config.sinkLingerMs,
  });
  const fold = await startFold(kafka, { ...common, store: blocks, maxRecords: config.foldMaxRecords });
  const rejects = await startRejectCount(kafka, { ...common, pool });

  health.register('sink', () => sink.health());
  health.register('fold', () => fold.health());
  health.register('rejects', () => rejects.health());
  health.register('catalog', () => {
    const ageMs = feed.ageMs();
    return ageMs < STALE_CATALOG_MS
      ? { ok: true }
      : { ok: false, detail: `the catalog view is ${Math.round(ageMs / 1_000)} s old` };
  });
  health.register('clickhouse', async () => {
    await clickHouse.ping();
    return { ok: true };
  });
  // Ended in reverse: the readers first, then what they need.
  service.onShutdown({ name: 'postgres', run: () => pool.end() });
  service.onShutdown({ name: 'clickhouse', run: () => clickHouse.close() });
  service.onShutdown({ name: 'kafka', run: () => kafka.close() });
  service.onShutdown({ name: 'catalog feed', run: () => feed.stop() });
  service.onShutdown({
    name: 'readers',
    run: async () => {
      lag.stop();
      await Promise.all([sink.drain(), fold.drain(), rejects.drain()]);
    },
  });
  return Object.assign(service, { pool, clickHouse, view });
}
