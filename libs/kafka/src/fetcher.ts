import type { TopicName } from '@ratestream/events';
import type { Logger } from '@ratestream/observability';
import type { BrokerClock } from './broker-clock.js';
import type { Cluster } from './cluster.js';
import { committedBatches } from './committed-only.js';
import { fetchRequest, type FetchedPartition } from './fetch-protocol.js';
import { limits } from './limits.js';
import { readBatches, type RecordBatch } from './record-batch.js';
import { asError, Backoff, sleep, Wake } from './time.js';
import type { InRecord } from './types.js';

/** The position is older than the log or beyond its end. */
export class OffsetOutOfRangeError extends Error {
  constructor(topic: string, partition: number, offset: number) {
    super(`offset ${offset} of ${topic}-${partition} does not exist (any more)`);
    this.name = 'OffsetOutOfRangeError';
  }
}

/** What one fetch brought for one partition; also when it brought nothing. */
export interface Delivery {
  readonly records: InRecord[];
  /** Where the next fetch begins: after control records, aborted ones and what compaction removed. */
  readonly nextOffset: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  /** Monotonic instant before the request was sent: all that was appended until then lies below `highWatermark`. */
  readonly askedAt: number;
  readonly bytes: number;
}

/** One partition being read. The position is ours: nothing but `seek` and a delivery moves it. */
export interface Subscription {
  readonly partition: number;
  readonly position: number;
  pause(): void;
  resume(): void;
  close(): void;
}

export interface SubscribeOptions {
  name: TopicName;
  partition: number;
  from: number;
  deliver(delivery: Delivery): void;
  /** The subscription is closed; what it waits for will not come. */
  fail(error: Error): void;
}

interface Entry extends SubscribeOptions {
  topic: string;
  position: number;
  paused: boolean;
  closed: boolean;
  servedAt: number;
}

const OUT_OF_RANGE = 1;
/** Leadership moves, leaders being elected, stale metadata: asked again after looking up the leader. */
const STALE_LEADER = new Set([3, 5, 6, 9, 56, 74, 75, 76, 78]);
/** While something is paused or new, a long poll that does not include it must end soon. */
const SHORT_WAIT_MS = 20;

/**
 * Reads partitions, read-committed, with one long poll per broker for all of them. Never gives up by itself: while the
 * cluster is away it tries again, and `silentMs` says for how long.
 */
export class Fetcher {
  private readonly entries = new Set<Entry>();
  private readonly loops = new Map<number, Wake>();
  private placing = false;
  private placeWanted = false;
  private closed = false;
  private lastAnswerAt = performance.now();

  constructor(
    private readonly cluster: Cluster,
    private readonly topicOf: (name: TopicName) => string,
    private readonly clock: BrokerClock,
    private readonly logger: Logger,
    private readonly maxWaitMs = 100,
  ) {}

  subscribe(options: SubscribeOptions): Subscription {
    const entry: Entry = {
      ...options,
      topic: this.topicOf(options.name),
      position: options.from,
      paused: false,
      closed: false,
      servedAt: 0,
    };
    this.entries.add(entry);
    this.place();
    return {
      partition: entry.partition,
      get position() {
        return entry.position;
      },
      pause: () => void (entry.paused = true),
      resume: () => {
        if (!entry.paused) return;
        entry.paused = false;
        this.wakeAll();
      },
      close: () => {
        entry.closed = true;
        this.entries.delete(entry);
      },
    };
  }

  /** How long no broker has answered, ms. */
  silentMs(): number {
    return performance.now() - this.lastAnswerAt;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const entry of this.entries) entry.closed = true;
    this.entries.clear();
    this.wakeAll();
    await this.cluster.disconnect().catch(() => undefined);
  }

  private wakeAll(): void {
    for (const wake of this.loops.values()) wake.notify();
  }

  /** Sees to it that every broker that leads a partition of ours has its loop. */
  private place(): void {
    this.placeWanted = true;
    if (this.placing) return;
    this.placing = true;
    void this.placeLoop();
  }

  private async placeLoop(): Promise<void> {
    const backoff = new Backoff(50, 1000);
    while (this.placeWanted && !this.closed) {
      this.placeWanted = false;
      try {
        await this.cluster.connect();
        await this.cluster.addMultipleTargetTopics([...new Set([...this.entries].map((e) => e.topic))]);
        const leaders = new Set([...this.entries].map((e) => this.leaderOf(e)));
        for (const leader of leaders) if (leader !== null) this.startLoop(leader);
        if (!leaders.has(null)) continue;
        await this.cluster.refreshMetadata();
      } catch (thrown) {
        this.logger.info({ err: asError(thrown) }, 'cannot look up partition leaders yet');
      }
      this.placeWanted = true;
      await sleep(backoff.delayMs());
    }
    this.placing = false;
  }

  private leaderOf(entry: Entry): number | null {
    const found = this.cluster.findTopicPartitionMetadata(entry.topic).find((p) => p.partitionId === entry.partition);
    return found === undefined || found.leader < 0 ? null : found.leader;
  }

  private startLoop(leader: number): void {
    const running = this.loops.get(leader);
    if (running !== undefined) {
      running.notify();
      return;
    }
    const wake = new Wake();
    this.loops.set(leader, wake);
    void this.loop(leader, wake);
  }

  private async loop(leader: number, wake: Wake): Promise<void> {
    const backoff = new Backoff(50, 1000);
    while (!this.closed) {
      try {
        await this.cluster.refreshMetadataIfNecessary();
        const mine = [...this.entries].filter((e) => this.leaderOf(e) === leader);
        const active = mine.filter((e) => !e.paused);
        if (active.length === 0) {
          await wake.wait(mine.length === 0 ? 1000 : this.maxWaitMs);
          continue;
        }
        await this.fetchOnce(leader, active, active.length < mine.length ? SHORT_WAIT_MS : this.maxWaitMs);
        backoff.reset();
      } catch (thrown) {
        if (this.closed) return;
        const error = asError(thrown);
        this.logger.debug({ err: error }, 'fetch failed, trying again');
        await this.recover(error);
        await sleep(backoff.delayMs());
      }
    }
  }

  private async fetchOnce(leader: number, active: readonly Entry[], maxWaitMs: number): Promise<void> {
    const asked = oneOffsetEach(active);
    const broker = await this.cluster.findBroker({ nodeId: String(leader) });
    const askedAt = this.clock.monotonic();
    const partitions = [...asked.values()].map(({ topic, partition, position }) => ({
      topic,
      partition,
      offset: position,
      maxBytes: limits.fetchPartitionBytes,
    }));
    const response = await broker.connectionPool.send(
      fetchRequest({ maxWaitMs, maxBytes: limits.fetchBytes, partitions }),
    );
    this.lastAnswerAt = performance.now();
    let stale = response.errorCode !== 0;
    for (const fetched of response.partitions) {
      const first = asked.get(partitionKey(fetched.topic, fetched.partition));
      if (first === undefined) continue;
      const offset = first.position;
      for (const entry of active) {
        if (entry.topic !== first.topic || entry.partition !== first.partition || entry.position !== offset) continue;
        if (STALE_LEADER.has(fetched.errorCode)) stale = true;
        else await this.hand(entry, fetched, askedAt);
      }
    }
    if (stale) {
      await this.cluster.refreshMetadata();
      this.place();
      await sleep(SHORT_WAIT_MS);
    }
  }

  /** What goes wrong for one partition must not hold up the others. */
  private async hand(entry: Entry, fetched: FetchedPartition, askedAt: number): Promise<void> {
    if (entry.closed) return;
    const name = `${entry.topic}-${entry.partition}`;
    if (fetched.errorCode === OUT_OF_RANGE) {
      this.failEntry(entry, new OffsetOutOfRangeError(entry.name, entry.partition, entry.position));
    } else if (fetched.errorCode !== 0) {
      this.failEntry(entry, new Error(`fetch of ${name} failed with Kafka's error ${fetched.errorCode}`));
    } else {
      try {
        await this.deliver(entry, fetched, askedAt);
      } catch (error) {
        this.failEntry(entry, new Error(`what ${name} holds at ${entry.position} cannot be read`, { cause: error }));
      }
    }
  }

  private async deliver(entry: Entry, fetched: FetchedPartition, askedAt: number): Promise<void> {
    const position = entry.position;
    entry.servedAt = askedAt;
    const batches = await readBatches(fetched.recordSet);
    if (entry.closed) return;
    const records: InRecord[] = [];
    for (const batch of committedBatches(batches, fetched.aborted)) {
      if (batch.appendTimeMs !== null) this.clock.saw(batch.appendTimeMs);
      collect(batch, position, entry, records);
    }
    const last = batches.at(-1);
    entry.position = last === undefined ? position : Math.max(position, last.lastOffset + 1);
    entry.deliver({
      records,
      nextOffset: entry.position,
      highWatermark: fetched.highWatermark,
      lastStableOffset: fetched.lastStableOffset,
      askedAt,
      bytes: fetched.recordSet.length,
    });
  }

  private failEntry(entry: Entry, error: Error): void {
    entry.closed = true;
    this.entries.delete(entry);
    entry.fail(error);
  }

  /** After a broken connection the client must forget the broker, or it waits on the dead one. */
  private async recover(error: Error): Promise<void> {
    const at = error as { name: string; host?: string; port?: number };
    try {
      if (at.name === 'KafkaJSConnectionClosedError' && at.host !== undefined && at.port !== undefined) {
        this.cluster.removeBroker({ host: at.host, port: at.port });
      }
      await this.cluster.connect();
      await this.cluster.refreshMetadata();
      this.place();
    } catch {
      // Still away; the loop tries again.
    }
  }
}

const partitionKey = (topic: string, partition: number): string => `${topic}-${partition}`;

/**
 * A request holds a partition once. Where several followers read one partition from different offsets they take turns;
 * those that stand at the same offset share the answer, so that followers which have met stay together.
 */
function oneOffsetEach(active: readonly Entry[]): Map<string, Readonly<Entry>> {
  const chosen = new Map<string, Entry>();
  for (const entry of active) {
    const key = partitionKey(entry.topic, entry.partition);
    const rival = chosen.get(key);
    if (rival === undefined || entry.servedAt < rival.servedAt) chosen.set(key, entry);
  }
  return new Map([...chosen].map(([key, entry]) => [key, { ...entry }]));
}

function collect(batch: RecordBatch, from: number, entry: Entry, into: InRecord[]): void {
  for (const record of batch.records) {
    // A fetch answers with whole batches: the first may begin before the position.
    if (record.offset < from) continue;
    into.push({
      topic: entry.name,
      partition: entry.partition,
      offset: record.offset,
      appendedAt: record.appendedAt,
      key: record.key,
      value: record.value,
      headers: record.headers,
    });
  }
}
