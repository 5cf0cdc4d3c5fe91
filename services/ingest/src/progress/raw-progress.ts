import type { IngestProgress, TopicName } from '@ratestream/events';
import type { TaskContext } from '@ratestream/kafka';

const EVERY_MS = 1_000;

/**
 * Up to which broker time a task has written out its input.
 *
 * Caught up, it is what the runner knows to be committed up to the broker's present time; behind, it is the append time
 * of the last committed record, less a millisecond, which other records may share. It never goes back.
 */
export class RawProgress {
  private pendingMs = 0;
  private committedMs = 0;
  private publishedMs = -1;
  private dueAtMs = 0;

  constructor(
    private readonly topic: TopicName,
    private readonly partition: number,
    private readonly broker: TaskContext,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  stepped(lastAppendedAtMs: number): void {
    this.pendingMs = Math.max(this.pendingMs, lastAppendedAtMs - 1);
  }

  committed(): void {
    this.committedMs = Math.max(this.committedMs, this.pendingMs);
  }

  /** The present value, ms of the broker's clock; 0 before anything is known. */
  value(): number {
    return Math.max(this.committedMs, this.broker.caughtUpTo(this.topic) ?? 0);
  }

  /** What is to be published now: once a second, and only what is news. */
  due(value = this.value()): IngestProgress | null {
    const now = this.nowMs();
    if (now < this.dueAtMs || value <= this.publishedMs) return null;
    this.dueAtMs = now + EVERY_MS;
    this.publishedMs = value;
    return {
      topic: this.topic,
      partition: this.partition,
      progressAt: value * 1000,
      at: this.broker.brokerTimeMs() * 1000,
    };
  }
}
