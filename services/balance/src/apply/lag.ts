import type { Kafka } from '@ratestream/kafka';
import { describeError } from '@ratestream/observability';
import type { Logger, Metrics } from '@ratestream/observability';

const EVERY_MS = 5_000;

/**
 * Measures how far the books are behind `rated`, every five seconds. Control records take offsets, so an idle
 * partition may show a few.
 */
export function followLag(
  kafka: Kafka,
  partitions: () => readonly number[],
  appliedTo: (partition: number) => number | null,
  metrics: Metrics,
  logger: Logger,
): { stop(): void } {
  const lag = metrics.gauge('balance_lag_records', 'Records of rated that are not in the books yet', ['partition']);
  const measure = async (): Promise<void> => {
    const offsets = await kafka.admin().offsets('rated');
    lag.reset();
    for (const partition of partitions()) {
      const { low = 0, high = 0 } = offsets.get(partition) ?? {};
      lag.set({ partition }, Math.max(0, high - (appliedTo(partition) ?? low)));
    }
  };
  const timer = setInterval(() => {
    measure().catch((error: unknown) => logger.debug({ err: describeError(error) }, 'lag could not be measured'));
  }, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
