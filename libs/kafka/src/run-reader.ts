import type { TopicName } from '@ratestream/events';
import type { HealthResult, Logger, Metrics } from '@ratestream/observability';
import { clientOf, type Kafka, type KafkaClient } from './client.js';
import type { Fetcher } from './fetcher.js';
import { Membership } from './membership.js';
import { ReaderLoop } from './reader-loop.js';
import { taskMetrics, type TaskMetrics } from './task-metrics.js';
import type { InRecord } from './types.js';

export interface RunReaderOptions {
  /** Consumer group (without prefix): shares the partitions out; it holds no offsets. */
  group: string;
  topic: TopicName;
  /** Records a batch, at most. Default 1000. */
  maxBatch?: number;
  /** The next offset to read, from the reader's own store; null starts at the first record. Asked at assignment and after each throw. */
  position(partition: number): Promise<number | null>;
  /**
   * Applies a batch and stores its position, in one transaction of the store, guarded against another owner
   * (`where offset = the one I started from`). One call at a time per partition. Before the next call the position
   * is taken to be the last record's offset + 1.
   *
   * Errors  any: the partition is read again from `position()` after a pause
   */
  onBatch(partition: number, records: InRecord[]): Promise<void>;
  onAssigned?(partition: number): void | Promise<void>;
  /** After the last onBatch of the partition has ended. */
  onRevoked?(partition: number): void | Promise<void>;
  metrics?: Metrics;
  logger: Logger;
  onFatal(error: Error): void;
  ownPartitions?: readonly number[];
  sessionTimeoutMs?: number;
  /** An onBatch that has not ended by then is fatal. Default 120 000. */
  batchTimeoutMs?: number;
}

export interface Reader {
  /** Not ok while a partition's batches fail or one hangs. */
  health(): HealthResult;
  partitions(): readonly number[];
  drain(): Promise<void>;
}

/**
 * Reads a topic whose positions live in the reader's own store (PostgreSQL), so that effect and position are one
 * transaction there. A store that is away is waited for; it never ends the process.
 */
export async function runReader(kafka: Kafka, options: RunReaderOptions): Promise<Reader> {
  const runner = new ReaderRunner(clientOf(kafka), options);
  await runner.start();
  return runner;
}

class ReaderRunner implements Reader {
  private readonly loops = new Map<number, ReaderLoop>();
  private readonly endings = new Map<number, Promise<void>>();
  private readonly fetcher: Fetcher;
  private readonly membership: Membership;
  private readonly metrics: TaskMetrics | null;
  private timer: NodeJS.Timeout | null = null;
  private draining = false;
  private fatal = false;

  constructor(
    private readonly kafka: KafkaClient,
    private readonly options: RunReaderOptions,
  ) {
    this.metrics = options.metrics === undefined ? null : taskMetrics(options.metrics);
    this.fetcher = kafka.newFetcher();
    this.membership = new Membership(kafka, {
      group: options.group,
      topics: [options.topic],
      ownPartitions: options.ownPartitions,
      sessionTimeoutMs: options.sessionTimeoutMs ?? 6000,
      logger: options.logger,
      onAssigned: (partitions, fresh) => this.assign(partitions, fresh),
      onFatal: (error) => this.die(error),
    });
  }

  async start(): Promise<void> {
    if ((await this.kafka.admin().partitions(this.options.topic)) === 0) {
      throw new Error(`topic ${this.kafka.topic(this.options.topic)} does not exist`);
    }
    await this.membership.start(this.kafka);
    this.timer = setInterval(() => this.look(), 1000);
  }

  partitions(): readonly number[] {
    return [...this.loops.keys()].sort((a, b) => a - b);
  }

  health(): HealthResult {
    const bad = [...this.loops].filter(([, l]) => l.failingMs() > 5000 || l.busyMs() > 30_000);
    if (bad.length === 0) return { ok: true, detail: `${this.loops.size} partitions` };
    return {
      ok: false,
      detail: bad.map(([p, l]) => `partition ${p}: ${l.lastError?.message ?? 'a batch hangs'}`).join('; '),
    };
  }

  async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    if (this.timer !== null) clearInterval(this.timer);
    await Promise.all([...this.loops.values()].map((l) => l.stop()));
    await Promise.all(this.endings.values());
    this.loops.clear();
    await this.membership
      .leave()
      .catch((err: unknown) => this.options.logger.warn({ err }, 'could not leave the group'));
    await this.fetcher.close();
    this.kafka.forget(this.fetcher);
  }

  private assign(partitions: readonly number[], fresh: boolean): void {
    const mine = new Set(partitions);
    for (const [partition, loop] of this.loops) {
      if (mine.has(partition) && !fresh) continue;
      this.loops.delete(partition);
      this.endings.set(partition, loop.stop());
    }
    for (const partition of mine) {
      if (this.loops.has(partition)) continue;
      const after = this.endings.get(partition) ?? Promise.resolve();
      this.loops.set(partition, new ReaderLoop(this.kafka, this.fetcher, this.options, partition, after));
    }
  }

  private look(): void {
    const { group, topic } = this.options;
    for (const [partition, loop] of this.loops) {
      this.metrics?.lag.set({ group, topic, partition }, loop.lag);
      if (loop.busyMs() > (this.options.batchTimeoutMs ?? 120_000)) {
        this.die(new Error(`a batch of ${topic}-${partition} hangs since ${Math.round(loop.busyMs() / 1000)} s`));
      }
    }
  }

  private die(error: Error): void {
    if (this.fatal || this.draining) return;
    this.fatal = true;
    this.options.onFatal(error);
  }
}
