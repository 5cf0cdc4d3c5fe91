import { codecs } from '@ratestream/events';
import type { Kafka } from '@ratestream/kafka';
import { readPartition, readTopic, WIRE_HEADER } from './topic-records.js';

export interface RawCheck {
  records: number;
  withUsage: number;
  rejected: number;
  rejectReasons: Record<string, number>;
  /** Waiting in `ingest.correlation` for their message. */
  waiting: number;
  /** Must be empty: offsets of which nothing is known. */
  lost: string[];
}

const USAGE = 1;
const REJECTED = 2;
const WAITING = 4;

/** Check (a): every record of `cdr.raw` became usage, was rejected with a reason, or waits for its message. */
export async function checkRaw(kafka: Kafka): Promise<RawCheck> {
  const ends = await kafka.admin().offsets('cdr.raw');
  const fates = new Map<number, Uint8Array>(
    [...ends].map(([partition, { high }]) => [partition, new Uint8Array(high)]),
  );
  const mark = (partition: number, offset: number, fate: number): void => {
    const marks = fates.get(partition);
    if (marks !== undefined && offset < marks.length) marks[offset] = (marks[offset] ?? 0) | fate;
  };
  const rejectReasons: Record<string, number> = {};
  await readTopic(kafka, 'usage', ({ value }) => {
    if (value === null) return;
    const { rawRef } = codecs.UsageEvent.decode(value, WIRE_HEADER);
    if (rawRef.topic.endsWith('cdr.raw')) mark(rawRef.partition, rawRef.offset, USAGE);
  });
  await readTopic(kafka, 'cdr.rejected', ({ value }) => {
    if (value === null) return;
    const { rawRef, reason } = codecs.RejectedCdr.decode(value, WIRE_HEADER);
    mark(rawRef.partition, rawRef.offset, REJECTED);
    rejectReasons[reason] = (rejectReasons[reason] ?? 0) + 1;
  });
  await readTopic(kafka, 'ingest.correlation', ({ value }) => {
    if (value === null) return;
    const { kind, usage } = codecs.CorrelationRecord.decode(value, WIRE_HEADER);
    if (kind === 'ask' && usage !== null) mark(usage.rawRef.partition, usage.rawRef.offset, WAITING);
  });
  const check: RawCheck = { records: 0, withUsage: 0, rejected: 0, rejectReasons, waiting: 0, lost: [] };
  for (const [partition, marks] of fates) {
    await readPartition(kafka, 'cdr.raw', partition, ({ offset }) => {
      const fate = marks[offset] ?? 0;
      check.records++;
      if (fate & USAGE) check.withUsage++;
      else if (fate & REJECTED) check.rejected++;
      else if (fate & WAITING) check.waiting++;
      else check.lost.push(`cdr.raw-${partition}@${offset}`);
    });
  }
  return check;
}
