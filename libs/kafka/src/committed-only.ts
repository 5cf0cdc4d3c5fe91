import type { RecordBatch } from './record-batch.js';

/** A transaction that ended in an abort, as a fetch response names it: from which offset its producer's records are void. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/**
 * The data batches of a read-committed fetch.
 *
 * In      batches in offset order; `aborted` in any order (the broker sorts by where transactions ended, not by where
 *         they began, so that a longer one around a shorter one comes second)
 * Out     batches without control batches and without those of aborted transactions
 * Why     the client's own filter takes one entry a record in the order given, and lets records of an aborted
 *         transaction through where two producers write to one partition
 */
export function committedBatches(
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
): readonly RecordBatch[] {
  if (aborted.length === 0)
    return batches.some((b) => b.control !== null) ? batches.filter((b) => b.control === null) : batches;
  const waiting = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<bigint>();
  const kept: RecordBatch[] = [];
  let next = 0;
  for (const batch of batches) {
    while (next < waiting.length && waiting[next]!.firstOffset <= batch.lastOffset)
      open.add(waiting[next++]!.producerId);
    if (batch.control !== null) {
      if (batch.control === 'abort') open.delete(batch.producerId);
    } else if (!(batch.transactional && open.has(batch.producerId))) {
      kept.push(batch);
    }
  }
  return kept;
}
