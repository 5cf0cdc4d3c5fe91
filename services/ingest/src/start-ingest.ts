import { textHasher } from './enrich/keyed-hash.js';
import { CatalogView } from '@ratestream/catalog';
import { bootstrapService, type RunningService } from '@ratestream/http';
import {
  createKafka,
  createSerdes,
  kafkaConfig,
  type Kafka,
  readToEnd,
  runTasks,
  type Serdes,
  startCatalogFeed,
  tail,
  type TaskContext,
  type CatalogFeed,
} from '@ratestream/kafka';
import { Health, type Logger, type Metrics } from '@ratestream/observability';
import { NumberingIndex } from '@ratestream/sms';
import type { IngestConfig } from './config.js';
import { CorrelationTask } from './correlation/correlation.task.js';
import { OrphanList } from './correlation/orphan-list.js';
import type { Numbering } from './enrich/network.js';
import { CdrDoor } from './http/cdr-door.js';
import { IngestModule } from './ingest.module.js';
import { IngestMetrics } from './metrics.js';
import { type Encoders, progressRecordOf, type SharedParts, usageRecordOf } from './parts.js';
import { ProgressBook } from './progress/progress-book.js';
import { RawTask } from './raw/raw.task.js';
import { readRaw } from './read-raw.js';
import { RejectedIndex } from './reject/rejected-index.js';
import { Replayer } from './reject/replayer.js';

export interface IngestOptions {
  config: IngestConfig;
  logger: Logger;
  metrics: Metrics;
  /** Default true: SIGTERM and SIGINT drain and end the process. */
  handleSignals?: boolean;
}

export const RAW_GROUP = 'ingest';
export const CORRELATION_GROUP = 'ingest-correlation';

/** Starts the service; it takes input once its view of the catalog has caught up. */
export async function startIngest({ config, logger, metrics, handleSignals }: IngestOptions): Promise<RunningService> {
  const kafka = createKafka(kafkaConfig(config, 'ingest', logger));
  const serdes = await createSerdes(kafka, config.registryUrl);
  let fail = (error: unknown): void => logger.fatal({ err: error }, 'failed before it was started');

  let numbering: Numbering | null = null;
  const view = new CatalogView({
    onNumberingPlan(plan, rows) {
      const index = new NumberingIndex(rows);
      numbering = { index, by: `plan:${plan.id}@${plan.version}` };
      logger.info(
        { plan: plan.id, version: plan.version, rows: rows.length, refused: index.refused },
        'numbering plan in use',
      );
    },
  });
  const feed = await startCatalogFeed(kafka, serdes, view, { rates: true, onError: (error) => fail(error) });

  const counts = new IngestMetrics(metrics);
  const shared = await sharedParts({
    kafka,
    serdes,
    view,
    feed,
    config,
    logger,
    metrics: counts,
    numbering: () => numbering,
  });
  const book = await tail(kafka, {
    topic: 'ingest.progress',
    partitions: 'all',
    // What was published before counts for nothing here: every living task publishes again within a second.
    from: 'end',
    async onRecords(records) {
      for (const { value, appendedAt } of records) {
        if (value === null) continue;
        await serdes.prepare(value);
        shared.progressBook.saw(serdes.IngestProgress.decode(value), appendedAt);
      }
    },
    onError: (error) => fail(error),
  });
  const rejected = new RejectedIndex();
  const rejects = await followRejected(kafka, serdes, rejected, (error) => fail(error));
  const orphans = new OrphanList();
  const producer = kafka.producer();

  const health = new Health();
  const service = await bootstrapService({
    name: 'ingest',
    module: IngestModule.with({
      view,
      rejected,
      orphans,
      door: new CdrDoor({
        view,
        maxInflatedBytes: config.maxInflatedBytes,
        metrics: counts,
        logger,
        nowMs: Date.now,
        send: (records) => producer.send(records),
      }),
      replayer: new Replayer({
        readRaw: (partition, offsets) => readRaw(kafka, partition, offsets),
        send: (records) => producer.send(records),
      }),
    }),
    config,
    logger,
    metrics,
    health,
    bodyLimitBytes: config.maxBodyBytes,
    rawBodyTypes: ['*'],
    ...(handleSignals === undefined ? {} : { handleSignals }),
  });
  fail = (error) => service.fail(error);

  const owned =
    config.ownPartitions === undefined ? {} : { ownPartitions: config.ownPartitions.split(',').map(Number) };
  const common = {
    maxBatch: config.maxBatch,
    metrics,
    logger,
    onFatal: (error: Error) => service.fail(error),
    ...owned,
  };
  const raw = await runTasks(kafka, {
    ...common,
    group: RAW_GROUP,
    inputs: ['cdr.raw'],
    createTask: (partition, broker) => new RawTask(partition, broker, shared),
  });
  const correlation = await runTasks(kafka, {
    ...common,
    group: CORRELATION_GROUP,
    inputs: ['ingest.correlation'],
    createTask: (partition, broker) => correlationTask(partition, broker, shared, kafka, serdes, orphans),
  });

  health.register('raw tasks', () => raw.health(), { restartHelps: true });
  health.register('correlation tasks', () => correlation.health(), { restartHelps: true });
  health.register('catalog', () =>
    shared.catalogIsFresh()
      ? { ok: true }
      : { ok: false, detail: `the catalog view is ${Math.round(feed.ageMs() / 1000)} s old` },
  );
  // Ended in reverse: the tasks first, what they need after them.
  service.onShutdown({ name: 'kafka', run: () => kafka.close() });
  service.onShutdown({ name: 'catalog feed', run: () => feed.stop() });
  service.onShutdown({ name: 'followers', run: async () => void (await Promise.all([book.stop(), rejects.stop()])) });
  service.onShutdown({ name: 'producer', run: () => producer.close() });
  service.onShutdown({ name: 'tasks', run: async () => void (await Promise.all([raw.drain(), correlation.drain()])) });
  return service;
}

interface SharedInput {
  kafka: Kafka;
  serdes: Serdes;
  view: CatalogView;
  feed: CatalogFeed;
  config: IngestConfig;
  logger: Logger;
  metrics: IngestMetrics;
  numbering(): Numbering | null;
}

async function sharedParts({
  kafka,
  serdes,
  view,
  feed,
  config,
  logger,
  metrics,
  numbering,
}: SharedInput): Promise<SharedParts> {
  const encode: Encoders = {
    usage: (value) => serdes.UsageEvent.encode(value),
    correlation: (value) => serdes.CorrelationRecord.encode(value),
    rejected: (value) => serdes.RejectedCdr.encode(value),
    progress: (value) => serdes.IngestProgress.encode(value),
  };
  return {
    view,
    encode,
    decodeCorrelation: (value) => serdes.CorrelationRecord.decode(value),
    metrics,
    logger,
    numbering,
    progressBook: new ProgressBook(await kafka.admin().partitions('cdr.raw')),
    correlationPartitions: await kafka.admin().partitions('ingest.correlation'),
    hashText: textHasher(config.textHashSecret),
    catalogIsFresh: () => feed.caughtUp && feed.ageMs() < config.maxCatalogAgeMs,
    usageRecord: (usage) => usageRecordOf(view, encode, usage),
    progressRecord: (progress) => progressRecordOf(encode, progress),
  };
}

function correlationTask(
  partition: number,
  broker: TaskContext,
  shared: SharedParts,
  kafka: Kafka,
  serdes: Serdes,
  orphans: OrphanList,
): CorrelationTask {
  const task = new CorrelationTask(partition, broker, shared, {
    readBack: async (onRecords, signal) => {
      await readToEnd(kafka, { topic: 'ingest.correlation', partition, from: 0, onRecords, signal });
    },
    prepare: (value) => serdes.prepare(value),
    onStopped: () => orphans.stopped(task),
  });
  orphans.started(task);
  return task;
}

async function followRejected(kafka: Kafka, serdes: Serdes, index: RejectedIndex, onError: (error: Error) => void) {
  const from = new Map<number, number>();
  for (const [partition, { low, high }] of await kafka.admin().offsets('cdr.rejected')) {
    from.set(partition, Math.max(low, high - index.capacity));
  }
  return tail(kafka, {
    topic: 'cdr.rejected',
    partitions: 'all',
    from,
    async onRecords(records) {
      for (const { value } of records) {
        if (value === null) continue;
        await serdes.prepare(value);
        index.add(serdes.RejectedCdr.decode(value));
      }
    },
    onError,
  });
}
