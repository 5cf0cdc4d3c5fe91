import type { TopicName } from '@ratestream/events';
import { clientOf, type Kafka } from './client.js';
import { asError, Wake } from './time.js';
import type { InRecord } from './types.js';
import type { Fetcher } from './fetcher.js';

/** Reads one partition outside any group and hands its records over, a batch at a time. */
export interface PartitionStream {
  /** Next offset after all that was handed over and taken. */
  readonly position: number;
  /** Ends when `stop` was called or `until` is reached; throws what the handler threw and what the fetch failed with. */
  readonly done: Promise<void>;
  stop(): void;
}

export interface StreamOptions {
  topic: TopicName;
  partition: number;
  from: number;
  /** End (exclusive); without it the stream follows. */
  until?: number;
  onRecords(records: InRecord[]): void | Promise<void>;
  /** After every batch, the empty ones that only move the position included. */
  onPosition?(position: number): void;
}

/** Batches waiting while the handler works; one more is fetched meanwhile. */
const MOST_WAITING = 4;

export function streamPartition(fetcher: Fetcher, options: StreamOptions): PartitionStream {
  const { topic, partition, from, until } = options;
  const queue: { records: InRecord[]; next: number }[] = [];
  const wake = new Wake();
  let position = from;
  let stopped = false;
  let failure: Error | null = null;
  const subscription = fetcher.subscribe({
    name: topic,
    partition,
    from,
    deliver: ({ records, nextOffset }) => {
      if (records.length === 0 && nextOffset === position && queue.length === 0) return;
      queue.push({ records, next: nextOffset });
      if (queue.length >= MOST_WAITING) subscription.pause();
      wake.notify();
    },
    fail: (error) => {
      failure = error;
      wake.notify();
    },
  });
  const run = async (): Promise<void> => {
    try {
      while (!stopped && (until === undefined || position < until)) {
        const batch = queue.shift();
        if (batch === undefined) {
          if (failure !== null) throw failure;
          await wake.wait(1000);
          continue;
        }
        if (queue.length < MOST_WAITING / 2) subscription.resume();
        const records = until === undefined ? batch.records : batch.records.filter((r) => r.offset < until);
        if (records.length > 0) await options.onRecords(records);
        position = batch.next;
        options.onPosition?.(position);
      }
    } finally {
      subscription.close();
    }
  };
  return {
    get position() {
      return position;
    },
    done: run(),
    stop: () => {
      stopped = true;
      wake.notify();
    },
  };
}

/**
 * Reads a partition from an offset to the end that it had when the call was made, read-committed.
 *
 * In      from: below the first offset that still exists counts as that one
 * Out     the end offset (exclusive); all committed records before it were handed over
 * Why     after fencing, that end cannot move by an earlier owner's doing; control records at the end count as reached
 * Errors  what onRecords throws; a signal's reason when it is aborted
 */
export async function readToEnd(
  kafka: Kafka,
  options: {
    topic: TopicName;
    partition: number;
    from: number;
    onRecords(records: InRecord[]): void | Promise<void>;
    signal?: AbortSignal;
  },
): Promise<number> {
  const { topic, partition, signal } = options;
  const range = (await kafka.admin().offsets(topic)).get(partition);
  if (range === undefined) throw new Error(`${topic} has no partition ${partition}`);
  const from = Math.max(options.from, range.low);
  if (from >= range.high) return range.high;
  const stream = streamPartition(clientOf(kafka).sharedFetcher(), {
    topic,
    partition,
    from,
    until: range.high,
    onRecords: async (records) => {
      signal?.throwIfAborted();
      await options.onRecords(records);
    },
  });
  const abort = (): void => stream.stop();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await stream.done;
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  return range.high;
}

export interface Follower {
  stop(): Promise<void>;
}

/**
 * Follows a topic without a group: every process sees every record, read-committed, in order within a partition; the
 * partitions are handed over one batch at a time.
 *
 * In      from: 'end' means the end as it is when the call returns; a map names the next offset by partition (absent: the first)
 * Errors  to onError, after which nothing more is handed over: what onRecords threw, or deleted records
 */
export async function tail(
  kafka: Kafka,
  options: {
    topic: TopicName;
    partitions: readonly number[] | 'all';
    from: 'beginning' | 'end' | ReadonlyMap<number, number>;
    onRecords(records: InRecord[]): void | Promise<void>;
    onError?(error: Error): void;
    onPosition?(partition: number, position: number): void;
  },
): Promise<Follower> {
  const { topic, from, onError, onPosition } = options;
  const ranges = await kafka.admin().offsets(topic);
  const partitions = options.partitions === 'all' ? [...ranges.keys()] : options.partitions;
  let turn: Promise<void> = Promise.resolve();
  const oneByOne = (records: InRecord[]): Promise<void> => {
    const mine = turn.then(() => options.onRecords(records));
    turn = mine.catch(() => undefined);
    return mine;
  };
  const streams = partitions.map((partition) => {
    const range = ranges.get(partition);
    if (range === undefined) throw new Error(`${topic} has no partition ${partition}`);
    const start = from === 'beginning' ? range.low : from === 'end' ? range.high : (from.get(partition) ?? range.low);
    return streamPartition(clientOf(kafka).sharedFetcher(), {
      topic,
      partition,
      from: Math.max(start, range.low),
      onRecords: oneByOne,
      ...(onPosition === undefined ? {} : { onPosition: (position: number) => onPosition(partition, position) }),
    });
  });
  const stopAll = (): void => streams.forEach((s) => s.stop());
  let failed = false;
  for (const stream of streams) {
    stream.done.catch((error: unknown) => {
      stopAll();
      if (failed) return;
      failed = true;
      if (onError !== undefined) onError(asError(error));
      else clientOf(kafka).logger.error({ err: error, topic }, 'a follower has stopped');
    });
  }
  return {
    stop: async () => {
      stopAll();
      await Promise.all(streams.map((s) => s.done.catch(() => undefined)));
    },
  };
}
