import type { Serdes } from '@ratestream/kafka';
import type { InRecord } from '@ratestream/kafka';

interface Published {
  /** Raw input up to this broker time was written out, microseconds … */
  readonly progressAt: number;
  /** … when the broker took this record, microseconds. */
  readonly writtenAt: number;
}

/** One a second: a task that reads usage by more than this late times nothing out until it has caught up. */
const KEPT = 1_000;

/**
 * Up to which broker time every raw record has been turned into usage: the least of what all tasks of `cdr.raw` and
 * `ingest.correlation` have published. Deadlines run on it and not on the clock, so that a long stop times nothing out
 * whose receipt waits in the backlog.
 *
 * Progress tells what is in `usage`, not what was read of it: after a stop of ingest the usage of days is written within
 * seconds. So a record of progress counts only for who has read usage up to the time at which it was written.
 */
export class StreamProgress {
  private readonly published = new Map<string, Published[]>();

  /** In  expected: every `topic|partition` that has to publish before anything is due */
  constructor(private readonly expected: readonly string[]) {}

  /** Takes records of `ingest.progress`. */
  read(serdes: Serdes, records: readonly InRecord[]): void {
    for (const { value, appendedAt } of records) {
      if (value === null) continue;
      const { topic, partition, progressAt } = serdes.IngestProgress.decode(value);
      this.saw(`${topic}|${partition}`, { progressAt, writtenAt: appendedAt * 1000 });
    }
  }

  private saw(key: string, published: Published): void {
    const seen = this.published.get(key);
    if (seen === undefined) return void this.published.set(key, [published]);
    seen.push(published);
    if (seen.length > KEPT) seen.shift();
  }

  /**
   * In   readTo: broker time up to which a task has read its usage, microseconds
   * Out  raw input up to here is in what was read, microseconds; null while one task has published nothing until then
   */
  passed(readTo: number): number | null {
    let least: number | null = null;
    for (const key of this.expected) {
      const newest = this.published.get(key)?.findLast(({ writtenAt }) => writtenAt <= readTo);
      if (newest === undefined) return null;
      if (least === null || newest.progressAt < least) least = newest.progressAt;
    }
    return least;
  }
}
