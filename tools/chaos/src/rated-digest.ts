import { createHash } from 'node:crypto';
import type { Kafka } from '@ratestream/kafka';
import { readTopic } from './topic-records.js';

/** Everything that `rated` holds, in one word: its events, their order and every byte of them. */
export async function digestRated(kafka: Kafka): Promise<{ events: number; sha256: string }> {
  const hash = createHash('sha256');
  let events = 0;
  await readTopic(kafka, 'rated', ({ partition, offset, value }) => {
    events++;
    hash.update(`${partition}:${offset}:`).update(value ?? '');
  });
  return { events, sha256: hash.digest('hex') };
}
