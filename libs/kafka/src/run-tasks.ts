import type { TopicName } from '@ratestream/events';
import type { HealthResult, Logger, Metrics } from '@ratestream/observability';
import { clientOf, type Kafka, type KafkaClient } from './client.js';
import type { Fetcher } from './fetcher.js';
import { limits } from './limits.js';
import { Membership } from './membership.js';
import { StallWatch } from './stall-watch.js';
import { TaskLoop } from './task-loop.js';
import { taskMetrics, type TaskMetrics } from './task-metrics.js';
import { asError } from './time.js';
import type { Task, TaskContext } from './types.js';

export interface RunTasksOptions {
  /** Consumer group (without prefix); the transactional ids are `<group>-task-<partition>`. */
  group: string;
  inputs: readonly TopicName[];
  /** Records a step, at most. Default 1000. */
  maxBatch?: number;
  createTask(partition: number, context: TaskContext): Task;
  metrics: Metrics;
  logger: Logger;
  /** Only a new process helps: leave with an error, the supervisor starts us again. Called once. */
  onFatal(error: Error): void;
  /** How often `tick` is called without input. Default 100. */
  tickMs?: number;
  /** Set: this process owns exactly these partitions, without the group sharing them out (a StatefulSet). */
  ownPartitions?: readonly number[];
  /** Default 6000: how long the partitions of a killed process lie still. Not less than 3000. */
  sessionTimeoutMs?: number;
  /** Default 15 000. */
  stepTimeoutMs?: number;
  /** Input, and no commit for so long: fatal. Default 30 000. */
  stallMs?: number;
}

export interface TaskRunner {
  /** Not ok while a task that has input makes no progress, fails to start, or the membership is not confirmed. */
  health(): HealthResult;
  /** Partition numbers owned at present. */
  partitions(): readonly number[];
  /** Finishes the steps in hand, stops the tasks, leaves the group so that others take over at once. */
  drain(): Promise<void>;
}

const WATCH_MS = 1000;

/**
 * Runs one task for every partition number that the group gives to this process. Each task is started when it is
 * assigned, input or not; see `TaskLoop` for its life and the README for the rules.
 */
export async function runTasks(kafka: Kafka, options: RunTasksOptions): Promise<TaskRunner> {
  const runner = new Runner(clientOf(kafka), options);
  await runner.start();
  return runner;
}

class Runner implements TaskRunner {
  private readonly loops = new Map<number, TaskLoop>();
  /** The end of a partition's last task in this process; its next one waits for it. */
  private readonly endings = new Map<number, Promise<void>>();
  private readonly fetcher: Fetcher;
  private readonly membership: Membership;
  private readonly metrics: TaskMetrics;
  private readonly watch: StallWatch;
  private timer: NodeJS.Timeout | null = null;
  private watchedAt = performance.now();
  private fatal = false;
  private draining = false;
  private partitionCounts = new Map<TopicName, number>();

  constructor(
    private readonly kafka: KafkaClient,
    private readonly options: RunTasksOptions,
  ) {
    this.metrics = taskMetrics(options.metrics);
    this.fetcher = kafka.newFetcher();
    this.watch = new StallWatch(options.stallMs ?? 30_000, 5 * WATCH_MS);
    this.membership = new Membership(kafka, {
      group: options.group,
      topics: options.inputs,
      ownPartitions: options.ownPartitions,
      sessionTimeoutMs: options.sessionTimeoutMs ?? 6000,
      logger: options.logger,
      onAssigned: (partitions, fresh) => this.assign(partitions, fresh),
      onFatal: (error) => this.die(error),
    });
  }

  async start(): Promise<void> {
    for (const topic of this.options.inputs) {
      const count = await this.kafka.admin().partitions(topic);
      if (count === 0) throw new Error(`topic ${this.kafka.topic(topic)} does not exist`);
      this.partitionCounts.set(topic, count);
    }
    await this.membership.start(this.kafka);
    this.timer = setInterval(() => void this.look(), WATCH_MS);
  }

  partitions(): readonly number[] {
    return [...this.loops.keys()].sort((a, b) => a - b);
  }

  health(): HealthResult {
    const stuck = [...this.loops.values()].filter(
      (l) => l.state === 'restarting' || this.watch.stuckMs(l.options.partition) > 10_000,
    );
    const details = stuck.map(
      (l) => `task ${l.options.partition} ${l.state}: ${l.lastError?.message ?? 'no progress'}`,
    );
    const unproven = this.membership.unprovenMs();
    if (unproven > 2 * (this.options.sessionTimeoutMs ?? 6000))
      details.push('the group has not confirmed the membership');
    if (details.length > 0) return { ok: false, detail: details.join('; ') };
    const starting = [...this.loops.values()].filter((l) => l.state === 'fencing' || l.state === 'starting').length;
    return starting > 0
      ? { ok: false, detail: `${starting} of ${this.loops.size} tasks are starting` }
      : { ok: true, detail: `${this.loops.size} tasks` };
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
    if (this.draining) return;
    const mine = new Set(partitions);
    for (const [partition, loop] of this.loops) {
      if (mine.has(partition) && !fresh) continue;
      this.loops.delete(partition);
      this.endings.set(partition, loop.stop());
    }
    for (const partition of mine) {
      if (!this.loops.has(partition)) this.loops.set(partition, this.newLoop(partition));
    }
  }

  private newLoop(partition: number): TaskLoop {
    const { options, kafka, fetcher, metrics } = this;
    return new TaskLoop(
      {
        kafka,
        fetcher,
        metrics,
        group: options.group,
        partition,
        inputs: options.inputs.filter((t) => partition < (this.partitionCounts.get(t) ?? 0)),
        maxBatch: options.maxBatch ?? 1000,
        tickMs: options.tickMs ?? 100,
        stepTimeoutMs: options.stepTimeoutMs ?? limits.transactionCallMs,
        createTask: (p, context) => options.createTask(p, context),
        logger: options.logger,
        stillOwner: (fenced) => this.stillOwner(partition, fenced),
        onFatal: (error) => this.die(error),
      },
      this.endings.get(partition) ?? Promise.resolve(),
    );
  }

  private async stillOwner(partition: number, fenced: boolean): Promise<void> {
    if (this.options.ownPartitions !== undefined) {
      // Nobody shares these out: whoever came later is right, and two that fence each other in turn get nowhere.
      if (fenced) this.die(new Error(`task ${partition} was taken over by another process with the same partitions`));
      return;
    }
    while (this.loops.has(partition) && !this.draining) {
      if (await this.membership.proof(WATCH_MS)) return;
    }
  }

  private die(error: Error): void {
    if (this.fatal || this.draining) return;
    this.fatal = true;
    this.options.onFatal(error);
  }

  /** Every second: lag to Prometheus, and whether every task truly moves. */
  private async look(): Promise<void> {
    const now = performance.now();
    const elapsed = now - this.watchedAt;
    this.watchedAt = now;
    this.publish();
    const loops = [...this.loops.values()];
    const watched = loops.map((l) => ({
      partition: l.options.partition,
      state: l.state,
      commits: l.commits,
      behind: l.behind,
    }));
    const fetchHangs = this.fetcher.silentMs() > 5000 && watched.some((w) => w.behind !== null);
    const suspicious = fetchHangs || watched.some((w) => w.behind !== false);
    const answers = suspicious && (await this.clusterAnswers());
    const checked = fetchHangs ? watched.map((w) => ({ ...w, behind: w.behind === false ? true : w.behind })) : watched;
    const stall = this.watch.check(checked, elapsed, answers);
    if (stall !== null) {
      this.die(
        new Error(`task ${stall.partition} has input and committed nothing for ${Math.round(stall.ms / 1000)} s`),
      );
    }
  }

  private async clusterAnswers(): Promise<boolean> {
    try {
      await this.kafka.admin().ping();
      return true;
    } catch (error) {
      this.options.logger.debug({ err: asError(error) }, 'the cluster does not answer');
      return false;
    }
  }

  private publish(): void {
    const { group } = this.options;
    const states = new Map<string, number>();
    for (const loop of this.loops.values()) {
      states.set(loop.state, (states.get(loop.state) ?? 0) + 1);
      for (const [topic, lag] of loop.lags())
        this.metrics.lag.set({ group, topic, partition: loop.options.partition }, lag);
    }
    this.metrics.owned.reset();
    for (const [state, count] of states) this.metrics.owned.set({ group, state }, count);
  }
}
