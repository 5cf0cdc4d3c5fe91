import type { Kafka } from '@ratestream/kafka';
import type { Logger, Metrics } from '@ratestream/observability';
import type { SinkPositions } from './sink-positions.js';

const EVERY_MS = 2_000;

/** How far the sink is behind the end of `rated`, control records included, over all partitions. */
export interface LagFollower {
  /** As last seen; null before the first look. */
  latest(): number | null;
  stop(): void;
}

/** Looks every two seconds; a look that fails leaves the last figure and says so. */
export function followLag(kafka: Kafka, positions: SinkPositions, metrics: Metrics, logger: Logger): LagFollower {
  const gauge = metrics.gauge('analytics_sink_lag', 'Offsets of rated that are not yet known to be in ClickHouse', [
    'partition',
  ]);
  const admin = kafka.admin();
  let latest: number | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout;

  const look = async (): Promise<void> => {
    try {
      const [ends, stored] = await Promise.all([admin.offsets('rated'), positions.read()]);
      let sum = 0;
      for (const [partition, { low, high }] of ends) {
        const lag = Math.max(0, high - Math.max(low, stored.get(partition) ?? 0));
        gauge.set({ partition }, lag);
        // The transaction's end takes an offset of its own behind the last record: one is no lag.
        sum += lag <= 1 ? 0 : lag;
      }
      latest = sum;
    } catch (error) {
      logger.debug({ err: error }, 'the sink’s lag could not be read');
    }
    if (!stopped) timer = setTimeout(() => void look(), EVERY_MS);
  };
  timer = setTimeout(() => void look(), 0);
  return {
    latest: () => latest,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
