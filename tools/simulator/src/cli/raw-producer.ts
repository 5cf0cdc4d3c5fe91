import { Kafka, logLevel } from 'kafkajs';
import type { Producer } from 'kafkajs';
import type { RawRecord } from '../traffic/raw-record.js';

export interface RawProducerOptions {
  brokers: string[];
  topicPrefix?: string;
  /** A send without an answer for so long is given up; default 15 s. */
  sendTimeoutMs?: number;
}

/** The broker did not answer in time: the records may be written or not. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * Writes to `cdr.raw` as any gateway's plain Kafka client would: no key, header `source`, partitions chosen by the client,
 * so that the events of one message arrive in several partitions.
 *
 * A batch whose sending failed may be sent again. On the same connection the broker tells it from a new one; after an
 * answer that never came the connection is thrown away and the batch may be there twice, as with a gateway that re-sends.
 */
export class RawProducer {
  private readonly kafka: Kafka;
  private readonly topic: string;
  private readonly sendTimeoutMs: number;
  private producer: Producer | null = null;

  constructor({ brokers, topicPrefix = '', sendTimeoutMs = 15_000 }: RawProducerOptions) {
    this.topic = `${topicPrefix}cdr.raw`;
    this.sendTimeoutMs = sendTimeoutMs;
    this.kafka = new Kafka({
      clientId: 'ratestream-simulator',
      brokers,
      logLevel: logLevel.NOTHING,
      connectionTimeout: 2_000,
      requestTimeout: 10_000,
      retry: { initialRetryTime: 50, retries: 20, maxRetryTime: 1_000 },
    });
  }

  async connect(): Promise<void> {
    const producer = this.kafka.producer({ idempotent: true, allowAutoTopicCreation: false, maxInFlightRequests: 1 });
    await producer.connect();
    this.producer = producer;
  }

  /** Resolves after acks=all. */
  async send(records: readonly RawRecord[]): Promise<void> {
    if (this.producer === null) await this.connect();
    const { producer } = this;
    if (producer === null) throw new Error('not connected');
    try {
      await this.withinTime(
        producer.send({
          topic: this.topic,
          acks: -1,
          messages: records.map(({ value, source }) => ({ key: null, value, headers: { source } })),
        }),
      );
    } catch (error) {
      if (isLost(error)) this.forget();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = null;
    await this.withinTime(producer?.disconnect() ?? Promise.resolve()).catch(() => undefined);
  }

  private forget(): void {
    const { producer } = this;
    this.producer = null;
    void producer?.disconnect().catch(() => undefined);
  }

  private async withinTime<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new NoAnswerError(`no answer within ${this.sendTimeoutMs} ms`)),
        this.sendTimeoutMs,
      );
    });
    // When the answer comes after all, or never, nobody waits for it any more.
    work.catch(() => undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The connection is of no more use: it waits for an answer that does not come, or the broker has disowned its sequence. */
function isLost(error: unknown): boolean {
  if (error instanceof NoAnswerError) return true;
  const { type } = error as { type?: unknown };
  return type === 'OUT_OF_ORDER_SEQUENCE_NUMBER' || type === 'UNKNOWN_PRODUCER_ID' || type === 'INVALID_PRODUCER_EPOCH';
}
