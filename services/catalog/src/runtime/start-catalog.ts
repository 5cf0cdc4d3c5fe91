import { join } from 'node:path';
import { topics } from '@ratestream/events';
import { bootstrapService, type RunningService } from '@ratestream/http';
import { createKafka, createSerdes, kafkaConfig } from '@ratestream/kafka';
import { createLogger, createMetrics, Health, type Logger, type Metrics } from '@ratestream/observability';
import { openDatabase, Outbox, startRelay, type Pool } from '@ratestream/postgres';
import { CatalogModule, type CatalogParts } from '../catalog.module.js';
import { makeDerived } from '../derived/make-derived.js';
import { CatalogState } from '../commands/catalog-state.js';
import { CommandHandler } from '../commands/command-handler.js';
import { RowPublisher } from '../commands/row-publisher.js';
import { makeBulk } from '../bulk/make-bulk.js';
import type { CatalogConfig } from '../config.js';
import { makeFx } from '../fx/make-fx.js';
import type { ImportRunner } from '../imports/import-runner.js';
import { makeImports } from '../imports/make-imports.js';
import { makeNotices } from '../notices/make-notices.js';
import type { NoticeIssuer } from '../notices/notice-issuer.js';
import { takeSheets } from '../http/take-sheets.js';
import { BuyTables } from '../offers/buy-routes.js';
import { CatalogQueries } from '../queries/catalog-queries.js';
import { makeTraffic, type Traffic } from '../what-if/make-traffic.js';
import { makeWhatIfs } from '../what-if/make-what-ifs.js';
import { UploadSlots } from '../upload/upload-slots.js';
import { issueBootstrapKey } from './bootstrap-key.js';
import { Follower } from './follower.js';
import { heartbeatRecord } from './heartbeat.js';

const MIGRATIONS = join(import.meta.dirname, '..', '..', 'migrations');

export interface CatalogService extends RunningService {
  readonly state: CatalogState;
  readonly commands: CommandHandler;
}

export interface StartOptions {
  logger?: Logger;
  /** Tests that run the service in their own process say false. */
  handleSignals?: boolean;
}

/** Starts the service: migrations, view, relay, then HTTP. Whatever is missing at start ends it; the supervisor tries again. */
export async function startCatalog(config: CatalogConfig, options: StartOptions = {}): Promise<CatalogService> {
  const logger = options.logger ?? createLogger({ service: 'catalog', level: config.logLevel });
  const metrics = createMetrics('catalog');
  const health = new Health();
  const kafka = createKafka(kafkaConfig(config, 'catalog', logger));
  const pool = await openDatabase(config, 'catalog', MIGRATIONS, logger);
  const outbox = new Outbox('catalog');
  await outbox.prepare(pool);
  const serdes = await createSerdes(kafka, config.registryUrl);
  const position = metrics.gauge('catalog_position', 'Last position of the view');
  const state = new CatalogState((last) => position.set(last));
  await state.catchUp(pool);

  const relay = startRelay(pool, kafka, {
    transactionalId: 'catalog-outbox',
    outbox,
    topics: ['catalog', 'catalog.rates'],
    logger,
    metrics,
    heartbeat: { everyMs: config.heartbeatIntervalMs, record: (last) => heartbeatRecord(serdes, last, nowMicros()) },
  });
  const commands = new CommandHandler({
    pool,
    outbox,
    serdes,
    state,
    metrics,
    settings: settingsOf(config),
    clock: nowMicros,
    onCommitted: () => relay.poke(),
  });
  const secret = config.bootstrapAdminKey;
  if (secret !== undefined) await issueBootstrapKey(secret, commands, state, logger);

  const { clickhouseUrl: url, clickhouseDatabase: database } = config;
  const clickHouse = url === undefined ? null : { url, database };
  const traffic = makeTraffic({ pool, view: state.view, currency: config.currency, clickHouse, clock: nowMicros });
  const { runner, issuer, ...parts } = partsOf(config, { pool, state, commands, metrics, logger, traffic });
  const fx = makeFx({
    pool,
    state,
    commands,
    settings: settingsOf(config),
    logger,
    metrics,
    clock: nowMicros,
    secondApprover: config.importSecondApprover,
    feed: {
      url: config.fxFeedUrl,
      intervalSec: config.fxFeedIntervalSec,
      timeoutMs: config.fxFeedTimeoutMs,
      maxBytes: config.fxMaxBytes,
    },
  });
  const service = await bootstrapService({
    name: 'catalog',
    module: CatalogModule.with({ ...parts, fx }),
    config,
    logger,
    metrics,
    health,
    configure: takeSheets(config.importMaxBytes),
    ...(options.handleSignals === undefined ? {} : { handleSignals: options.handleSignals }),
    onShutdown: [
      { name: 'postgres', run: () => pool.end() },
      { name: 'kafka', run: () => kafka.close() },
      { name: 'relay', run: () => relay.stop() },
      { name: 'imports', run: () => runner.stop() },
      { name: 'notices', run: () => issuer.stop() },
      { name: 'derived cards', run: () => parts.derived.follower.stop() },
      { name: 'bulk changes', run: () => parts.bulk.stager.stop() },
      { name: 'traffic', run: () => traffic.close() },
      { name: 'what-ifs', run: () => parts.whatIfs.runner.stop() },
      { name: 'exchange rates', run: () => fx.stop() },
    ],
  });
  const onFatal = (error: Error): void => service.fail(error);
  const follower = new Follower({ state, pool, logger, intervalMs: config.followIntervalMs, onFatal });
  follower.start();
  issuer.start();
  parts.derived.follower.start();
  fx.start();
  service.onShutdown({ name: 'follower', run: () => follower.stop() });
  health.register('view', () => follower.health());
  health.register('exchange-rates', () => fx.health());
  health.register('relay', () => relay.health());
  return Object.assign(service, { state, commands });
}

interface Shared {
  pool: Pool;
  state: CatalogState;
  commands: CommandHandler;
  metrics: Metrics;
  logger: Logger;
  traffic: Traffic;
}

function partsOf(
  config: CatalogConfig,
  { pool, state, commands, metrics, logger, traffic }: Shared,
): Omit<CatalogParts, 'fx'> & { runner: ImportRunner; issuer: NoticeIssuer } {
  const { view } = state;
  const publisher = new RowPublisher(commands, state, pool);
  const slots = new UploadSlots(config.importMaxConcurrent);
  const notices = makeNotices({
    pool,
    state,
    commands,
    logger,
    metrics,
    clock: nowMicros,
    intervalMs: config.noticeIntervalMs,
    traffic: traffic.notices,
  });
  const imports = makeImports({
    pool,
    view,
    logger,
    metrics,
    publisher,
    notices: notices.desk,
    traffic: traffic.margin,
    slots,
    clock: nowMicros,
    maxRows: config.importMaxRows,
    maxBytes: config.importMaxBytes,
    secondApprover: config.importSecondApprover,
    waitMs: config.importWaitMs,
  });
  const queries = new CatalogQueries(view, pool);
  const limits = { maxBytes: config.importMaxBytes, maxRows: config.importMaxRows };
  const whatIfs = makeWhatIfs({
    pool,
    view,
    queries,
    logger,
    limits,
    settings: settingsOf(config),
    traffic,
    waitMs: config.whatIfWaitMs,
    timeoutMs: config.whatIfTimeoutMs,
    maxConcurrent: config.whatIfMaxConcurrent,
    maxRows: config.whatIfMaxRows,
    clock: nowMicros,
  });
  return {
    whatIfs,
    imports,
    notices,
    derived: makeDerived({
      pool,
      state,
      runner: imports.runner,
      exchange: traffic.exchange,
      logger,
      clock: nowMicros,
      intervalMs: config.followIntervalMs,
    }),
    bulk: makeBulk({
      pool,
      view,
      runner: imports.runner,
      logger,
      clock: nowMicros,
      maxRates: config.bulkMaxRates,
      publisher,
      notices: notices.desk,
      secondApprover: config.importSecondApprover,
      waitMs: config.importWaitMs,
    }),
    offers: {
      pool,
      view,
      runner: imports.runner,
      tables: new BuyTables(view, pool, config.comparisonMaxRates),
      exchange: traffic.exchange,
      currency: config.currency,
      clock: nowMicros,
    },
    issuer: notices.issuer,
    runner: imports.runner,
    commands,
    queries,
    rows: {
      publisher,
      pool,
      metrics,
      slots,
      limits,
    },
    apiKeys: { find: (hash) => view.apiKeyByHash(hash), isWithin: (id, scope) => view.isWithin(id, scope) },
  };
}

function settingsOf({ currency, environment }: CatalogConfig): { currency: string; partitions: number } {
  return { currency, partitions: topics.usage.partitions[environment] };
}

function nowMicros(): number {
  return Date.now() * 1_000;
}
