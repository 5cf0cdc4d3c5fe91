import { readToEnd } from '@ratestream/kafka';
import type { InRecord, Kafka } from '@ratestream/kafka';
import type { TopicName } from '@ratestream/events';

/** Bytes before the Avro body: a zero and the schema id. */
export const WIRE_HEADER = 5;

/** Reads what is committed in a topic now, partition by partition, in order. */
export async function readTopic(kafka: Kafka, topic: TopicName, onRecord: (record: InRecord) => void): Promise<void> {
  const partitions = await kafka.admin().partitions(topic);
  for (let partition = 0; partition < partitions; partition++) await readPartition(kafka, topic, partition, onRecord);
}

export async function readPartition(
  kafka: Kafka,
  topic: TopicName,
  partition: number,
  onRecord: (record: InRecord) => void,
): Promise<void> {
  await readToEnd(kafka, {
    topic,
    partition,
    from: 0,
    onRecords: (records) => {
      for (const record of records) onRecord(record);
    },
  });
}
