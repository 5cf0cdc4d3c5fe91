import type { TopicName } from '@ratestream/events';
import { clientOf, type Kafka, type KafkaClient } from './client.js';
import { streamPartition } from './follow.js';
import { isFenced, TransactionalWriter } from './transactional-writer.js';
import type { OutRecord, Written } from './types.js';

/** Another publisher with the same transactional id is at work; this one must not write any more. */
export class FencedError extends Error {
  constructor(transactionalId: string, options?: ErrorOptions) {
    super(`another process publishes as ${transactionalId}`, options);
    this.name = 'FencedError';
  }
}

/**
 * Publishes from a store (an outbox), one transaction a call, one publisher at a time.
 *
 * Use   fence → find what is already published (`lastHeader`) → publish what follows; after any throw all of it again
 * Why   whether the transaction of a failed call was committed is only known after the next fencing
 */
export class TransactionalPublisher {
  private writer: TransactionalWriter | null = null;
  private readonly kafka: KafkaClient;

  constructor(
    kafka: Kafka,
    private readonly options: { transactionalId: string },
  ) {
    this.kafka = clientOf(kafka);
    this.kafka.keep(this);
  }

  /** Shuts out an earlier publisher and settles its last transaction. Also the way back after a throw. */
  async fence(): Promise<void> {
    await this.writer?.close();
    const writer = new TransactionalWriter(this.kafka, this.options.transactionalId);
    this.writer = writer;
    await this.translate(() => writer.fence());
  }

  /** All records or none. Out: offset of the first record per `topic-partition`. Errors: FencedError; any other: fence again. */
  async publish(records: readonly OutRecord[]): Promise<Written> {
    const writer = this.writer;
    if (writer === null) throw new Error('fence before publish');
    return this.translate(() => writer.write(records, null));
  }

  async close(): Promise<void> {
    const writer = this.writer;
    this.writer = null;
    this.kafka.forget(this);
    await writer?.close();
  }

  private async translate<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (isFenced(error)) throw new FencedError(this.options.transactionalId, { cause: error });
      throw error;
    }
  }
}

/** Offsets read back at first; ten times as many each time nothing is found. */
const FIRST_WINDOW = 500;

/**
 * The highest numeric value of a header in a topic, read-committed; null where no record has it.
 *
 * In      a header whose value rises along every partition (an outbox position), so that each partition is read back
 *         from its end only to its last record with the header. To be asked after fencing
 */
export async function lastHeader(kafka: Kafka, topic: TopicName, header: string): Promise<number | null> {
  const client = clientOf(kafka);
  const ranges = await client.admin().offsets(topic);
  const found = await Promise.all(
    [...ranges].map(([partition, { low, high }]) => lastInPartition(partition, low, high)),
  );
  const known = found.filter((n): n is number => n !== null);
  return known.length === 0 ? null : Math.max(...known);

  async function lastInPartition(partition: number, low: number, high: number): Promise<number | null> {
    let until = high;
    for (let window = FIRST_WINDOW; until > low; window *= 10) {
      const from = Math.max(low, until - window);
      let highest: number | null = null;
      await streamPartition(client.sharedFetcher(), {
        topic,
        partition,
        from,
        until,
        onRecords: (records) => {
          for (const { headers } of records) {
            const value = Number(headers[header] ?? NaN);
            if (Number.isFinite(value) && (highest === null || value > highest)) highest = value;
          }
        },
      }).done;
      if (highest !== null) return highest;
      until = from;
    }
    return null;
  }
}
