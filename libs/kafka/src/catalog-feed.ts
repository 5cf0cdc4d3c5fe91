import type { CatalogView, TypedCatalogEvent } from '@ratestream/catalog';
import type { Kafka } from './client.js';
import { clientOf } from './client.js';
import { tail, type Follower } from './follow.js';
import type { Serdes } from './serdes.js';
import { asError } from './time.js';
import type { InRecord } from './types.js';

export interface CatalogFeed {
  /** The view has read all that the topics held when the feed was started. */
  readonly caughtUp: boolean;
  /** Resolves true as soon as the view is at the position; false when it is not in time, or the feed has stopped. */
  waitFor(position: number, timeoutMs: number): Promise<boolean>;
  /** Called with each event that took effect in the view, in order; the answer unsubscribes. */
  onEvent(callback: (event: TypedCatalogEvent) => void): () => void;
  /** Since the broker appended the last record (heartbeats are records); more than a minute means a stale view. */
  ageMs(): number;
  stop(): Promise<void>;
}

export interface CatalogFeedOptions {
  /** Also follow `catalog.rates`. */
  rates: boolean;
  /**
   * The view cannot go on: a gap, rows that are not those published, a record that cannot be decoded. Our own bug or a
   * damaged topic, never passing: the process should end. Default: thrown out of the process.
   */
  onError?(error: Error): void;
}

/**
 * Keeps a view up to date. Resolves when the view has read all that was there at the start.
 *
 * Errors  before that: what a record's decoding or the view threw
 */
export async function startCatalogFeed(
  kafka: Kafka,
  serdes: Serdes,
  view: CatalogView,
  options: CatalogFeedOptions,
): Promise<CatalogFeed> {
  const feed = new Feed(kafka, serdes, view, options);
  try {
    await feed.start();
    return feed;
  } catch (error) {
    await feed.stop();
    throw error;
  }
}

class Feed implements CatalogFeed {
  caughtUp = false;
  private readonly callbacks = new Set<(event: TypedCatalogEvent) => void>();
  private readonly waiting = new Set<() => void>();
  private followers: Follower[] = [];
  private lastAt: { appendedAgeMs: number; seenAt: number } | null = null;
  private stopped = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly serdes: Serdes,
    private readonly view: CatalogView,
    private readonly options: CatalogFeedOptions,
  ) {}

  async start(): Promise<void> {
    let fail: (error: Error) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => (fail = reject));
    failed.catch(() => undefined); // it may come while nobody waits for it
    const onError = (error: Error): void => {
      if (!this.caughtUp) fail(error);
      else if (this.options.onError !== undefined) this.options.onError(error);
      else
        queueMicrotask(() => {
          throw error;
        });
    };
    // Chunks first: they are sent before the event that publishes them, so the view waits less.
    if (this.options.rates) await this.follow('catalog.rates', (r) => this.chunk(r), onError, failed);
    await this.follow('catalog', (r) => this.event(r), onError, failed);
    this.caughtUp = true;
  }

  private async follow(
    topic: 'catalog' | 'catalog.rates',
    take: (record: InRecord) => Promise<void>,
    onError: (error: Error) => void,
    failed: Promise<never>,
  ): Promise<void> {
    const ends = await this.kafka.admin().offsets(topic);
    const open = new Map(
      [...ends].filter(([, range]) => range.high > range.low).map(([p, range]) => [p, range.high] as const),
    );
    let reached: () => void = () => undefined;
    const there = new Promise<void>((resolve) => (reached = resolve));
    if (open.size === 0) reached();
    const follower = await tail(this.kafka, {
      topic,
      partitions: 'all',
      from: 'beginning',
      onError,
      onRecords: async (records) => {
        for (const record of records) await take(record);
      },
      onPosition: (partition, position) => {
        if (position >= (open.get(partition) ?? Infinity)) open.delete(partition);
        if (open.size === 0) reached();
      },
    });
    this.followers.push(follower);
    await Promise.race([there, failed]);
  }

  private async event(record: InRecord): Promise<void> {
    const appendedAgeMs = Math.max(0, clientOf(this.kafka).clock.nowMs() - record.appendedAt);
    this.lastAt = { appendedAgeMs, seenAt: performance.now() };
    if (record.value === null) return;
    await this.serdes.prepare(record.value);
    this.effective(this.view.apply(this.serdes.CatalogEvent.decode(record.value)));
  }

  private async chunk(record: InRecord): Promise<void> {
    if (record.value === null) return;
    await this.serdes.prepare(record.value);
    this.effective(this.view.applyChunk(this.serdes.RateChunk.decode(record.value)));
  }

  private effective(events: readonly TypedCatalogEvent[]): void {
    if (events.length === 0) return;
    for (const event of events) for (const callback of this.callbacks) callback(event);
    for (const check of [...this.waiting]) check();
  }

  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    if (this.view.position >= position) return Promise.resolve(true);
    if (this.stopped) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve(this.view.position >= position);
      };
      const check = (): void => {
        if (this.view.position >= position || this.stopped) finish();
      };
      const timer = setTimeout(finish, timeoutMs);
      this.waiting.add(check);
    });
  }

  onEvent(callback: (event: TypedCatalogEvent) => void): () => void {
    this.callbacks.add(callback);
    return () => void this.callbacks.delete(callback);
  }

  ageMs(): number {
    if (this.lastAt === null) return Infinity;
    return this.lastAt.appendedAgeMs + (performance.now() - this.lastAt.seenAt);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const check of [...this.waiting]) check();
    const stops = await Promise.allSettled(this.followers.map((f) => f.stop()));
    const bad = stops.find((s) => s.status === 'rejected');
    if (bad !== undefined) throw asError(bad.reason);
  }
}
