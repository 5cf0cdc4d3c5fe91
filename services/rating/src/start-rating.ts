import { join } from 'node:path';
import { createClickHouse } from '@ratestream/clickhouse';
import { DecodeError, type RatedEvent, type UsageEvent } from '@ratestream/events';
import { bootstrapService, type RunningService } from '@ratestream/http';
import {
  createKafka,
  createSerdes,
  kafkaConfig,
  readToEnd,
  runTasks,
  startCatalogFeed,
  tail,
  UnknownWriterSchemaError,
  type InRecord,
  type Kafka,
  type Serdes,
} from '@ratestream/kafka';
import { parseMoney } from '@ratestream/money';
import { Health, type Logger, type Metrics } from '@ratestream/observability';
import { RatingCatalog } from './catalog/rating-catalog.js';
import { pricingChangeOf } from './catalog/pricing-change.js';
import type { RatingConfig } from './config.js';
import { MessageStore } from './http/messages.store.js';
import { Quoter } from './http/quote.js';
import { RatingModule } from './rating.module.js';
import { Checkpointer } from './task/checkpointer.js';
import { LocalCache } from './task/local-cache.js';
import { RatingMetrics } from './task/rating.metrics.js';
import { RatingTask, type RatingPorts } from './task/rating.task.js';
import { recipientHasher } from './task/recipient-hash.js';
import { Retries } from './task/retries.js';
import { StreamProgress } from './task/stream-progress.js';

const GROUP = 'rating';
const CATALOG_WAIT_MS = 10_000;
/** An older view may lack the newest prices: rating waits rather than charge by it. */
const STALE_CATALOG_MS = 60_000;
const PROGRESS_TOPICS = ['cdr.raw', 'ingest.correlation'] as const;

export interface RatingOptions {
  readonly config: RatingConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Default true, see `bootstrapService`. */
  readonly handleSignals?: boolean;
}

/** Starts the whole service: catalog view, progress of the streams, tasks, HTTP. Throws where one of them cannot be had. */
export async function startRating({
  config,
  logger,
  metrics,
  handleSignals = true,
}: RatingOptions): Promise<RunningService> {
  const health = new Health();
  const kafka = createKafka(kafkaConfig(config, 'rating', logger));
  const serdes = await createSerdes(kafka, config.registryUrl);
  let fail = (error: unknown): void => logger.fatal({ err: error }, 'failed before it was started');

  const catalog = new RatingCatalog(config.currency);
  const feed = await startCatalogFeed(kafka, serdes, catalog.view, { rates: true, onError: (error) => fail(error) });
  const progress = new StreamProgress(await progressKeys(kafka));
  const progressFollower = await tail(kafka, {
    topic: 'ingest.progress',
    partitions: 'all',
    from: 'beginning',
    onRecords: (records) => progress.read(serdes, records),
    onError: (error) => fail(error),
  });

  const hashRecipient = recipientHasher(config.recipientHashSecret);
  const clickhouse = createClickHouse({ url: config.clickhouseUrl, database: config.clickhouseDatabase });
  const service = await bootstrapService({
    name: 'rating',
    module: RatingModule.with({
      catalog,
      quoter: new Quoter(catalog, hashRecipient),
      messages: new MessageStore(clickhouse, kafka, serdes),
    }),
    config,
    logger,
    metrics,
    health,
    handleSignals,
    bodyLimitBytes: 16 << 20,
  });
  fail = (error) => service.fail(error);

  const tasks = new Set<RatingTask>();
  const unfollow = feed.onEvent((event) => {
    const change = pricingChangeOf(event, catalog.view.accounts);
    if (change !== null) for (const task of tasks) task.catalogChanged(change.card);
  });
  const ratingMetrics = new RatingMetrics(metrics);
  const ports: RatingPorts = {
    decodeUsage: usageDecoder(serdes, logger, metrics),
    encodeRated: (event) => serdes.RatedEvent.encode(event),
    foldRated: (partition, from, onEvent) => foldRated(kafka, serdes, partition, from, onEvent),
    waitForCatalog: async (position) => catalog.view.position >= position || feed.waitFor(position, CATALOG_WAIT_MS),
    catalogReady: () => feed.caughtUp && feed.ageMs() < STALE_CATALOG_MS,
    pricing: () => catalog.pricing(Date.now() * 1000, hashRecipient),
    progress,
    retries: (state) =>
      new Retries(state, {
        amountPerAccount: parseMoney(config.retryLimitAmount),
        maxAge: config.retryMaxAgeMs * 1000,
      }),
    checkpointer: (partition, state) =>
      new Checkpointer(partition, state, config.checkpointIntervalMs, {
        encode: (value) => serdes.RatingCheckpoint.encode(value),
        decode: (bytes) => serdes.RatingCheckpoint.decode(bytes),
        read: (of, from, onRecord) =>
          readToEnd(kafka, {
            topic: 'rating.checkpoints',
            partition: of,
            from,
            onRecords: (records) => records.forEach(onRecord),
          }),
        cache: new LocalCache(join(config.stateDir, `${config.kafkaTopicPrefix}rating-${partition}`)),
        logger,
      }),
    metrics: ratingMetrics,
    logger,
  };
  const runner = await runTasks(kafka, {
    group: GROUP,
    inputs: ['usage'],
    maxBatch: config.maxBatch,
    createTask: (partition, context) => {
      const task = new RatingTask(
        partition,
        context,
        ports,
        { replay: config.replay, quietMicros: config.quietMs * 1000 },
        () => tasks.delete(task),
      );
      tasks.add(task);
      return task;
    },
    metrics,
    logger,
    onFatal: (error) => service.fail(error),
    ...(config.ownPartitions === undefined ? {} : { ownPartitions: config.ownPartitions.split(',').map(Number) }),
  });

  health.register('tasks', () => runner.health(), { restartHelps: true });
  health.register('catalog', () =>
    feed.ageMs() < STALE_CATALOG_MS
      ? { ok: true }
      : { ok: false, detail: `the catalog view is ${Math.round(feed.ageMs() / 1000)} s old` },
  );
  // Ended in reverse: the tasks first, what they need after them.
  service.onShutdown({ name: 'kafka', run: () => kafka.close() });
  service.onShutdown({ name: 'progress', run: () => progressFollower.stop() });
  service.onShutdown({ name: 'catalog feed', run: () => feed.stop() });
  service.onShutdown({
    name: 'tasks',
    run: async () => {
      unfollow();
      await runner.drain();
    },
  });
  return service;
}

async function progressKeys(kafka: Kafka): Promise<string[]> {
  const keys: string[] = [];
  for (const topic of PROGRESS_TOPICS) {
    const partitions = await kafka.admin().partitions(topic);
    for (let partition = 0; partition < partitions; partition++) keys.push(`${topic}|${partition}`);
  }
  return keys;
}

/** Nobody but ingest writes `usage`; what it did not write is counted, logged with its place, and passed over. */
function usageDecoder(serdes: Serdes, logger: Logger, metrics: Metrics): RatingPorts['decodeUsage'] {
  const undecodable = metrics.counter('rating_undecodable_total', 'records of usage that are no usage events');
  const decode = (record: InRecord, prepared: boolean): UsageEvent | null => {
    try {
      if (record.value === null) throw new DecodeError('the record has no value');
      return serdes.UsageEvent.decode(record.value);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      if (error instanceof UnknownWriterSchemaError && !prepared) throw error;
      undecodable.inc();
      logger.error(
        { err: error, topic: record.topic, partition: record.partition, offset: record.offset },
        'not a usage event',
      );
      return null;
    }
  };
  return (records) => readPrepared(serdes, records, decode);
}

/**
 * Reads records in one go. Only where one was written under a schema that is not known yet, all their schemas are loaded
 * and they are read again: asking before each record would cost every one of them a turn of the event loop.
 */
async function readPrepared<T>(
  serdes: Serdes,
  records: readonly InRecord[],
  read: (record: InRecord, prepared: boolean) => T,
): Promise<T[]> {
  try {
    return records.map((record) => read(record, false));
  } catch (error) {
    if (!(error instanceof UnknownWriterSchemaError)) throw error;
    for (const { value } of records) await serdes.prepare(value);
    return records.map((record) => read(record, true));
  }
}

function foldRated(
  kafka: Kafka,
  serdes: Serdes,
  partition: number,
  from: number,
  onEvent: (event: RatedEvent, appendedAtMs: number) => void,
): Promise<number> {
  return readToEnd(kafka, {
    topic: 'rated',
    partition,
    from,
    onRecords: async (records: InRecord[]) => {
      const events = await readPrepared(serdes, records, ({ value }) =>
        value === null ? null : serdes.RatedEvent.decode(value),
      );
      events.forEach((event, at) => event !== null && onEvent(event, (records[at] as InRecord).appendedAt));
    },
  });
}
