import type { TopicName, RatedEvent, UsageEvent } from '@ratestream/events';
import {
  FatalTaskError,
  type InRecord,
  type OutRecord,
  type Task,
  type TaskContext,
  type Written,
} from '@ratestream/kafka';
import { decideTimeout, decideUsage, RatingState, type Pricing } from '@ratestream/pricing';
import type { Logger } from '@ratestream/observability';
import type { Checkpointer } from './checkpointer.js';
import type { RatingMetrics, RatingTally } from './rating.metrics.js';
import type { Retries } from './retries.js';
import type { StreamProgress } from './stream-progress.js';

/** What a task needs of the world; the adapters behind it are wired in rating.module.ts. */
export interface RatingPorts {
  /** Null for a record that is no usage event: nobody but ingest writes here, so it is counted, logged and passed over. */
  readonly decodeUsage: (records: readonly InRecord[]) => Promise<(UsageEvent | null)[]>;
  readonly encodeRated: (event: RatedEvent) => Buffer;
  /** Folds `rated` of one partition from an offset to its end; answers the end. */
  readonly foldRated: (
    partition: number,
    from: number,
    onEvent: (event: RatedEvent, appendedAtMs: number) => void,
  ) => Promise<number>;
  /** Waits until the catalog has come to a position; false when it did not in time. */
  readonly waitForCatalog: (position: number) => Promise<boolean>;
  readonly catalogReady: () => boolean;
  readonly pricing: () => Pricing;
  readonly progress: StreamProgress;
  readonly retries: (state: RatingState) => Retries;
  readonly checkpointer: (partition: number, state: RatingState) => Checkpointer;
  readonly metrics: RatingMetrics;
  readonly logger: Logger;
}

export interface RatingTaskOptions {
  readonly replay: boolean;
  readonly quietMicros: number;
}

const MAX_TIMEOUTS_A_TICK = 500;
const SWEEP_EVERY_MS = 1_000;
const SWEEP_PARTS = 5_000;
const FOLDED_A_SWEEP = 1_000;
const DAY_MS = 86_400_000;

/**
 * Rates one partition: usage in, rated out, each once.
 *
 * State is changed while deciding. That is safe because every error throws the whole task away, and the next one folds
 * what was really committed.
 */
export class RatingTask implements Task {
  private readonly state = new RatingState();
  private readonly retries: Retries;
  private readonly checkpointer: Checkpointer;
  private readonly tally: RatingTally;
  /** Where the next rated event will stand at the least: everything before it is in the state. */
  private ratedEnd = 0;
  private lastUsageOffset = -1;
  private usageReadTo = 0;
  private uncommitted = 0;
  private sweptAtMs = 0;

  constructor(
    private readonly partition: number,
    private readonly context: TaskContext,
    private readonly ports: RatingPorts,
    private readonly options: RatingTaskOptions,
    private readonly onStop: () => void = () => undefined,
  ) {
    this.retries = ports.retries(this.state);
    this.checkpointer = ports.checkpointer(partition, this.state);
    this.tally = ports.metrics.tally();
  }

  /** Checkpoint, then the tail of `rated`, then the question whether the committed offset fits to it. */
  async start({
    committed,
  }: {
    committed: ReadonlyMap<TopicName, number | null>;
  }): Promise<ReadonlyMap<TopicName, number>> {
    const startedAt = Date.now();
    const { logger } = this.ports;
    const restored = await this.checkpointer.load();
    this.lastUsageOffset = restored?.lastUsageOffset ?? -1;
    let folded = 0;
    const tidy = this.tidier();
    this.ratedEnd = await this.ports.foldRated(this.partition, restored?.ratedOffset ?? 0, (event, appendedAtMs) => {
      this.state.apply(event);
      this.remember(event);
      if (++folded % FOLDED_A_SWEEP === 0) tidy(appendedAtMs);
    });
    if (restored !== null && restored.ratedOffset > this.ratedEnd) {
      throw new FatalTaskError(
        `rated-${this.partition} ends at ${this.ratedEnd}, and its checkpoint holds what was written up to ${restored.ratedOffset}: ` +
          'the log has lost records or was created anew. Delete the checkpoints to rate by the log alone.',
      );
    }
    this.checkpointer.begin();
    this.retries.all();
    const from = this.startingOffset(committed.get('usage') ?? null);
    logger.info(
      {
        partition: this.partition,
        from,
        folded,
        restoredTo: restored?.ratedOffset ?? null,
        ids: this.state.ids.size,
        openParts: this.state.openParts,
        tookMs: Date.now() - startedAt,
      },
      'task started',
    );
    this.ports.metrics.restartSeconds.observe((Date.now() - startedAt) / 1000);
    return new Map([['usage', from]]);
  }

  /** Puts away and forgets while folding what the work would have, so that years of `rated` need no more memory than it does. */
  private tidier(): (streamMs: number) => void {
    let day: number | null = null;
    return (streamMs) => {
      this.state.sweep(streamMs * 1000, this.options.quietMicros, 3 * FOLDED_A_SWEEP);
      const today = Math.floor(streamMs / DAY_MS);
      if (day !== null && today > day) this.state.expire(streamMs * 1000);
      day = today;
    };
  }

  /** What is committed may lie after the last usage that caused an event (duplicates write nothing), never before it. */
  private startingOffset(committed: number | null): number {
    const afterLast = this.lastUsageOffset + 1;
    if (committed === null) return this.options.replay ? 0 : afterLast;
    if (committed < afterLast && !this.options.replay) {
      throw new FatalTaskError(
        `usage-${this.partition}: the committed offset ${committed} lies before ${afterLast}, the first one not in rated. ` +
          'Somebody has reset it. Start with REPLAY=true to read again what was rated (nothing is charged twice).',
      );
    }
    return committed;
  }

  ready(): boolean {
    return this.ports.catalogReady();
  }

  async step(_topic: TopicName, records: InRecord[]): Promise<OutRecord[]> {
    const usages = await this.ports.decodeUsage(records);
    let position = 0;
    for (const usage of usages)
      if (usage !== null && usage.catalogPosition > position) position = usage.catalogPosition;
    if (!(await this.ports.waitForCatalog(position)))
      throw new Error(`the catalog view has not reached position ${position}`);
    const pricing = this.ports.pricing();
    const out: OutRecord[] = [];
    usages.forEach((usage, at) => {
      const record = records[at] as InRecord;
      this.usageReadTo = (record.appendedAt - 1) * 1000; // others may share its millisecond
      if (usage === null) return;
      const events = decideUsage(usage, { partition: this.partition, offset: record.offset }, this.state, pricing);
      if (events.length === 0) this.tally.duplicate();
      for (const event of events) out.push(this.write(event));
    });
    this.uncommitted += out.length;
    return out;
  }

  /** Timers, then retries, then the checkpoint: whichever is due first; the others come with the next tick. */
  tick(nowMs: number): OutRecord[] | null {
    if (!this.ports.catalogReady()) return null;
    // What is forgotten is forgotten for good: a local clock that has jumped ahead must not decide it.
    const streamMs = Math.min(nowMs, this.context.brokerTimeMs());
    const out =
      this.timeouts() ??
      this.retried() ??
      this.checkpointer.next(nowMs, { ratedOffset: this.ratedEnd, lastUsageOffset: this.lastUsageOffset }, streamMs);
    if (nowMs - this.sweptAtMs >= SWEEP_EVERY_MS) {
      this.sweptAtMs = nowMs;
      this.state.sweep(streamMs * 1000, this.options.quietMicros, SWEEP_PARTS);
      this.ports.metrics.observeState(this.partition, this.state);
    }
    this.uncommitted += out?.filter(({ topic }) => topic === 'rated').length ?? 0;
    return out;
  }

  committed(written: Written): void {
    const base = written.get(`rated-${this.partition}`);
    if (base !== undefined && this.uncommitted > 0) this.ratedEnd = base + this.uncommitted;
    this.uncommitted = 0;
    this.checkpointer.committed(written);
    this.tally.committed();
  }

  async stop(): Promise<void> {
    this.onStop();
    await this.checkpointer.end();
  }

  /** A deadline is due when every stream has passed it in what was read here of usage. */
  private timeouts(): OutRecord[] | null {
    const caughtUpTo = this.context.caughtUpTo('usage');
    const readTo = Math.max(this.usageReadTo, caughtUpTo === null ? 0 : caughtUpTo * 1000);
    const passed = this.ports.progress.passed(readTo);
    if (passed === null) return null;
    const now = Math.min(passed, readTo);
    const out: OutRecord[] = [];
    const pricing = this.ports.pricing();
    for (const key of this.state.deadlines.due(now, MAX_TIMEOUTS_A_TICK)) {
      const part = this.state.partByKey(key);
      if (part === undefined) continue;
      for (const event of decideTimeout(part, now, pricing)) out.push(this.write(event));
    }
    return out.length === 0 ? null : out;
  }

  private retried(): OutRecord[] | null {
    const events = this.retries.next(this.ports.pricing());
    return events.length === 0 ? null : events.map((event) => this.write(event));
  }

  private write(event: RatedEvent): OutRecord {
    this.state.apply(event);
    this.remember(event);
    this.tally.event(event);
    return { topic: 'rated', partition: this.partition, key: event.rootPayer, value: this.ports.encodeRated(event) };
  }

  private remember({ cause }: RatedEvent): void {
    if (cause.type === 'usage' && cause.offset !== null && cause.offset > this.lastUsageOffset)
      this.lastUsageOffset = cause.offset;
  }

  /** For the catalog's listener: what changed and may price what waits. */
  catalogChanged(card: string | null): void {
    this.retries.changed(card);
  }
}
