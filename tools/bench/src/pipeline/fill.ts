import type { OutRecord } from '@ratestream/kafka';
import { readToEnd } from '@ratestream/kafka';
import { generateTraffic, RawProducer } from '@ratestream/tool-simulator';
import type { RawRecord } from '@ratestream/tool-simulator';
import type { BenchStack } from './bench-stack.js';
import { NULL_PREFIX } from './bench-stack.js';

/** Writes the same traffic into `cdr.raw` of both sets of topics; answers the number of records. */
export async function fillRaw({ stack, catalog, startAt }: BenchStack, messages: number): Promise<number> {
  const brokers = stack.addresses.kafkaBrokers.split(',');
  const producers = [new RawProducer({ brokers }), new RawProducer({ brokers, topicPrefix: NULL_PREFIX })];
  for (const producer of producers) await producer.connect();
  let written = 0;
  let batch: RawRecord[] = [];
  const flush = async (): Promise<void> => {
    for (const producer of producers) await producer.send(batch);
    written += batch.length;
    batch = [];
  };
  for (const record of generateTraffic(catalog, {
    seed: 1,
    count: messages,
    startAt,
    perSecond: 2_000,
    dailyShape: false,
    garbage: 0,
  })) {
    batch.push(record);
    if (batch.length === 3_000) await flush();
  }
  await flush();
  for (const producer of producers) await producer.close();
  return written;
}

/** Copies `usage` for the null processor of rating, partition by partition, byte by byte. */
export async function copyUsage({ kafka, nullKafka }: BenchStack): Promise<number> {
  const producer = nullKafka.producer();
  let copied = 0;
  for (let partition = 0, count = await kafka.admin().partitions('usage'); partition < count; partition++) {
    await readToEnd(kafka, {
      topic: 'usage',
      partition,
      from: 0,
      onRecords: async (records) => {
        const copies: OutRecord[] = records.map(({ value, key }) => ({
          topic: 'usage',
          partition,
          key: key?.toString() ?? null,
          value,
        }));
        for (let i = 0; i < copies.length; i += 2_000) await producer.send(copies.slice(i, i + 2_000));
        copied += copies.length;
      },
    });
  }
  await producer.close();
  return copied;
}
