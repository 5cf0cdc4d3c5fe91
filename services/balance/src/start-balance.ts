import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CatalogView } from '@ratestream/catalog';
import { bootstrapService } from '@ratestream/http';
import type { RunningService } from '@ratestream/http';
import { createKafka, createSerdes, kafkaConfig, runReader, startCatalogFeed } from '@ratestream/kafka';
import type { CatalogFeed, Serdes } from '@ratestream/kafka';
import { Health } from '@ratestream/observability';
import type { Logger, Metrics } from '@ratestream/observability';
import { Outbox, advanceOffset, openDatabase, readOffset, startRelay, transaction } from '@ratestream/postgres';
import type { Pool, ReaderPosition, Tx } from '@ratestream/postgres';
import { ApplyMetrics } from './apply/apply-metrics.js';
import { BatchApplier } from './apply/batch-applier.js';
import type { ApplierPorts } from './apply/batch-applier.js';
import { BalanceModule } from './balance.module.js';
import { CommandHandler } from './commands/command.handler.js';
import type { BalanceConfig } from './config.js';
import { BalanceOutbox } from './outbox.js';
import { seedOutbox } from './seed-outbox.js';
import { directoryOf } from './status/account-limits.js';
import { LimitFollower } from './status/limit-follower.js';
import { StatusKeeper } from './status/status-keeper.js';

/** Group of the reader and name of its stored offsets. */
const CONSUMER = 'balance.ledger';
const PUBLISHED = ['balance.events', 'account.status'] as const;
/** A catalog view older than this answers with limits that may be wrong. */
const STALE_CATALOG_MS = 60_000;
const MIGRATIONS = join(import.meta.dirname, '..', 'migrations');

export interface BalanceOptions {
  config: BalanceConfig;
  logger: Logger;
  metrics: Metrics;
  /** Default true, see `bootstrapService`. */
  handleSignals?: boolean;
}

export interface RunningBalance extends RunningService {
  readonly pool: Pool;
  readonly view: CatalogView;
  readonly follower: LimitFollower;
}

/** Starts the whole service: stores, catalog view, relay, reader, HTTP. Throws where one of them cannot be had. */
export async function startBalance({
  config,
  logger,
  metrics,
  handleSignals = true,
}: BalanceOptions): Promise<RunningBalance> {
  const health = new Health();
  const pool = await openDatabase(config, 'balance', MIGRATIONS, logger);
  const kafka = createKafka(kafkaConfig(config, 'balance', logger));
  const serdes = await createSerdes(kafka, config.registryUrl);
  let fail = (error: unknown): void => logger.fatal({ err: error }, 'failed before it was started');

  const view = new CatalogView();
  const feed = await startCatalogFeed(kafka, serdes, view, { rates: false, onError: (error) => fail(error) });

  const stored = new Outbox('balance');
  await seedOutbox(pool, kafka, stored, PUBLISHED);
  const relay = startRelay(pool, kafka, {
    outbox: stored,
    transactionalId: 'balance-outbox',
    topics: PUBLISHED,
    logger,
    metrics,
  });
  const outbox = new BalanceOutbox(
    {
      accountStatus: (value) => serdes.AccountStatus.encode(value),
      balanceEvent: (value) => serdes.BalanceEvent.encode(value),
    },
    async (tx, records) => void (await stored.append(tx, records)),
  );

  const directory = directoryOf(view);
  const keeper = new StatusKeeper(directory);
  const ports = streamPorts(pool, serdes, view, feed, config.catalogWaitMs);
  const applier = new BatchApplier(ports, keeper, outbox, new ApplyMetrics(metrics));
  const follower = new LimitFollower(
    {
      transaction: ports.transaction,
      partitionOf: (id) => partitionOf(view, id),
      accountsOf: (partition) => [...view.accounts.keys()].filter((id) => partitionOf(view, id) === partition),
      nowMs: Date.now,
    },
    directory,
    keeper,
    outbox,
    logger,
  );
  const unfollow = feed.onEvent((event) => follower.catalogEvent(event));

  const service = await bootstrapService({
    name: 'balance',
    module: BalanceModule.with({
      catalog: view,
      database: {
        transaction: ports.transaction,
        snapshot: (fn) => transaction(pool, fn, { isolation: 'repeatable read', readOnly: true }),
      },
      positions: { readPosition: (tx, partition) => readOffset(tx, readerAt(partition)) },
      commands: new CommandHandler({ transaction: ports.transaction, nowMs: Date.now }, keeper, outbox),
    }),
    config,
    logger,
    metrics,
    health,
    handleSignals,
  });
  fail = (error) => service.fail(error);

  const reader = await runReader(kafka, {
    group: CONSUMER,
    topic: 'rated',
    maxBatch: config.balanceBatchEvents,
    position: (partition) => applier.position(partition),
    onBatch: async (partition, records) => {
      await applier.apply(partition, records);
      // Not full: nothing waits behind it. A pause gathers the next one, so that a quiet stream is not a commit per event.
      if (records.length < config.balanceBatchEvents / 2) await sleep(config.balanceLingerMs);
    },
    onAssigned: (partition) => follower.assigned(partition),
    onRevoked: (partition) => follower.revoked(partition),
    metrics,
    logger,
    onFatal: (error) => service.fail(error),
  });

  health.register('reader', () => reader.health());
  health.register('outbox', () => relay.health());
  health.register('catalog', () => {
    const ageMs = feed.ageMs();
    return ageMs < STALE_CATALOG_MS
      ? { ok: true }
      : { ok: false, detail: `the catalog view is ${Math.round(ageMs / 1_000)} s old` };
  });
  // Ended in reverse: the reader first, what it needs after it.
  service.onShutdown({ name: 'database', run: () => pool.end() });
  service.onShutdown({ name: 'kafka', run: () => kafka.close() });
  service.onShutdown({ name: 'catalog feed', run: () => feed.stop() });
  service.onShutdown({ name: 'relay', run: () => relay.stop() });
  service.onShutdown({ name: 'limits', run: () => follower.stop() });
  service.onShutdown({
    name: 'reader',
    run: async () => {
      unfollow();
      await reader.drain();
    },
  });
  return Object.assign(service, { pool, view, follower });
}

function streamPorts(pool: Pool, serdes: Serdes, view: CatalogView, feed: CatalogFeed, waitMs: number): ApplierPorts {
  return {
    transaction: (fn) => transaction(pool, fn),
    readPosition: (partition) => readOffset(pool, readerAt(partition)),
    advancePosition: (tx: Tx, partition, from, to) => advanceOffset(tx, { ...readerAt(partition), from, to }),
    prepare: async (values) => {
      for (const value of values) await serdes.prepare(value);
    },
    decode: (value) => serdes.RatedEvent.decode(value),
    waitForCatalog: async (position) => {
      if (view.position >= position || (await feed.waitFor(position, waitMs))) return;
      throw new Error(`the catalog view stands at ${view.position}, and the events to apply need ${position}`);
    },
    nowMs: Date.now,
  };
}

function readerAt(partition: number): ReaderPosition {
  return { consumer: CONSUMER, topic: 'rated', partition };
}

function partitionOf(view: CatalogView, accountId: string): number | undefined {
  const root = view.rootPayerOf(accountId);
  return root === undefined ? undefined : view.partitionOf(root);
}
