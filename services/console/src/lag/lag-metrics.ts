/** How far a service is behind in one topic. */
export interface ReaderLag {
  service: string;
  topic: string;
  partitions: number;
  /** Records not yet processed, over all partitions. */
  records: number;
}

const METRIC = 'ratestream_kafka_lag_records';
const SAMPLE = new RegExp(`^${METRIC}\\{([^}]*)\\} ([0-9.e+]+)$`);
const LABEL = /(\w+)="([^"]*)"/g;

/**
 * Reads the lag of a service out of its Prometheus text. Two groups on one topic count as the one that is further behind.
 * Example: `ratestream_kafka_lag_records{group="rating",topic="usage",partition="3",service="rating"} 12`.
 */
export function lagOf(service: string, prometheusText: string): ReaderLag[] {
  const groups = new Map<string, ReaderLag>();
  for (const line of prometheusText.split('\n')) {
    const sample = SAMPLE.exec(line);
    if (sample === null) continue;
    const labels = Object.fromEntries(
      [...(sample[1] ?? '').matchAll(LABEL)].map(([, name, value]) => [name, value]),
    ) as Record<string, string>;
    const { group = '', topic = '' } = labels;
    const entry = groups.get(`${group} ${topic}`) ?? { service, topic, partitions: 0, records: 0 };
    groups.set(`${group} ${topic}`, {
      ...entry,
      partitions: entry.partitions + 1,
      records: entry.records + Math.round(Number(sample[2])),
    });
  }
  const worst = new Map<string, ReaderLag>();
  for (const entry of groups.values()) {
    if (entry.records >= (worst.get(entry.topic)?.records ?? -1)) worst.set(entry.topic, entry);
  }
  return [...worst.values()].sort((a, b) => (a.topic < b.topic ? -1 : 1));
}
