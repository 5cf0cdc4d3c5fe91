import { topics, type TopicName } from '@ratestream/events';
import type { Logger } from '@ratestream/observability';
import type { Kafka as Client, SASLOptions } from 'kafkajs';
import { KafkaAdminClient, type KafkaAdmin } from './admin.js';
import { BrokerClock } from './broker-clock.js';
import { clientLog } from './client-log.js';
import { openCluster } from './cluster.js';
import type { KafkaConfig } from './config.js';
import { Fetcher } from './fetcher.js';
import { ClientKafka, logLevel } from './kafkajs.js';
import { producerRetry } from './limits.js';
import { IdempotentProducer, type Producer } from './producer.js';

/** A connection to one cluster, for one installation (topic prefix). */
export interface Kafka {
  /** The topic's name in the cluster: with the installation's prefix. */
  topic(name: TopicName): string;
  admin(): KafkaAdmin;
  /** An idempotent producer of its own; connects at first use. */
  producer(): Producer;
  /** Closes everything that was opened through this object; runners are drained before. */
  close(): Promise<void>;
}

/** Opens nothing yet: connections are made at first use. */
export function createKafka(config: KafkaConfig): Kafka {
  return new KafkaClient(config);
}

/** The inside of `Kafka`, for the other files of this library only. */
export class KafkaClient implements Kafka {
  readonly client: Client;
  readonly logger: Logger;
  readonly prefix: string;
  readonly clock = new BrokerClock();
  private readonly names: ReadonlyMap<string, TopicName>;
  private readonly open = new Set<{ close(): Promise<void> }>();
  private adminClient: KafkaAdminClient | null = null;
  private shared: Fetcher | null = null;

  constructor(config: KafkaConfig) {
    this.prefix = config.topicPrefix ?? '';
    this.logger = config.logger.child({ part: 'kafka' });
    this.names = new Map((Object.keys(topics) as TopicName[]).map((name) => [this.prefix + name, name]));
    this.client = new ClientKafka({
      clientId: config.clientId,
      brokers: [...config.brokers],
      logLevel: logLevel.INFO,
      logCreator: clientLog(this.logger),
      connectionTimeout: 2000,
      requestTimeout: 10_000,
      retry: producerRetry,
      ...(config.tls === undefined ? {} : { ssl: config.tls }),
      ...(config.sasl === undefined ? {} : { sasl: config.sasl as SASLOptions }),
    });
  }

  topic(name: TopicName): string {
    return this.prefix + name;
  }

  /** The reverse of `topic`. */
  nameOf(topic: string): TopicName {
    const name = this.names.get(topic);
    if (name === undefined) throw new Error(`topic ${topic} is not one of this installation`);
    return name;
  }

  admin(): KafkaAdminClient {
    this.adminClient ??= this.keep(new KafkaAdminClient(this));
    return this.adminClient;
  }

  producer(): Producer {
    return this.keep(new IdempotentProducer(this));
  }

  /** A fetcher of its own: what it reads does not wait for what others read. */
  newFetcher(maxWaitMs?: number): Fetcher {
    return this.keep(new Fetcher(openCluster(this.client), (n) => this.topic(n), this.clock, this.logger, maxWaitMs));
  }

  /** For folds and followers. */
  sharedFetcher(): Fetcher {
    this.shared ??= this.newFetcher();
    return this.shared;
  }

  keep<T extends { close(): Promise<void> }>(closable: T): T {
    this.open.add(closable);
    return closable;
  }

  forget(closable: { close(): Promise<void> }): void {
    this.open.delete(closable);
  }

  async close(): Promise<void> {
    const open = [...this.open];
    this.open.clear();
    await Promise.all(open.map((c) => c.close().catch(() => undefined)));
  }
}

/** The client behind a `Kafka` of `createKafka`. */
export function clientOf(kafka: Kafka): KafkaClient {
  if (kafka instanceof KafkaClient) return kafka;
  throw new TypeError('this Kafka was not made by createKafka');
}
