import type { Cluster as ClientCluster, Kafka as Client } from 'kafkajs';
import type { FetchResponse } from './fetch-protocol.js';
import { adminRetry } from './limits.js';

/** What we use of the client below its public API; kafkajs is pinned, and `cluster.int.spec.ts` holds this. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
  findBroker(node: { nodeId: string }): Promise<{
    connectionPool: { send(request: unknown): Promise<FetchResponse> };
    listOffsets(request: {
      isolationLevel: number;
      topics: { topic: string; partitions: { partition: number; timestamp: string }[] }[];
    }): Promise<{ responses: { topic: string; partitions: { partition: number; offset: string }[] }[] }>;
  }>;
  removeBroker(address: { host: string; port: number }): void;
}

/**
 * Connections to the cluster without a group. The client has no public way to read a partition outside a group, but it
 * hands its cluster to the assigners of a consumer, so a consumer that never runs gives us one.
 */
export function openCluster(client: Client): Cluster {
  let cluster: ClientCluster | undefined;
  client.consumer({
    groupId: 'unused',
    allowAutoTopicCreation: false,
    retry: adminRetry,
    partitionAssigners: [
      (handed) => {
        cluster = handed.cluster;
        return {
          name: 'unused',
          version: 0,
          assign: () => Promise.resolve([]),
          protocol: () => ({ name: 'unused', metadata: Buffer.alloc(0) }),
        };
      },
    ],
  });
  if (cluster === undefined) throw new Error('the Kafka client did not hand its cluster to the assigner');
  return cluster as unknown as Cluster;
}
