import { join } from 'node:path';
import { topics } from '@ratestream/events';
import { bootstrapService, type RunningService } from '@ratestream/http';
import { createKafka, createSerdes } from '@ratestream/kafka';
import { createLogger, createMetrics, Health, type Logger } from '@ratestream/observability';
import { createPool, migrate, Outbox, startRelay } from '@ratestream/postgres';
import { CatalogModule } from '../catalog.module.js';
import { CatalogState } from '../commands/catalog-state.js';
import { CommandHandler } from '../commands/command-handler.js';
import { RowPublisher } from '../commands/row-publisher.js';
import type { CatalogConfig } from '../config.js';
import { takeSheets } from '../http/take-sheets.js';
import { CatalogQueries } from '../queries/catalog-queries.js';
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
  const kafka = createKafka({
    brokers: config.kafkaBrokers,
    clientId: 'catalog',
    logger,
    topicPrefix: config.kafkaTopicPrefix,
    tls: config.kafkaTls,
    ...saslOf(config),
  });
  const pool = createPool(config.postgresUrl, {
    maxConnections: config.postgresMaxConnections,
    tls: config.postgresTls,
    caPath: config.postgresCaPath,
    logger,
    applicationName: 'catalog',
  });
  await migrate(pool, MIGRATIONS, 'catalog');
  const outbox = new Outbox('catalog');
  await outbox.prepare(pool);
  const serdes = await createSerdes(kafka, config.registryUrl);
  const state = new CatalogState();
  await state.catchUp(pool);
  metrics.gauge('catalog_position', 'Last position of the view').set(state.view.position);

  const relay = startRelay(pool, kafka, {
    transactionalId: 'catalog-outbox',
    outbox,
    topics: ['catalog', 'catalog.rates'],
    logger,
    metrics,
    heartbeat: {
      everyMs: config.heartbeatIntervalMs,
      record: (position) => heartbeatRecord(serdes, position, nowMicros()),
    },
  });
  const commands = new CommandHandler({
    pool,
    outbox,
    serdes,
    state,
    settings: { currency: config.currency, partitions: topics.usage.partitions[config.environment] },
    clock: nowMicros,
    onCommitted: () => {
      metrics.gauge('catalog_position', 'Last position of the view').set(state.view.position);
      relay.poke();
    },
  });
  if (config.bootstrapAdminKey !== undefined)
    await issueBootstrapKey(config.bootstrapAdminKey, commands, state, logger);

  let service: RunningService | undefined;
  const follower = new Follower({
    state,
    pool,
    logger,
    intervalMs: config.followIntervalMs,
    onFatal: (error) => service?.fail(error),
  });
  follower.start();
  health.register('view', () => follower.health());
  health.register('relay', () => relay.health());
  const rows = {
    publisher: new RowPublisher(commands, state, pool),
    pool,
    slots: new UploadSlots(config.importMaxConcurrent),
    limits: { maxBytes: config.importMaxBytes, maxRows: config.importMaxRows },
  };
  const apiKeys = {
    find: (hash: string) => state.view.apiKeyByHash(hash),
    isWithin: (accountId: string, scope: string) => state.view.isWithin(accountId, scope),
  };
  service = await bootstrapService({
    name: 'catalog',
    module: CatalogModule.with({ commands, queries: new CatalogQueries(state.view, pool), rows, apiKeys }),
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
      { name: 'follower', run: () => follower.stop() },
    ],
  });
  return Object.assign(service, { state, commands });
}

function saslOf(config: CatalogConfig): object {
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = config;
  return mechanism === undefined ? {} : { sasl: { mechanism, username: username ?? '', password: password ?? '' } };
}

function nowMicros(): number {
  return Date.now() * 1_000;
}
