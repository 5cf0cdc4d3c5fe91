import type { IngestProgress, TopicName } from '@ratestream/events';
import type { TaskContext } from '@ratestream/kafka';

const EVERY_MS = 1_000;
/** Where input is at hand and no step takes progress along for so long, it goes by itself. */
const STEP_MS = 1_000;

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

  /**
   * What a step takes along in its transaction: once a second, and only what is news. It is about earlier steps: those
   * who read it stand on what was written before it, and the records of its own transaction may lie behind it.
   */
  due(value = this.value()): IngestProgress | null {
    return this.nowMs() < this.dueAtMs ? null : this.publish(value);
  }

  /** The same between steps. With input at hand a step is about to take it; a transaction for it alone would hold that up. */
  dueWithoutStep(value = this.value()): IngestProgress | null {
    const stepMs = this.broker.lag(this.topic) > 0 ? STEP_MS : 0;
    return this.nowMs() < this.dueAtMs + stepMs ? null : this.publish(value);
  }

  private publish(value: number): IngestProgress | null {
    if (value <= this.publishedMs) return null;
    this.dueAtMs = this.nowMs() + EVERY_MS;
    this.publishedMs = value;
    return {
      topic: this.topic,
      partition: this.partition,
      progressAt: value * 1000,
      at: this.broker.brokerTimeMs() * 1000,
    };
  }
}
