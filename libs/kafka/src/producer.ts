import type { Producer as ClientProducer } from 'kafkajs';
import type { KafkaClient } from './client.js';
import { Partitioners } from './kafkajs.js';
import { limits, producerRetry } from './limits.js';
import { sendsOf, type Sender, sendAll } from './send.js';
import { within } from './time.js';
import type { OutRecord, Written } from './types.js';

/** Writes records that need no transaction: each once per `send`, in order. */
export interface Producer {
  /**
   * Connects at first use; calls are written one after the other.
   *
   * Out     after acks=all: offset of the first record per `topic-partition`
   * Errors  the outcome is unknown: the same records sent again through this object are not doubled by Kafka unless the
   *         broker has disowned the producer (then a repeat may double; the records' own identity has to tell)
   */
  send(records: readonly OutRecord[]): Promise<Written>;
  close(): Promise<void>;
}

/** After these the producer's sequence is void: the same object would fail for ever. */
const DISOWNED = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);

export class IdempotentProducer implements Producer {
  private connecting: Promise<ClientProducer> | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly kafka: KafkaClient) {}

  send(records: readonly OutRecord[]): Promise<Written> {
    const result = this.last.then(() => this.sendNow(records));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async sendNow(records: readonly OutRecord[]): Promise<Written> {
    if (records.length === 0) return new Map();
    const producer = await this.connected();
    try {
      const sender: Sender = (topicMessages) => producer.sendBatch({ acks: -1, topicMessages });
      return await sendAll(
        sender,
        sendsOf(records, (n) => this.kafka.topic(n)),
        (t) => this.kafka.nameOf(t),
        this.kafka.clock,
      );
    } catch (error) {
      const type =
        (error as { type?: string; cause?: { type?: string } }).type ??
        (error as { cause?: { type?: string } }).cause?.type;
      if (type !== undefined && DISOWNED.has(type)) await this.drop();
      throw error;
    }
  }

  private connected(): Promise<ClientProducer> {
    this.connecting ??= this.connect();
    return this.connecting;
  }

  private async connect(): Promise<ClientProducer> {
    const producer = this.kafka.client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: producerRetry,
    });
    try {
      await within(limits.connectMs, 'connect', producer.connect());
      return producer;
    } catch (error) {
      this.connecting = null;
      void producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  private async drop(): Promise<void> {
    const producer = await this.connecting?.catch(() => undefined);
    this.connecting = null;
    await producer?.disconnect().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.last;
    await this.drop();
    this.kafka.forget(this);
  }
}
