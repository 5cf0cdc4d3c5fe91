import { Kafka, logLevel } from 'kafkajs';

/** Deletes every topic whose name starts with the prefix (never an empty one) and returns their names. For tests. */
export async function deleteTopics(brokers: string, prefix: string): Promise<string[]> {
  if (prefix === '') throw new Error('a prefix is needed: this would delete every topic');
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    return topics;
  } finally {
    await admin.disconnect();
  }
}
