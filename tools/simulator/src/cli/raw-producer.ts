import { Kafka, logLevel } from 'kafkajs';
import type { Producer } from 'kafkajs';
import type { RawRecord } from '../traffic/raw-record.js';

export interface RawProducerOptions {
  brokers: string[];
  topicPrefix?: string;
}

/**
 * Writes to `cdr.raw` as any gateway's plain Kafka client would: no key, header `source`, partitions chosen by the client,
 * so that the events of one message arrive in several partitions.
 */
export class RawProducer {
  private readonly kafka: Kafka;
  private readonly topic: string;
  private producer: Producer | null = null;

  constructor({ brokers, topicPrefix = '' }: RawProducerOptions) {
    this.topic = `${topicPrefix}cdr.raw`;
    this.kafka = new Kafka({
      clientId: 'ratestream-simulator',
      brokers,
      logLevel: logLevel.NOTHING,
      connectionTimeout: 2_000,
      retry: { initialRetryTime: 50, retries: 30, maxRetryTime: 2_000 },
    });
  }

  async connect(): Promise<void> {
    this.producer = this.kafka.producer({ idempotent: true, allowAutoTopicCreation: false, maxInFlightRequests: 1 });
    await this.producer.connect();
  }

  /** Resolves after acks=all. An error leaves nothing half done: the same batch may be sent again on the same producer. */
  async send(records: readonly RawRecord[]): Promise<void> {
    if (this.producer === null) throw new Error('connect() first');
    await this.producer.send({
      topic: this.topic,
      acks: -1,
      messages: records.map(({ value, source }) => ({ key: null, value, headers: { source } })),
    });
  }

  async close(): Promise<void> {
    await this.producer?.disconnect();
    this.producer = null;
  }
}
