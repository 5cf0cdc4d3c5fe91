import type { TopicName } from '@ratestream/events';
import type { Kafka } from '@ratestream/kafka';
import type { Logger, Metrics } from '@ratestream/observability';
import type { SinkPositions } from './sink-positions.js';

const EVERY_MS = 2_000;

/** Records of a topic's partition that a service has not read yet. */
export interface PartitionLag {
  readonly service: string;
  readonly topic: TopicName;
  readonly partition: number;
  readonly lag: number;
}

/** Who reads what on a message's way here, by the committed offsets of its group. */
const UPSTREAM: readonly { service: string; group: string; topic: TopicName }[] = [
  { service: 'ingest', group: 'ingest', topic: 'cdr.raw' },
  { service: 'rating', group: 'rating', topic: 'usage' },
];

/** How far the way of a message is behind, from the gateways' topic to ClickHouse. */
export interface LagFollower {
  /** As last seen; empty before the first look. */
  latest(): readonly PartitionLag[];
  stop(): void;
}

/** Looks every two seconds; a look that fails leaves the last figures and says so. */
export function followLag(kafka: Kafka, positions: SinkPositions, metrics: Metrics, logger: Logger): LagFollower {
  const gauge = metrics.gauge('analytics_sink_lag', 'Offsets of rated that are not yet known to be in ClickHouse', [
    'partition',
  ]);
  const admin = kafka.admin();
  let latest: readonly PartitionLag[] = [];
  let stopped = false;
  let timer: NodeJS.Timeout;

  const lagsOf = async (
    service: string,
    topic: TopicName,
    done: ReadonlyMap<number, number>,
  ): Promise<PartitionLag[]> =>
    [...(await admin.offsets(topic))].map(([partition, { low, high }]) => {
      const behind = high - Math.max(low, done.get(partition) ?? 0);
      // The end of a transaction takes an offset of its own behind the last record.
      return { service, topic, partition, lag: behind <= 1 ? 0 : behind };
    });

  const look = async (): Promise<void> => {
    try {
      const upstream = UPSTREAM.map(async ({ service, group, topic }) => {
        const done = (await admin.committed(group, [topic])).get(topic) ?? new Map<number, number>();
        return lagsOf(service, topic, done);
      });
      const sink = positions.read().then((done) => lagsOf('analytics', 'rated', done));
      latest = (await Promise.all([...upstream, sink])).flat();
      for (const { partition, lag } of await sink) gauge.set({ partition }, lag);
    } catch (error) {
      logger.debug({ err: error }, 'lag could not be read');
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
