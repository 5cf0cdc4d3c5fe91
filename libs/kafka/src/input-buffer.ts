import type { TopicName } from '@ratestream/events';
import type { Delivery } from './fetcher.js';
import type { InRecord } from './types.js';

/** Records for one step, and the offset that is committed with it. */
export interface Chunk {
  readonly topic: TopicName;
  readonly records: InRecord[];
  /** Next to read after it: after the last record, or after the control records behind it where nothing else waits. */
  readonly next: number;
}

/** Between the fetcher and the steps of one task: one input partition's records, and how far it has got. */
export class InputBuffer {
  private readonly queue: { records: InRecord[]; bytes: number }[] = [];
  private head = 0;
  private count = 0;
  private bytes = 0;
  private inStep = false;
  /** An end of the log that was seen and is not yet reached: `askedAt` is caught up to once it is. */
  private goal: { end: number; askedAt: number } | null = null;
  private reachedAt: number | null = null;
  private end: number;
  private stableEnd: number;
  private fetched: number;
  private done: number;

  /** In  from: the offset the task starts at */
  constructor(
    readonly topic: TopicName,
    from: number,
    private readonly mostRecords: number,
    private readonly mostBytes: number,
  ) {
    this.fetched = this.done = this.end = this.stableEnd = from;
  }

  put(delivery: Delivery): void {
    if (delivery.records.length > 0) {
      this.queue.push({ records: delivery.records, bytes: delivery.bytes });
      this.count += delivery.records.length;
      this.bytes += delivery.bytes;
    }
    this.fetched = delivery.nextOffset;
    this.end = delivery.highWatermark;
    this.stableEnd = delivery.lastStableOffset;
    this.goal ??= { end: delivery.highWatermark, askedAt: delivery.askedAt };
    this.settle();
  }

  /** Up to `most` records, of as many fetches as wait: a reader slower than the fetches must not fall into steps of a few. */
  take(most: number): Chunk | null {
    if (this.count === 0) return null;
    const pieces: InRecord[][] = [];
    let taken = 0;
    while (taken < most && taken < this.count) {
      const { records: first, bytes } = this.queue[0]!;
      const whole = this.head === 0 && first.length <= most - taken;
      const piece = whole ? first : first.slice(this.head, this.head + most - taken);
      pieces.push(piece);
      taken += piece.length;
      this.head += piece.length;
      if (this.head === first.length) {
        this.queue.shift();
        this.head = 0;
        this.bytes -= bytes;
      }
    }
    const records = pieces.length === 1 ? pieces[0]! : pieces.flat();
    this.count -= taken;
    this.inStep = true;
    return { topic: this.topic, records, next: this.count === 0 ? this.fetched : records.at(-1)!.offset + 1 };
  }

  /** The chunk's transaction is committed. */
  commit(chunk: Chunk): void {
    this.inStep = false;
    this.done = chunk.next;
    this.settle();
  }

  /** More must not be fetched for now. */
  get full(): boolean {
    return this.count >= this.mostRecords || this.bytes >= this.mostBytes;
  }

  /** Fetching goes on before the steps run dry. */
  get wanting(): boolean {
    return this.count < this.mostRecords / 2 && this.bytes < this.mostBytes;
  }

  /** Records wait, or could be fetched now; an open foreign transaction does not count: nobody can read past it. */
  get behind(): boolean {
    return this.count > 0 || this.inStep || this.stableEnd > this.fetched;
  }

  /** Next offset after all that is stepped and committed. */
  get position(): number {
    return this.done;
  }

  get lag(): number {
    return Math.max(0, this.end - this.done);
  }

  /** Monotonic instant up to which everything appended was stepped and committed; null before the first time. */
  get caughtUpAt(): number | null {
    return this.reachedAt;
  }

  private settle(): void {
    // Control records behind the last data need no step.
    if (this.count === 0 && !this.inStep) this.done = this.fetched;
    if (this.goal !== null && this.done >= this.goal.end) {
      this.reachedAt = this.goal.askedAt;
      this.goal = null;
    }
  }
}
