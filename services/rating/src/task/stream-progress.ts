import type { Serdes } from '@ratestream/kafka';
import type { InRecord } from '@ratestream/kafka';

/**
 * Up to which broker time every raw record has been turned into usage: the least of what all tasks of `cdr.raw` and
 * `ingest.correlation` have published. Deadlines run on it and not on the clock, so that a long stop times nothing out
 * whose receipt waits in the backlog.
 */
export class StreamProgress {
  private readonly published = new Map<string, number>();

  /** In  expected: every `topic|partition` that has to publish before anything is due */
  constructor(private readonly expected: readonly string[]) {}

  /** Takes records of `ingest.progress`. */
  read(serdes: Serdes, records: readonly InRecord[]): void {
    for (const { value } of records) {
      if (value === null) continue;
      const { topic, partition, progressAt } = serdes.IngestProgress.decode(value);
      this.published.set(`${topic}|${partition}`, progressAt);
    }
  }

  /** Microseconds UTC; null while one task has published nothing yet. */
  get at(): number | null {
    let least: number | null = null;
    for (const key of this.expected) {
      const at = this.published.get(key);
      if (at === undefined) return null;
      if (least === null || at < least) least = at;
    }
    return least;
  }
}
