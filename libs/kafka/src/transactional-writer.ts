import type { TopicName } from '@ratestream/events';
import type { Producer as ClientProducer, Transaction } from 'kafkajs';
import type { KafkaClient } from './client.js';
import { Partitioners } from './kafkajs.js';
import { limits, producerRetry } from './limits.js';
import { sendAll, sendsOf } from './send.js';
import { sleep, within } from './time.js';
import type { OutRecord, Written } from './types.js';

/** Offsets to commit with a transaction: the next one to read, by topic, of one partition. */
export interface InputOffsets {
  readonly group: string;
  readonly partition: number;
  readonly next: ReadonlyMap<TopicName, number>;
}

/** Another process has fenced this one: it is, or was, not the owner any more. */
export function isFenced(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ((e as { type?: string }).type === 'INVALID_PRODUCER_EPOCH') return true;
    // PRODUCER_FENCED (90) is younger than the client, which names it only by its number.
    if (/unknown error code 90\b/i.test(e.message)) return true;
  }
  return false;
}

/**
 * One transactional producer, from its fencing to its first error. It is never used again after a throw: what a failed
 * call did is unknown, and only the next fencing (by a new writer) settles it.
 */
export class TransactionalWriter {
  private producer: ClientProducer | null = null;
  private begun: Transaction | null = null;
  private broken = false;

  constructor(
    private readonly kafka: KafkaClient,
    readonly transactionalId: string,
  ) {}

  /**
   * Shuts out every earlier owner of the id and waits until its last transaction is committed or aborted. Only after
   * this may offsets be read: connecting alone does not fence, and an offset read before may be overtaken by the
   * earlier owner's commit.
   */
  async fence(): Promise<void> {
    const producer = this.kafka.client.producer({
      transactionalId: this.kafka.prefix + this.transactionalId,
      maxInFlightRequests: 1,
      transactionTimeout: limits.transactionTimeoutMs,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: producerRetry,
    });
    this.producer = producer;
    await this.guard(async () => {
      await within(limits.connectMs, 'connect', producer.connect());
      this.begun = await within(limits.transactionCallMs, 'fence', producer.transaction());
    });
  }

  /** Records and offsets, all or nothing: send, then offsets, then commit. Nothing of it is ever tried again here. */
  async write(records: readonly OutRecord[], offsets: InputOffsets | null): Promise<Written> {
    return this.guard(async () => {
      const transaction = await this.begin();
      const written = await sendAll(
        (topicMessages) => within(limits.transactionCallMs, 'send', transaction.sendBatch({ acks: -1, topicMessages })),
        sendsOf(records, (name) => this.kafka.topic(name)),
        (topic) => this.kafka.nameOf(topic),
        this.kafka.clock,
      );
      if (offsets !== null) {
        await within(limits.transactionCallMs, 'offsets', sendOffsets(transaction, this.clientOffsets(offsets)));
      }
      await within(limits.transactionCallMs, 'commit', transaction.commit());
      return written;
    });
  }

  async close(): Promise<void> {
    this.broken = true;
    const producer = this.producer;
    this.producer = null;
    // A hung connection must not hold up the next owner, who fences anyway.
    if (producer !== null) await within(3000, 'disconnect', producer.disconnect()).catch(() => undefined);
  }

  private async begin(): Promise<Transaction> {
    const begun = this.begun;
    this.begun = null;
    if (begun !== null) return begun;
    if (this.producer === null) throw new Error('a transactional writer is fenced before it writes');
    return within(limits.transactionCallMs, 'begin', this.producer.transaction());
  }

  private clientOffsets({ group, partition, next }: InputOffsets): Parameters<Transaction['sendOffsets']>[0] {
    return {
      consumerGroupId: this.kafka.prefix + group,
      topics: [...next].map(([name, offset]) => ({
        topic: this.kafka.topic(name),
        partitions: [{ partition, offset: String(offset) }],
      })),
    };
  }

  private async guard<T>(call: () => Promise<T>): Promise<T> {
    if (this.broken) throw new Error('a transactional writer is not used after an error');
    try {
      return await call();
    } catch (error) {
      this.broken = true;
      throw error;
    }
  }
}

const SETTLING_PAUSE_MS = 4;

/**
 * Adds the offsets. While the broker still completes the last transaction it refuses to open the next one, and a
 * transaction whose first act are offsets (a step that writes no records) meets that here: the client tries again when
 * it adds partitions, but not when it adds offsets. A refusal has changed nothing, so asking again is safe; `within`
 * ends it.
 */
async function sendOffsets(
  transaction: Transaction,
  offsets: Parameters<Transaction['sendOffsets']>[0],
): Promise<void> {
  for (;;) {
    try {
      return await transaction.sendOffsets(offsets);
    } catch (error) {
      if ((error as { type?: string }).type !== 'CONCURRENT_TRANSACTIONS') throw error;
      await sleep(SETTLING_PAUSE_MS);
    }
  }
}
