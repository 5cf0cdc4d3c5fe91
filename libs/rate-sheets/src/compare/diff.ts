import type { RateRow } from '@ratestream/events';
import { divideHalfEven, formatMoney, type Nano } from '@ratestream/money';
import type { SheetScope } from '../mapping.js';
import type { ChangeKind, RateChange } from '../model.js';

export type ImportMode = 'full' | 'partial';

/** Besides its price, what of a rate may change while its key stays. */
const TERMS = ['unit', 'basis', 'timeoutSec', 'timeoutPolicy', 'priority', 'validUntil'] as const;

/**
 * The rates of the next version.
 *
 * full     an A–Z replacement: the sheet's, and those of the kinds that the sheet does not speak of: a sheet of usage
 *          prices withdraws no surcharges, and a sheet of one surcharge nothing else
 * partial  those of the version in force, with the sheet's in their places and the new ones behind
 */
export function nextRates(
  base: ReadonlyMap<string, RateRow>,
  sheet: readonly RateRow[],
  mode: ImportMode,
  scope: SheetScope,
): RateRow[] {
  if (mode === 'full') return [...sheet, ...keptRates(base, scope)];
  const next = new Map(base);
  for (const rate of sheet) next.set(rate.rateId, rate);
  return [...next.values()];
}

/** Rates in force of the kinds that a sheet does not speak of. */
export function keptRates(base: ReadonlyMap<string, RateRow>, { usage, surcharges }: SheetScope): RateRow[] {
  return [...base.values()].filter(({ surcharge }) => (surcharge === null ? !usage : !surcharges.has(surcharge)));
}

/** What happens to every rate of either version: those of the next one in its order, then the withdrawn ones. */
export function* diffRates(base: ReadonlyMap<string, RateRow>, next: readonly RateRow[]): Generator<RateChange> {
  const kept = new Set<string>();
  for (const rate of next) {
    const before = base.get(rate.rateId);
    if (before !== undefined) kept.add(rate.rateId);
    yield changeOf(rate, before);
  }
  for (const [rateId, { price }] of base) {
    if (!kept.has(rateId))
      yield { rateId, change: 'withdrawn', before: formatMoney(price), after: null, percent: null, terms: [] };
  }
}

function changeOf(rate: RateRow, before: RateRow | undefined): RateChange {
  const { rateId, price } = rate;
  const after = formatMoney(price);
  if (before === undefined) return { rateId, change: 'new', before: null, after, percent: null, terms: NO_TERMS };
  const terms = changedTerms(rate, before);
  const change: ChangeKind =
    price > before.price
      ? 'increase'
      : price < before.price
        ? 'decrease'
        : terms.length === 0
          ? 'unchanged'
          : 'changed';
  return { rateId, change, before: formatMoney(before.price), after, percent: percentOf(before.price, price), terms };
}

const NO_TERMS: RateChange['terms'] = [];

function changedTerms(rate: RateRow, before: RateRow): RateChange['terms'] {
  const changed = TERMS.filter((term) => rate[term] !== before[term]);
  if (changed.length === 0) return NO_TERMS;
  return changed.map((term) => ({ term, before: textOf(before[term]), after: textOf(rate[term]) }));
}

function textOf(value: string | number | null): string | null {
  return value === null ? null : String(value);
}

/** (after − before) ÷ before in percent with two places, half-even; null where there was no price. */
export function percentOf(before: Nano, after: Nano): string | null {
  if (before === 0n) return null;
  const hundredths = divideHalfEven((after - before) * 10_000n, before);
  const digits = (hundredths < 0n ? -hundredths : hundredths).toString().padStart(3, '0');
  return `${hundredths < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
