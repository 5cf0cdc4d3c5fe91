import type { RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { MatchKey } from './facts.js';
import { chooseRow } from './rate-choice.js';

/**
 * One row for each name that has one for this message at this time, by name (docs/pricing-rules.md §4). Where a name
 * is left without a row because the origin is unknown nobody knows what is owed.
 */
export function chooseSurcharges(
  card: RateCard,
  rows: readonly RateRow[],
  key: MatchKey,
  billingTime: number,
): RateRow[] | 'origin_unknown' {
  const valid = rows.filter((row) => row.surcharge !== null && isValid(row, billingTime));
  const names = [...new Set(valid.map(({ surcharge }) => surcharge))].sort();
  const found: RateRow[] = [];
  for (const name of names) {
    const ofName = valid.filter(({ surcharge }) => surcharge === name);
    const row = chooseRow(card, ofName, key);
    if (row === 'origin_unknown') return row;
    if (row !== null) found.push(row);
  }
  return found;
}

function isValid({ validFrom, validUntil }: RateRow, at: number): boolean {
  return (validFrom === null || validFrom <= at) && (validUntil === null || at < validUntil);
}
