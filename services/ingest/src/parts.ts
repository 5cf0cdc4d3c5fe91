import type { CorrelationRecord, IngestProgress, RejectedCdr, UsageEvent } from '@ratestream/events';
import type { OutRecord } from '@ratestream/kafka';
import type { Logger } from '@ratestream/observability';
import type { Numbering } from './enrich/network.js';
import type { SourceView } from './enrich/source-view.js';
import type { IngestMetrics } from './metrics.js';
import type { ProgressBook } from './progress/progress-book.js';

/** Values to bytes; the registry's serdes in production. */
export interface Encoders {
  usage(value: UsageEvent): Buffer;
  correlation(value: CorrelationRecord): Buffer;
  rejected(value: RejectedCdr): Buffer;
  progress(value: IngestProgress): Buffer;
}

/** What all tasks of a process share. */
export interface SharedParts {
  readonly view: SourceView;
  readonly encode: Encoders;
  readonly decodeCorrelation: (value: Buffer) => CorrelationRecord;
  readonly metrics: IngestMetrics;
  readonly logger: Logger;
  readonly progressBook: ProgressBook;
  readonly correlationPartitions: number;
  numbering(): Numbering | null;
  hashText(text: string): string;
  catalogIsFresh(): boolean;
  usageRecord(usage: UsageEvent): OutRecord;
  progressRecord(progress: IngestProgress): OutRecord;
}

/** A usage event goes where its root payer lives: the partition is stored there, never hashed. */
export function usageRecordOf(view: SourceView, encode: Encoders, usage: UsageEvent): OutRecord {
  const partition = view.partitionOf(usage.rootPayer);
  if (partition === undefined) throw new Error(`the root payer ${usage.rootPayer} has no partition`);
  return { topic: 'usage', partition, key: usage.rootPayer, value: encode.usage(usage) };
}

/** Compacted by topic and partition: only the newest counts. */
export function progressRecordOf(encode: Encoders, progress: IngestProgress): OutRecord {
  return { topic: 'ingest.progress', key: `${progress.topic}|${progress.partition}`, value: encode.progress(progress) };
}
