import type { TopicName } from '@ratestream/events';
import type { PartitionRange } from './log-range.js';
import { FatalTaskError } from './types.js';

/**
 * Where an input starts: where the task says; else at the committed offset; else at the first record there is.
 *
 * Errors  FatalTaskError when records between that offset and the first one that still exists were deleted unread, or
 *         when the topic ends before it (it was created anew): to go on would lose records without a word, so a person
 *         decides (moves the group's offset) and the process ends
 */
export function startOffset(start: {
  topic: TopicName;
  partition: number;
  range: PartitionRange;
  committed: number | null;
  wanted: number | undefined;
}): number {
  const { topic, partition, range, committed, wanted } = start;
  const from = wanted ?? committed ?? range.low;
  const name = `${topic}-${partition}`;
  if (from < range.low) {
    throw new FatalTaskError(`${name} was to be read from ${from}, but retention has deleted all before ${range.low}`);
  }
  if (from > range.high) {
    throw new FatalTaskError(`${name} was to be read from ${from}, but it ends at ${range.high}: was it created anew?`);
  }
  return from;
}
