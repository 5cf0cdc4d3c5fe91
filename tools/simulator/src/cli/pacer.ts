import { setTimeout as sleep } from 'node:timers/promises';
import type { RawRecord } from '../traffic/raw-record.js';

export interface PaceOptions {
  /** `clock`: a record goes out when the clock reaches its append time. A number: records per second. `none`: as fast as they are taken. */
  pace: 'clock' | 'none' | { recordsPerSecond: number };
  maxBatch?: number;
  signal?: AbortSignal;
  /** Clock in milliseconds; a test brings its own. */
  now?: () => number;
}

/** Cuts the endless sequence of records into batches at the wanted speed. */
export async function* paced(records: Iterable<RawRecord>, options: PaceOptions): AsyncGenerator<RawRecord[]> {
  const { pace, maxBatch = 500, signal, now = Date.now } = options;
  const startedAt = now();
  let sent = 0;
  let batch: RawRecord[] = [];
  for (const record of records) {
    if (signal?.aborted === true) break;
    const dueAt =
      pace === 'none'
        ? 0
        : pace === 'clock'
          ? record.appendAt / 1000
          : startedAt + (sent / pace.recordsPerSecond) * 1000;
    const waitMs = dueAt - now();
    if (batch.length > 0 && (batch.length >= maxBatch || waitMs > 0)) {
      yield batch;
      batch = [];
    }
    // Waiting in steps of 50 ms makes small batches of what comes due meanwhile.
    if (waitMs > 0)
      await sleep(Math.max(50, waitMs), undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    batch.push(record);
    sent++;
  }
  if (batch.length > 0) yield batch;
}
