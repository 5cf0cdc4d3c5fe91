import { DEFAULT_PRECEDENCE, type MatchDimension } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { MatchQuery } from '../src/index.js';

/** The rules of docs/pricing-rules.md §3, by looking at every row. */
export function slowly(
  rows: readonly RateRow[],
  query: MatchQuery,
  precedence: readonly MatchDimension[] | null = null,
): RateRow | 'origin_unknown' | undefined {
  const fitting = rows.filter((row) => goesTo(row, query) && isOfClass(row, query));
  const open = fitting.filter(({ originCountry }) => originCountry === null);
  if (query.originCountry !== null)
    return best([...open, ...fitting.filter((row) => row.originCountry === query.originCountry)], precedence);
  if (open.length === fitting.length) return best(open, precedence);
  return best(fitting.filter(({ originCountry }) => originCountry === 'unknown'), precedence) ?? 'origin_unknown'; // prettier-ignore
}

function goesTo(row: RateRow, to: MatchQuery): boolean {
  const named = (value: string | null, of: string | null): boolean => value === null || value === of;
  return (
    named(row.country, to.country) &&
    (row.prefix === null ? named(row.mcc, to.mcc) && named(row.mnc, to.mnc) : to.digits.startsWith(row.prefix))
  );
}

function isOfClass(row: RateRow, query: MatchQuery): boolean {
  return (['routeGrade', 'trafficClass', 'senderType'] as const).every(
    (dimension) => row[dimension] === null || row[dimension] === query[dimension],
  );
}

function best(rows: readonly RateRow[], precedence: readonly MatchDimension[] | null): RateRow | undefined {
  const order = precedence ?? DEFAULT_PRECEDENCE;
  return [...rows].sort((a, b) => before([b.priority], [a.priority]) || before(ranks(a, order), ranks(b, order)))[0];
}

function ranks(row: RateRow, order: readonly MatchDimension[]): number[] {
  return order.flatMap((dimension) =>
    dimension === 'destination'
      ? [
          row.mnc !== null ? 0 : row.prefix !== null ? 1 : row.mcc !== null ? 2 : row.country !== null ? 3 : 4,
          row.prefix === null ? 0 : -row.prefix.length,
          row.country === null ? 1 : 0,
        ]
      : [row[dimension] === null ? 1 : 0],
  );
}

function before(a: readonly number[], b: readonly number[]): number {
  return a.map((value, at) => value - (b[at] as number)).find((difference) => difference !== 0) ?? 0;
}
