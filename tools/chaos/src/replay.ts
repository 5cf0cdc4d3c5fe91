import type { Stack } from '@ratestream/stack-local';
import { rewindGroup } from '@ratestream/tool-simulator';
import { startSecond } from './second-process.js';

/**
 * Sends ingest back to the first record of `cdr.raw` and rating to the first of `usage`: groups stopped, offsets set,
 * groups started. Rating wants to be told that this is meant (`REPLAY`).
 */
export async function replayEverything(stack: Stack, whileReplaying: () => Promise<void>): Promise<void> {
  await stack.halt('ingest');
  await stack.halt('rating');
  const brokers = stack.addresses.kafkaBrokers.split(',');
  await rewindGroup(brokers, 'ingest', 'cdr.raw');
  await rewindGroup(brokers, 'rating', 'usage');
  await stack.start('ingest');
  const rating = await startSecond(stack, 'rating', { REPLAY: 'true' });
  try {
    await whileReplaying();
  } finally {
    await rating.stop();
    await stack.start('rating');
  }
}
