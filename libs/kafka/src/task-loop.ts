import type { TopicName } from '@ratestream/events';
import type { Logger } from '@ratestream/observability';
import type { KafkaClient } from './client.js';
import type { Fetcher, Subscription } from './fetcher.js';
import { InputBuffer, type Chunk } from './input-buffer.js';
import { limits } from './limits.js';
import { startOffset } from './start-offset.js';
import type { TaskMetrics } from './task-metrics.js';
import { asError, Backoff, Wake, within } from './time.js';
import { isFenced, TransactionalWriter } from './transactional-writer.js';
import { FatalTaskError, type OutRecord, type Task, type TaskContext } from './types.js';

export type TaskState = 'fencing' | 'starting' | 'waiting' | 'running' | 'restarting' | 'stopped';

export interface TaskLoopOptions {
  kafka: KafkaClient;
  fetcher: Fetcher;
  group: string;
  partition: number;
  /** Those inputs that have this partition. */
  inputs: readonly TopicName[];
  maxBatch: number;
  tickMs: number;
  stepTimeoutMs: number;
  createTask(partition: number, context: TaskContext): Task;
  metrics: TaskMetrics;
  logger: Logger;
  /** Before each start but the first: resolves once it is known that the partition is still ours. */
  stillOwner(fenced: boolean): Promise<void>;
  onFatal(error: Error): void;
}

/** Input held ready beyond the step in hand, in steps. */
const BUFFERED_STEPS = 3;
const BUFFERED_BYTES = 4 << 20;
const IDLE_COMMIT_MS = 5000;

/**
 * One task, for as long as this process owns its partition: fence, read the committed offsets, let the task rebuild its
 * state, then step after step; after any error all of it again from the beginning. One step is one transaction.
 */
export class TaskLoop {
  state: TaskState = 'fencing';
  lastError: Error | null = null;
  private readonly wake = new Wake();
  private readonly backoff = new Backoff(100, 5000);
  private buffers = new Map<TopicName, { buffer: InputBuffer; subscription: Subscription }>();
  private stopping = false;
  private failure: Error | null = null;
  private commitCount = 0;
  private lastCommitAt = 0;
  private committedTo = new Map<TopicName, number>();
  private readonly ending = new AbortController();
  private turn = 0;
  readonly finished: Promise<void>;

  constructor(
    readonly options: TaskLoopOptions,
    after: Promise<void>,
  ) {
    this.finished = after.then(() => this.run());
  }

  /** Ends after the step in hand. */
  stop(): Promise<void> {
    this.stopping = true;
    this.ending.abort();
    this.wake.notify();
    return this.finished;
  }

  /** Commits so far, over all lives. */
  get commits(): number {
    return this.commitCount;
  }

  /** Input is there and could be processed now; null where that is not known because the task is not running. */
  get behind(): boolean | null {
    if (this.state !== 'running' && this.state !== 'waiting') return null;
    return [...this.buffers.values()].some(({ buffer }) => buffer.behind);
  }

  lags(): [TopicName, number][] {
    return [...this.buffers].map(([topic, { buffer }]) => [topic, buffer.lag]);
  }

  private async run(): Promise<void> {
    for (let life = 0; !this.stopping; life++) {
      try {
        await this.live();
      } catch (thrown) {
        if (this.stopping) break;
        if (!(await this.afterError(asError(thrown)))) break;
      }
    }
    this.state = 'stopped';
  }

  /** False when the task must not be started over. */
  private async afterError(error: Error): Promise<boolean> {
    const { logger, partition, metrics, group, onFatal, stillOwner } = this.options;
    this.state = 'restarting';
    this.lastError = error;
    const fenced = isFenced(error);
    metrics.failures.inc({ group, reason: fenced ? 'fenced' : error.name });
    if (error instanceof FatalTaskError) {
      logger.error({ err: error, partition }, 'the task cannot go on');
      onFatal(error);
      return false;
    }
    logger.warn({ err: error, partition }, 'the task starts over');
    await this.wake.wait(this.backoff.delayMs());
    if (!this.stopping) await stillOwner(fenced);
    return !this.stopping;
  }

  private async live(): Promise<void> {
    const { kafka, group, partition, createTask, logger, metrics } = this.options;
    const writer = new TransactionalWriter(kafka, `${group}-task-${partition}`);
    let task: Task | null = null;
    this.failure = null;
    try {
      this.state = 'fencing';
      await writer.fence();
      // Only now: an earlier owner's commit is either in these offsets or will never be.
      const committed = await this.committedOffsets();
      if (this.stopping) return;
      this.state = 'starting';
      task = createTask(partition, this.context());
      const wanted = await task.start({ committed });
      if (this.stopping) return;
      this.committedTo = new Map(
        [...committed].filter((e): e is [TopicName, number] => e[1] !== null && wanted?.has(e[0]) !== true),
      );
      this.lastCommitAt = performance.now();
      await this.subscribe(committed, wanted ?? new Map<TopicName, number>());
      metrics.starts.inc({ group });
      logger.info({ partition, from: Object.fromEntries(this.positions()) }, 'the task is started');
      this.state = 'running';
      await this.steps(task, writer);
    } finally {
      this.unsubscribe();
      await writer.close();
      if (task !== null) await stopTask(task, logger);
    }
  }

  private async committedOffsets(): Promise<Map<TopicName, number | null>> {
    const { kafka, group, partition, inputs } = this.options;
    const found = await kafka.admin().committed(group, inputs);
    return new Map(inputs.map((t) => [t, found.get(t)?.get(partition) ?? null]));
  }

  private async subscribe(
    committed: ReadonlyMap<TopicName, number | null>,
    wanted: ReadonlyMap<TopicName, number>,
  ): Promise<void> {
    const { kafka, fetcher, partition, inputs, maxBatch } = this.options;
    for (const topic of inputs) {
      const range = (await kafka.admin().offsets(topic)).get(partition);
      if (range === undefined) throw new Error(`${topic} has no partition ${partition}`);
      const from = startOffset({
        topic,
        partition,
        range,
        committed: committed.get(topic) ?? null,
        wanted: wanted.get(topic),
      });
      const buffer = new InputBuffer(topic, from, maxBatch * BUFFERED_STEPS, BUFFERED_BYTES);
      const subscription = fetcher.subscribe({
        name: topic,
        partition,
        from,
        deliver: (delivery) => {
          buffer.put(delivery);
          if (buffer.full) subscription.pause();
          if (delivery.records.length > 0) this.wake.notify();
        },
        fail: (error) => {
          this.failure = error;
          this.wake.notify();
        },
      });
      this.buffers.set(topic, { buffer, subscription });
    }
  }

  private unsubscribe(): void {
    for (const { subscription } of this.buffers.values()) subscription.close();
    this.buffers = new Map();
  }

  private positions(): [TopicName, number][] {
    return [...this.buffers].map(([topic, { buffer }]) => [topic, buffer.position]);
  }

  private async steps(task: Task, writer: TransactionalWriter): Promise<void> {
    const { tickMs, maxBatch } = this.options;
    while (!this.stopping) {
      if (this.failure !== null) throw this.failure;
      const due = task.tick(Date.now()) ?? [];
      const ready = task.ready();
      this.state = ready ? 'running' : 'waiting';
      const chunk = ready ? this.nextChunk(maxBatch) : null;
      if (chunk !== null) await this.step(task, writer, due, chunk);
      else if (due.length > 0) await this.write(task, writer, due, null);
      else if (!(await this.commitIdle(writer))) await this.wake.wait(tickMs);
    }
  }

  /** The inputs take turns, so that a busy one does not starve the others. */
  private nextChunk(most: number): Chunk | null {
    const all = [...this.buffers.values()];
    for (let i = 0; i < all.length; i++) {
      const { buffer, subscription } = all[(this.turn + i) % all.length]!;
      const chunk = buffer.take(most);
      if (chunk === null) continue;
      this.turn = (this.turn + i + 1) % all.length;
      if (buffer.wanting) subscription.resume();
      return chunk;
    }
    return null;
  }

  /** What is due is written with the step: the records that wait need not wait for a transaction more. */
  private async step(task: Task, writer: TransactionalWriter, due: readonly OutRecord[], chunk: Chunk): Promise<void> {
    const { metrics, group, stepTimeoutMs } = this.options;
    const stepped = metrics.step.startTimer({ group });
    const answer = task.step(chunk.topic, chunk.records);
    const out = answer instanceof Promise ? await within(stepTimeoutMs, 'step', answer) : answer;
    stepped();
    await this.write(task, writer, due.length === 0 ? out : [...due, ...out], chunk);
    metrics.records.inc({ group, topic: chunk.topic }, chunk.records.length);
    metrics.batch.observe({ group, topic: chunk.topic }, chunk.records.length);
  }

  /**
   * The control records behind the last data are committed once nothing happens: retention may delete them while the
   * partition is quiet, and an offset before the log's first would then look like lost records.
   */
  private async commitIdle(writer: TransactionalWriter): Promise<boolean> {
    if (performance.now() - this.lastCommitAt < IDLE_COMMIT_MS) return false;
    const next = new Map(this.positions().filter(([topic, position]) => this.committedTo.get(topic) !== position));
    for (const topic of next.keys()) if (this.buffers.get(topic)!.buffer.behind) next.delete(topic);
    if (next.size === 0) return false;
    await writer.write([], { group: this.options.group, partition: this.options.partition, next });
    this.committedTo = new Map([...this.committedTo, ...next]);
    this.lastCommitAt = performance.now();
    return true;
  }

  private async write(
    task: Task,
    writer: TransactionalWriter,
    out: readonly OutRecord[],
    chunk: Chunk | null,
  ): Promise<void> {
    const { metrics, group, partition } = this.options;
    const done = metrics.transaction.startTimer({ group });
    const next = chunk === null ? null : new Map([[chunk.topic, chunk.next]]);
    const written = await writer.write(out, next === null ? null : { group, partition, next });
    done();
    if (chunk !== null) {
      this.buffers.get(chunk.topic)!.buffer.commit(chunk);
      this.committedTo.set(chunk.topic, chunk.next);
    }
    this.lastCommitAt = performance.now();
    this.commitCount++;
    this.backoff.reset();
    metrics.written.inc({ group }, out.length);
    task.committed(written);
  }

  private context(): TaskContext {
    const { clock } = this.options.kafka;
    return {
      caughtUpTo: (topic) => {
        const at = this.buffers.get(topic)?.buffer.caughtUpAt ?? null;
        return at === null ? null : clock.nowMs(at);
      },
      signal: this.ending.signal,
      brokerTimeMs: () => clock.nowMs(),
      lag: (topic) => this.buffers.get(topic)?.buffer.lag ?? 0,
    };
  }
}

async function stopTask(task: Task, logger: Logger): Promise<void> {
  try {
    await within(limits.transactionCallMs, 'stop', task.stop());
  } catch (err) {
    logger.warn({ err }, 'a task did not stop cleanly');
  }
}
