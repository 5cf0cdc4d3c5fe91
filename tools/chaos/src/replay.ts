import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { Stack } from '@ratestream/stack-local';
import { startSecond } from './second-process.js';

/**
 * Sends ingest back to the first record of `cdr.raw` and rating to the first of `usage`, as an operator would with any
 * Kafka tool: groups stopped, offsets set, groups started. Rating wants to be told that this is meant (`REPLAY`).
 */
export async function replayEverything(stack: Stack, whileReplaying: () => Promise<void>): Promise<void> {
  await stack.halt('ingest');
  await stack.halt('rating');
  await rewind(stack.addresses.kafkaBrokers, [
    ['ingest', 'cdr.raw'],
    ['rating', 'usage'],
  ]);
  await stack.start('ingest');
  const rating = await startSecond(stack, 'rating', { REPLAY: 'true' });
  try {
    await whileReplaying();
  } finally {
    await rating.stop();
    await stack.start('rating');
  }
}

async function rewind(brokers: string, groups: readonly (readonly [group: string, topic: string])[]): Promise<void> {
  const kafka = new Kafka({ clientId: 'chaos-rewind', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin({ retry: { retries: 20 } });
  await admin.connect();
  try {
    for (const [groupId, topic] of groups) {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const partitions = (topics[0]?.partitions ?? []).map(({ partitionId }) => ({
        partition: partitionId,
        offset: '0',
      }));
      await patiently(() => admin.setOffsets({ groupId, topic, partitions }));
    }
  } finally {
    await admin.disconnect();
  }
}

/** A group may be set only when its last member is gone; one that was killed counts until its session times out. */
async function patiently(set: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await set();
      return;
    } catch (error) {
      if (tries >= 60) throw error;
      await sleep(1_000);
    }
  }
}
