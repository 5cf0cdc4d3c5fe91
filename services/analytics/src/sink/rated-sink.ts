import type { RatedEvent } from '@ratestream/events';
import { runReader } from '@ratestream/kafka';
import type { InRecord, Kafka, Reader, Serdes } from '@ratestream/kafka';
import type { Logger, Metrics } from '@ratestream/observability';
import { decodeRated } from '../decode.js';
import type { IntentStore } from './intent.store.js';
import { PartitionSink } from './partition-sink.js';
import type { SinkRecord } from './partition-sink.js';
import { rowsOf } from './rated-row.js';
import { createSinkMetrics } from './sink-metrics.js';
import type { Warehouse } from './warehouse.js';

export interface SinkOptions {
  readonly intents: IntentStore;
  readonly warehouse: Warehouse;
  readonly serdes: Serdes;
  readonly maxRows: number;
  readonly lingerMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  onFatal(error: Error): void;
}

export interface RatedSink extends Reader {
  /** Next offset of a partition that is not known to be in ClickHouse; null when this process does not own it. */
  position(partition: number): number | null;
}

/** ClickHouse merges parts in the background: more than about eight small ones a second and it falls behind. */
const INSERTS_PER_SECOND = 8;
const LEAST_LINGER_MS = 250;

/** Follows `rated` and writes its rows: the offsets are its intents in PostgreSQL, not the group's. */
export async function startSink(kafka: Kafka, options: SinkOptions): Promise<RatedSink> {
  const { intents, warehouse, serdes, maxRows, lingerMs, logger } = options;
  const metrics = createSinkMetrics(options.metrics);
  const sinks = new Map<number, PartitionSink>();
  const pauses = new Set<() => void>();
  let draining = false;

  const sinkOf = (partition: number): PartitionSink => {
    let sink = sinks.get(partition);
    if (sink === undefined) sinks.set(partition, (sink = new PartitionSink(partition, intents, warehouse, maxRows)));
    return sink;
  };

  /** Waits out the rest of the linger, so that what comes meanwhile is one insert; a drain ends it. */
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (ms <= 0 || draining) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      pauses.add(end);
    });

  const store = async (partition: number, records: readonly InRecord[]): Promise<void> => {
    const startedMs = Date.now();
    const events = await decodeRated(serdes, records);
    const written = await sinkOf(partition).write(
      events.map(([offset, event]) => sinkRecord(partition, offset, event)),
    );
    const endedMs = Date.now();
    metrics.stored(
      partition,
      events.map(([, event]) => event),
      written,
      endedMs - startedMs,
      endedMs,
    );
    for (const { from, to, rows, healed } of written) {
      if (healed > 0)
        logger.warn({ partition, from, to, rows, healed }, 'wrote rows that an interrupted insert had left out');
    }
    const rows = written.reduce((sum, range) => sum + range.rows, 0);
    const wanted = Math.min(lingerMs, Math.max(LEAST_LINGER_MS, (sinks.size * 1_000) / INSERTS_PER_SECOND));
    // A backlog comes in batches as large as the reader's buffer: waiting would only hold it up.
    if (rows < maxRows / 4) await pause(startedMs + wanted - Date.now());
  };

  const reader = await runReader(kafka, {
    group: 'analytics-sink',
    topic: 'rated',
    // A record has up to a handful of legs; the sink cuts by rows itself.
    maxBatch: maxRows,
    logger,
    metrics: options.metrics,
    onFatal: (error) => options.onFatal(error),
    // Nothing was ever written: from the first record that is still there.
    position: async (partition) => (await sinkOf(partition).claim()) || null,
    onBatch: store,
    onRevoked: (partition) => void sinks.delete(partition),
  });
  return {
    health: () => reader.health(),
    partitions: () => reader.partitions(),
    position: (partition) => sinks.get(partition)?.position ?? null,
    async drain() {
      draining = true;
      for (const end of [...pauses]) end();
      await reader.drain();
    },
  };
}

/** In      event as it was read; out: its rows and the month of rating that ClickHouse partitions by. */
export function sinkRecord(partition: number, offset: number, event: RatedEvent): SinkRecord {
  const at = new Date(event.ratedAt / 1_000);
  return { offset, month: at.getUTCFullYear() * 12 + at.getUTCMonth(), rows: rowsOf(event, partition, offset) };
}
