import { runReader } from '@ratestream/kafka';
import type { Kafka, Reader, Serdes } from '@ratestream/kafka';
import type { Logger, Metrics } from '@ratestream/observability';
import { decodeRated } from '../decode.js';
import { foldBlocks } from './block-totals.js';
import type { BlockStore } from './block.store.js';

export interface FoldOptions {
  readonly store: BlockStore;
  readonly serdes: Serdes;
  readonly maxRecords: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  onFatal(error: Error): void;
}

/** Keeps the independent fold of `rated`: its totals and its offset move in one transaction. */
export function startFold(
  kafka: Kafka,
  { store, serdes, maxRecords, logger, metrics, onFatal }: FoldOptions,
): Promise<Reader> {
  const positions = new Map<number, number | null>();
  return runReader(kafka, {
    group: 'analytics-fold',
    topic: 'rated',
    maxBatch: maxRecords,
    logger,
    metrics,
    onFatal,
    async position(partition) {
      const position = await store.position(partition);
      positions.set(partition, position);
      return position;
    },
    async onBatch(partition, records) {
      const from = positions.get(partition) ?? null;
      const fresh = records.filter((record) => record.offset >= (from ?? 0));
      const last = fresh.at(-1);
      if (last === undefined) return;
      const events = await decodeRated(serdes, fresh);
      await store.add(partition, from, last.offset + 1, foldBlocks(events));
      positions.set(partition, last.offset + 1);
    },
  });
}
