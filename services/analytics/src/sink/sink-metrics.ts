import type { RatedEvent } from '@ratestream/events';
import type { Metrics } from '@ratestream/observability';
import { isFirstStep } from './rated-row.js';
import type { Written } from './partition-sink.js';

export interface SinkMetrics {
  /** A batch is in ClickHouse. */
  stored(
    partition: number,
    events: readonly RatedEvent[],
    written: readonly Written[],
    durationMs: number,
    nowMs: number,
  ): void;
}

const AGE_BUCKETS_SEC = [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60, 300];
const ROW_BUCKETS = [1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000, 20_000];

export function createSinkMetrics(metrics: Metrics): SinkMetrics {
  const rows = metrics.counter('analytics_rows_total', 'Rows written to ClickHouse');
  const healed = metrics.counter(
    'analytics_healed_rows_total',
    'Rows that an interrupted insert had left out and the next owner wrote',
  );
  const events = metrics.counter('analytics_events_total', 'Rated events written to ClickHouse, by kind', ['kind']);
  const batchRows = metrics.histogram('analytics_insert_rows', 'Rows of one insert', [], ROW_BUCKETS);
  const batchTime = metrics.histogram('analytics_batch_seconds', 'From records read to rows confirmed');
  const age = metrics.histogram(
    'analytics_raw_to_clickhouse_seconds',
    'From the append to cdr.raw to the row in ClickHouse',
    [],
    AGE_BUCKETS_SEC,
  );
  const newest = metrics.gauge('analytics_newest_rated_timestamp_seconds', 'When the newest stored event was rated', [
    'partition',
  ]);
  const position = metrics.gauge('analytics_sink_position', 'Offset of rated up to which rows are in ClickHouse', [
    'partition',
  ]);
  return {
    stored(partition, stored, written, durationMs, nowMs) {
      for (const range of written) {
        rows.inc(range.rows);
        healed.inc(range.healed);
        batchRows.observe(range.rows);
        position.set({ partition }, range.to);
      }
      batchTime.observe(durationMs / 1_000);
      let newestAt = 0;
      for (const event of stored) {
        events.inc({ kind: event.kind });
        if (event.ratedAt > newestAt) newestAt = event.ratedAt;
        if (isFirstStep(event)) age.observe(Math.max(0, nowMs / 1_000 - event.rawAppendedAt / 1e6));
      }
      if (newestAt > 0) newest.set({ partition }, newestAt / 1e6);
    },
  };
}
