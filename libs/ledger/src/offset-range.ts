/** A stretch of one partition that is applied in one transaction. */
export interface OffsetRange<R> {
  readonly from: number; // inclusive: the position before
  readonly to: number; // exclusive: the position after
  readonly records: readonly R[];
}

/**
 * Cuts what was delivered down to what has not been applied.
 *
 * In      records in offset order, as delivered, however often; position: the next offset to apply
 * Out     null when all of it has been applied. Gaps are normal: control records and aborted ones take offsets
 * Example position 7, offsets 5 6 7 9 → from 7, to 10, records 7 and 9
 */
export function freshRange<R extends { readonly offset: number }>(
  records: readonly R[],
  position: number,
): OffsetRange<R> | null {
  const start = records.findIndex((record) => record.offset >= position);
  const last = records.at(-1);
  if (start === -1 || last === undefined) return null;
  return { from: position, to: last.offset + 1, records: start === 0 ? records : records.slice(start) };
}

const DAY_MS = 86_400_000;

/**
 * Splits records where the broker's append time enters another UTC day, so that a day's sums never depend on how the
 * stream was cut into batches.
 */
export function splitByDay<R extends { readonly appendedAt: number }>(records: readonly R[]): R[][] {
  const parts: R[][] = [];
  let day = Number.NaN;
  for (const record of records) {
    const next = Math.floor(record.appendedAt / DAY_MS);
    if (next !== day) parts.push([]);
    day = next;
    parts.at(-1)?.push(record);
  }
  return parts;
}
