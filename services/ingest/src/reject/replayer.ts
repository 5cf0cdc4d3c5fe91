import type { RejectedCdr } from '@ratestream/events';
import type { InRecord, OutRecord } from '@ratestream/kafka';
import { HEADERS, replayOf } from '../raw/headers.js';

export interface ReplayPorts {
  /** Records of `cdr.raw` at these offsets; what retention has deleted is missing. */
  readRaw(partition: number, offsets: readonly number[]): Promise<ReadonlyMap<number, InRecord>>;
  send(records: readonly OutRecord[]): Promise<unknown>;
}

export interface ReplayResult {
  readonly replayed: number;
  readonly failed: readonly {
    readonly rejectId: string;
    readonly reason: 'unknown' | 'not_replayable' | 'original_gone';
  }[];
}

/**
 * Puts the originals of rejects into `cdr.raw` again, byte for byte.
 *
 * The new record names the original's place and the lines to take, so the lines keep their identity: what was rated in
 * the meantime is recognised. Its append time is the new one, so nothing is timed out while it is read.
 */
export class Replayer {
  constructor(private readonly ports: ReplayPorts) {}

  async replay(wanted: readonly { rejectId: string; rejected: RejectedCdr | undefined }[]): Promise<ReplayResult> {
    const failed: { rejectId: string; reason: 'unknown' | 'not_replayable' | 'original_gone' }[] = [];
    const byPartition = new Map<number, Map<number, RejectedCdr[]>>();
    for (const { rejectId, rejected } of wanted) {
      if (rejected === undefined) failed.push({ rejectId, reason: 'unknown' });
      else if (!rejected.replayable) failed.push({ rejectId, reason: 'not_replayable' });
      else {
        const { partition, offset } = rejected.rawRef;
        const byOffset = byPartition.get(partition) ?? new Map<number, RejectedCdr[]>();
        byPartition.set(partition, byOffset.set(offset, [...(byOffset.get(offset) ?? []), rejected]));
      }
    }
    const records: OutRecord[] = [];
    let replayed = 0;
    for (const [partition, byOffset] of byPartition) {
      const originals = await this.ports.readRaw(
        partition,
        [...byOffset.keys()].sort((a, b) => a - b),
      );
      for (const [offset, rejects] of byOffset) {
        const original = originals.get(offset);
        if (original === undefined)
          failed.push(...rejects.map(({ rejectId }) => ({ rejectId, reason: 'original_gone' as const })));
        else {
          records.push(replayRecord(original, rejects));
          replayed += rejects.length;
        }
      }
    }
    if (records.length > 0) await this.ports.send(records);
    return { replayed, failed };
  }
}

function replayRecord(original: InRecord, rejects: readonly RejectedCdr[]): OutRecord {
  const lines = rejects.some(({ line }) => line === null)
    ? null
    : [...new Set(rejects.map(({ line }) => line as number))].sort((a, b) => a - b);
  const headers: Record<string, string> = { ...original.headers };
  // The original may be a replay itself: the place stays that of the first.
  const first = replayOf(original.headers);
  headers[HEADERS.replayOf] =
    first === null ? `${original.partition}/${original.offset}` : `${first.partition}/${first.offset}`;
  headers[HEADERS.replayAttempt] = String(Math.max(...rejects.map(({ attempt }) => attempt)) + 1);
  delete headers[HEADERS.replayLines];
  if (lines !== null) headers[HEADERS.replayLines] = lines.join(',');
  return {
    topic: 'cdr.raw',
    partition: original.partition,
    key: original.key?.toString('utf8') ?? null,
    value: original.value,
    headers,
  };
}
