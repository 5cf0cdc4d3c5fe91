import { codecs } from '@ratestream/events';
import type { TopicName } from '@ratestream/events';
import { readToEnd } from '@ratestream/kafka';
import type { Kafka } from '@ratestream/kafka';
import { Random } from '@ratestream/tool-simulator';
import type { NullHop } from './null-spec.js';

type Sample = NullHop['samples'][number];

export interface Sampled {
  samples: Sample[];
  /** Records in the topic. */
  count: number;
  /** Of them those that ask for their message; `ingest.correlation` only. */
  asks: number;
}

const WIRE_HEADER = 5;
const MOST = 1_500;

/** Counts a topic and keeps every n-th record of it. */
export async function sampleTopic(
  kafka: Kafka,
  topic: TopicName,
  schema: Sample['schema'],
  expected: number,
): Promise<Sampled> {
  const every = Math.max(1, Math.floor(expected / MOST));
  const sampled: Sampled = { samples: [], count: 0, asks: 0 };
  for (let partition = 0, count = await kafka.admin().partitions(topic); partition < count; partition++) {
    await readToEnd(kafka, {
      topic,
      partition,
      from: 0,
      onRecords: (records) => {
        for (const { value } of records) {
          if (value === null) continue;
          if (schema === 'CorrelationRecord' && codecs.CorrelationRecord.decode(value, WIRE_HEADER).kind === 'ask')
            sampled.asks++;
          if (sampled.count++ % every === 0)
            sampled.samples.push({ topic, partition, schema, body: value.subarray(WIRE_HEADER).toString('base64') });
        }
      },
    });
  }
  // in the topic they lie partition by partition; a service writes them as they come
  const order = new Random(topic);
  sampled.samples = sampled.samples
    .map((sample) => ({ sample, at: order.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ sample }) => sample);
  return sampled;
}

/** Two kinds of samples in the proportion in which the service writes them. */
export function mixed(a: Sampled, shareA: number, b: Sampled): Sample[] {
  const mix: Sample[] = [];
  let owed = 0;
  for (let i = 0, j = 0, k = 0; i < MOST; i++) {
    owed += shareA;
    const fromA = owed >= 1 || b.samples.length === 0;
    if (fromA) owed -= 1;
    const sample = fromA ? a.samples[j++ % a.samples.length] : b.samples[k++ % b.samples.length];
    if (sample !== undefined) mix.push(sample);
  }
  return mix;
}
