import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

/**
 * Sets a consumer group back to the first record of a topic, as an operator would with any Kafka tool.
 *
 * Errors  when the group still has members after a minute: one that was killed counts until its session times out
 */
export async function rewindGroup(brokers: readonly string[], groupId: string, topic: string): Promise<void> {
  const kafka = new Kafka({ clientId: 'ratestream-rewind', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin({ retry: { retries: 20 } });
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = (topics[0]?.partitions ?? []).map(({ partitionId }) => ({
      partition: partitionId,
      offset: '0',
    }));
    for (let tries = 0; ; tries++) {
      try {
        await admin.setOffsets({ groupId, topic, partitions });
        return;
      } catch (error) {
        if (tries >= 60) throw error;
        await sleep(1_000);
      }
    }
  } finally {
    await admin.disconnect();
  }
}
