import { hostname } from 'node:os';
import type { TopicName } from '@ratestream/events';
import type { Logger } from '@ratestream/observability';
import type { Consumer } from 'kafkajs';
import { exactly, togetherAndSticky } from './assigner.js';
import type { KafkaClient } from './client.js';
import { groupRetry } from './limits.js';
import { Backoff, sleep } from './time.js';

export interface MembershipOptions {
  group: string;
  topics: readonly TopicName[];
  /** Set: no sharing out; exactly these. */
  ownPartitions?: readonly number[] | undefined;
  sessionTimeoutMs: number;
  logger: Logger;
  /**
   * The partition numbers that this process owns from now on.
   * `fresh`: the group had thrown us out meanwhile, so somebody else may have worked on all of them.
   */
  onAssigned(partitions: readonly number[], fresh: boolean): void;
  /** The client has given up; only a new process helps. */
  onFatal(error: Error): void;
}

/** How soon a member learns that the group is being shared out anew. */
const HEARTBEATS_PER_SESSION = 8;

/**
 * The membership of a group, and nothing else: the client's consumer joins, heartbeats and is told its partitions, but
 * all of them are paused in it from the first moment. Reading is the fetcher's, committing the transactions'. So no fold,
 * slow step or waiting task can cost us the membership, and the consumer's own idea of positions is never asked.
 */
export class Membership {
  private readonly consumer: Consumer;
  private partitions: readonly number[] = [];
  private memberId: string | null = null;
  private generation = -1;
  private lastProofAt = -Infinity;
  private waiting: (() => void)[] = [];
  private stopped = false;

  constructor(
    kafka: KafkaClient,
    private readonly options: MembershipOptions,
  ) {
    const { group, ownPartitions, sessionTimeoutMs } = options;
    const held = { partitions: () => this.partitions, generation: () => this.generation };
    this.consumer = kafka.client.consumer({
      // Fixed owners have a group each, which names nothing but this process; offsets live in the shared group.
      groupId: kafka.prefix + (ownPartitions === undefined ? group : `${group}.member.${hostname()}.${process.pid}`),
      partitionAssigners: [ownPartitions === undefined ? togetherAndSticky(held) : exactly(ownPartitions)],
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / HEARTBEATS_PER_SESSION),
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: 100,
      allowAutoTopicCreation: false,
      metadataMaxAge: 60_000,
      retry: groupRetry,
    });
    this.listen();
  }

  /** Joined when `onAssigned` is called, which may be a session timeout later where a member was killed. */
  async start(kafka: KafkaClient): Promise<void> {
    const backoff = new Backoff(100, 2000);
    for (;;) {
      try {
        await this.consumer.connect();
        await this.consumer.subscribe({ topics: this.options.topics.map((t) => kafka.topic(t)), fromBeginning: true });
        break;
      } catch (err) {
        if (this.stopped) return;
        this.options.logger.warn({ err }, 'cannot reach Kafka yet');
        await sleep(backoff.delayMs());
      }
    }
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: () => Promise.resolve(),
    });
  }

  /**
   * Resolves when the group has confirmed our membership after this call. A process that was frozen and thrown out must
   * not fence the new owner before it knows better.
   */
  async proof(timeoutMs: number): Promise<boolean> {
    const from = performance.now();
    const until = from + timeoutMs;
    while (!this.stopped && this.lastProofAt < from && performance.now() < until) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        timer = setTimeout(resolve, Math.max(1, until - performance.now()));
      });
      clearTimeout(timer);
    }
    return this.lastProofAt >= from;
  }

  /** Milliseconds since the group last confirmed us. */
  unprovenMs(): number {
    return performance.now() - this.lastProofAt;
  }

  async leave(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.consumer.disconnect();
  }

  private listen(): void {
    const { events } = this.consumer;
    this.consumer.on(events.GROUP_JOIN, ({ payload }) => {
      const topics = Object.entries(payload.memberAssignment);
      // Before the first fetch of this generation, so that the consumer never reads anything.
      this.consumer.pause(topics.map(([topic, partitions]) => ({ topic, partitions })));
      const fresh = this.memberId !== payload.memberId;
      this.memberId = payload.memberId;
      this.partitions = [...new Set(topics.flatMap(([, partitions]) => partitions))].sort((a, b) => a - b);
      this.proven();
      this.options.logger.info(
        { group: payload.groupId, partitions: this.partitions, tookMs: payload.duration },
        'joined the group',
      );
      if (!this.stopped) this.options.onAssigned(this.partitions, fresh);
    });
    this.consumer.on(events.HEARTBEAT, ({ payload }) => {
      this.generation = payload.groupGenerationId;
      this.proven();
    });
    this.consumer.on(events.CRASH, ({ payload }) => {
      this.options.logger.error({ err: payload.error, restart: payload.restart }, 'the group consumer crashed');
      if (!payload.restart && !this.stopped) this.options.onFatal(payload.error);
    });
  }

  private proven(): void {
    this.lastProofAt = performance.now();
    this.wake();
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
