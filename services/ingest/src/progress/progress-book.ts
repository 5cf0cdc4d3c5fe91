import type { IngestProgress } from '@ratestream/events';

interface Published {
  /** micros of the broker: raw input up to here was written out … */
  readonly progressAt: number;
  /** … when the broker took this record, ms */
  readonly writtenAtMs: number;
}

const KEPT = 1_000;

/**
 * What the tasks of `cdr.raw` have published, for those of `ingest.correlation`.
 *
 * A correlation task that has read its partition up to broker time C has every question that raw tasks had written
 * before C. So it stands for raw input up to the smallest, over all raw partitions, of the newest progress that was
 * written before C. Its own C alone would be too much: a receipt read from `cdr.raw` may still be on its way.
 */
export class ProgressBook {
  private readonly byPartition: Published[][];

  constructor(rawPartitions: number) {
    this.byPartition = Array.from({ length: rawPartitions }, () => []);
  }

  saw({ topic, partition, progressAt }: IngestProgress, writtenAtMs: number): void {
    if (topic !== 'cdr.raw') return;
    const seen = this.byPartition[partition];
    if (seen === undefined) return;
    seen.push({ progressAt, writtenAtMs });
    if (seen.length > KEPT) seen.splice(0, seen.length - KEPT);
  }

  /** Raw input up to this broker time (ms) has passed a partition of `ingest.correlation` that was read up to `readToMs`. */
  passed(readToMs: number): number {
    let least = Infinity;
    for (const seen of this.byPartition) {
      const newest = seen.findLast(({ writtenAtMs }) => writtenAtMs <= readToMs);
      if (newest === undefined) return 0;
      least = Math.min(least, newest.progressAt);
    }
    return least === Infinity ? 0 : Math.floor(least / 1000);
  }
}
