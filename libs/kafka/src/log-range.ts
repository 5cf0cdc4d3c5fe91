import type { Cluster } from './cluster.js';

export interface PartitionRange {
  /** First offset that still exists. */
  readonly low: number;
  /** End (exclusive); open transactions and control records included. */
  readonly high: number;
}

const LATEST = '-1';
const EARLIEST = '-2';
const READ_UNCOMMITTED = 0;

/**
 * First and end offset of every partition of a topic.
 *
 * Why  the client's own question is always asked read-committed: its end stops before the first open transaction of
 *      anybody, so that whoever reads "to the end" misses what was committed behind it
 */
export async function logRanges(cluster: Cluster, topic: string): Promise<Map<number, PartitionRange>> {
  await cluster.connect();
  await cluster.addMultipleTargetTopics([topic]);
  await cluster.refreshMetadataIfNecessary();
  const byLeader = new Map<number, number[]>();
  for (const { partitionId, leader } of cluster.findTopicPartitionMetadata(topic)) {
    if (leader < 0) throw new Error(`${topic}-${partitionId} has no leader`);
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), partitionId]);
  }
  const ranges = new Map<number, PartitionRange>();
  for (const [leader, partitions] of byLeader) {
    const broker = await cluster.findBroker({ nodeId: String(leader) });
    const ask = async (timestamp: string): Promise<Map<number, number>> => {
      const { responses } = await broker.listOffsets({
        isolationLevel: READ_UNCOMMITTED,
        topics: [{ topic, partitions: partitions.map((partition) => ({ partition, timestamp })) }],
      });
      return new Map(responses[0]!.partitions.map((p) => [p.partition, Number(p.offset)]));
    };
    const [low, high] = [await ask(EARLIEST), await ask(LATEST)];
    for (const partition of partitions) ranges.set(partition, { low: low.get(partition)!, high: high.get(partition)! });
  }
  return new Map([...ranges].sort(([a], [b]) => a - b));
}
