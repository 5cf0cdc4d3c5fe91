import type { TopicName } from '@ratestream/events';
import type { Admin } from 'kafkajs';
import type { KafkaClient } from './client.js';
import { adminRetry, limits } from './limits.js';
import { within } from './time.js';

export interface PartitionRange {
  /** First offset that still exists. */
  readonly low: number;
  /** End (exclusive); open transactions and control records included. */
  readonly high: number;
}

/** Questions to the cluster. */
export interface KafkaAdmin {
  /** How many partitions a topic has. */
  partitions(topic: TopicName): Promise<number>;
  offsets(topic: TopicName): Promise<ReadonlyMap<number, PartitionRange>>;
  /** Committed offsets of one of our groups; partitions without one are absent. */
  committed(group: string, topics: readonly TopicName[]): Promise<ReadonlyMap<TopicName, ReadonlyMap<number, number>>>;
  /** Answers when a broker answers; otherwise throws. */
  ping(): Promise<void>;
}

export class KafkaAdminClient implements KafkaAdmin {
  private connecting: Promise<Admin> | null = null;

  constructor(private readonly kafka: KafkaClient) {}

  async partitions(topic: TopicName): Promise<number> {
    const admin = await this.raw();
    const full = this.kafka.topic(topic);
    const { topics } = await this.bounded('fetchTopicMetadata', admin.fetchTopicMetadata({ topics: [full] }));
    return topics.find((t) => t.name === full)?.partitions.length ?? 0;
  }

  async offsets(topic: TopicName): Promise<ReadonlyMap<number, PartitionRange>> {
    const admin = await this.raw();
    const found = await this.bounded('fetchTopicOffsets', admin.fetchTopicOffsets(this.kafka.topic(topic)));
    return new Map(found.map((p) => [p.partition, { low: Number(p.low), high: Number(p.high) }]));
  }

  async committed(
    group: string,
    topics: readonly TopicName[],
  ): Promise<ReadonlyMap<TopicName, ReadonlyMap<number, number>>> {
    const admin = await this.raw();
    const query = { groupId: this.kafka.prefix + group, topics: topics.map((t) => this.kafka.topic(t)) };
    const found = await this.bounded('fetchOffsets', admin.fetchOffsets(query));
    const answer = new Map<TopicName, ReadonlyMap<number, number>>(topics.map((t) => [t, new Map()]));
    for (const { topic, partitions } of found) {
      // Partitions come in no order, and -1 stands for none.
      const known = partitions.filter((p) => Number(p.offset) >= 0);
      answer.set(this.kafka.nameOf(topic), new Map(known.map((p) => [p.partition, Number(p.offset)])));
    }
    return answer;
  }

  async ping(): Promise<void> {
    const admin = await this.raw();
    await this.bounded('describeCluster', admin.describeCluster());
  }

  /** The client's own admin, connected. */
  async raw(): Promise<Admin> {
    this.connecting ??= this.connect();
    return this.connecting;
  }

  async close(): Promise<void> {
    const admin = await this.connecting?.catch(() => undefined);
    this.connecting = null;
    await admin?.disconnect();
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.client.admin({ retry: adminRetry });
    try {
      await within(limits.connectMs, 'connect', admin.connect());
      return admin;
    } catch (error) {
      this.connecting = null;
      void admin.disconnect().catch(() => undefined);
      throw error;
    }
  }

  private bounded<T>(what: string, call: Promise<T>): Promise<T> {
    return within(limits.connectMs, what, call);
  }
}
