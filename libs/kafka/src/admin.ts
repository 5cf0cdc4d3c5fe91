import type { TopicName } from '@ratestream/events';
import type { Admin } from 'kafkajs';
import type { KafkaClient } from './client.js';
import { openCluster, type Cluster } from './cluster.js';
import { adminRetry, limits } from './limits.js';
import { logRanges, type PartitionRange } from './log-range.js';
import { Backoff, sleep, within } from './time.js';

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

/** Attempts of one question; leaders move and connections break. */
const ATTEMPTS = 5;

export class KafkaAdminClient implements KafkaAdmin {
  private connecting: Promise<Admin> | null = null;
  private cluster: Cluster | null = null;

  constructor(private readonly kafka: KafkaClient) {}

  async partitions(topic: TopicName): Promise<number> {
    const full = this.kafka.topic(topic);
    const { topics } = await this.ask('fetchTopicMetadata', (admin) => admin.fetchTopicMetadata({ topics: [full] }));
    return topics.find((t) => t.name === full)?.partitions.length ?? 0;
  }

  async offsets(topic: TopicName): Promise<ReadonlyMap<number, PartitionRange>> {
    const backoff = new Backoff(50, 1000);
    for (let attempt = 1; ; attempt++) {
      const cluster = (this.cluster ??= openCluster(this.kafka.client));
      try {
        return await within(limits.connectMs, 'listOffsets', logRanges(cluster, this.kafka.topic(topic)));
      } catch (error) {
        if (this.cluster === cluster) this.cluster = null;
        void cluster.disconnect().catch(() => undefined);
        if (attempt === ATTEMPTS) throw error;
        await sleep(backoff.delayMs());
      }
    }
  }

  async committed(
    group: string,
    topics: readonly TopicName[],
  ): Promise<ReadonlyMap<TopicName, ReadonlyMap<number, number>>> {
    const query = { groupId: this.kafka.prefix + group, topics: topics.map((t) => this.kafka.topic(t)) };
    const found = await this.ask('fetchOffsets', (admin) => admin.fetchOffsets(query));
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
    await within(limits.connectMs, 'describeCluster', admin.describeCluster());
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
    await this.cluster?.disconnect();
    this.cluster = null;
  }

  /**
   * The client keeps asking a broker that is not the leader any more until its metadata are five minutes old, so after
   * an error the question is asked again over a new connection. Only for questions, which change nothing.
   */
  private async ask<T>(what: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    const backoff = new Backoff(50, 1000);
    for (let attempt = 1; ; attempt++) {
      const connecting = this.raw();
      try {
        return await within(limits.connectMs, what, question(await connecting));
      } catch (error) {
        if (this.connecting === connecting) this.connecting = null;
        void connecting.then((admin) => admin.disconnect()).catch(() => undefined);
        if (attempt === ATTEMPTS) throw error;
        await sleep(backoff.delayMs());
      }
    }
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
}
