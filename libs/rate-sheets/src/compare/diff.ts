import type { RateRow } from '@ratestream/events';
import { divideHalfEven, formatMoney, type Nano } from '@ratestream/money';
import type { ChangeKind, RateChange } from '../model.js';

export type ImportMode = 'full' | 'partial';

/**
 * The rates of the next version.
 *
 * full     an A–Z replacement: exactly the sheet's
 * partial  those of the version in force, with the sheet's in their places and the new ones behind
 */
export function nextRates(base: ReadonlyMap<string, RateRow>, sheet: readonly RateRow[], mode: ImportMode): RateRow[] {
  if (mode === 'full') return [...sheet];
  const next = new Map(base);
  for (const rate of sheet) next.set(rate.rateId, rate);
  return [...next.values()];
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
      yield { rateId, change: 'withdrawn', before: formatMoney(price), after: null, percent: null };
  }
}

function changeOf({ rateId, price, unit }: RateRow, before: RateRow | undefined): RateChange {
  const after = formatMoney(price);
  if (before === undefined) return { rateId, change: 'new', before: null, after, percent: null };
  const change: ChangeKind =
    price > before.price
      ? 'increase'
      : price < before.price
        ? 'decrease'
        : unit === before.unit
          ? 'unchanged'
          : 'changed';
  return { rateId, change, before: formatMoney(before.price), after, percent: percentOf(before.price, price) };
}

/** (after − before) ÷ before in percent with two places, half-even; null where there was no price. */
export function percentOf(before: Nano, after: Nano): string | null {
  if (before === 0n) return null;
  const hundredths = divideHalfEven((after - before) * 10_000n, before);
  const digits = (hundredths < 0n ? -hundredths : hundredths).toString().padStart(3, '0');
  return `${hundredths < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
