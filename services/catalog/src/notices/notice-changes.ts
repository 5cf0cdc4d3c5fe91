import type { Micros, NoticeDays } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { Nano } from '@ratestream/money';
import { diffRates, RateIndex, type ChangeKind } from '@ratestream/rate-sheets';

/** What a version does to one rate, as a customer meets it. */
export interface NoticeChange {
  /** As it will be; of a withdrawn one as it was. */
  rate: RateRow;
  change: ChangeKind;
  /** What such a message costs before: of a new rate what a wider one asked; null where it had no price. */
  before: Nano | null;
  /** What it costs then; null where it has no price any more. */
  after: Nano | null;
  /** Whether somebody may have to pay more. Another unit counts as dearer unless it can only be cheaper. */
  effect: 'increase' | 'decrease' | 'none';
}

export type ChangeCounts = Record<ChangeKind, number>;
export interface ChangeTotals {
  changes: ChangeCounts;
  /** Rates by which somebody pays more, new and withdrawn ones among them. */
  increases: number;
  decreases: number;
}

const DAY: Micros = 86_400_000_000;

/**
 * What a version changes, rate by rate: those of the next version in its order, then the withdrawn ones.
 *
 * Example 0.04 for GB, and then 0.05 for 234-10 as well: a new rate, and an increase for whoever sends there
 */
export function* noticeChanges(base: readonly RateRow[], next: readonly RateRow[]): Generator<NoticeChange> {
  const before = new Map(base.map((rate) => [rate.rateId, rate]));
  const after = new Map(next.map((rate) => [rate.rateId, rate]));
  const [pricesBefore, pricesAfter] = [new RateIndex(base), new RateIndex(next)];
  for (const { rateId, change } of diffRates(before, next)) {
    const [old, rate] = [before.get(rateId), after.get(rateId)];
    if (old !== undefined && rate !== undefined)
      yield { rate, change, before: old.price, after: rate.price, effect: effectOf(old, rate) };
    // Where there was no price at all nothing becomes dearer.
    else if (rate !== undefined && base.length === 0)
      yield { rate, change, before: null, after: rate.price, effect: 'none' };
    else if (rate !== undefined) yield added(rate, pricesBefore.find(rate, rate));
    else if (old !== undefined) yield withdrawn(old, pricesAfter.find(old, old));
  }
}

export function totalsOf(changes: Iterable<NoticeChange>): ChangeTotals {
  const counts: ChangeCounts = { new: 0, increase: 0, decrease: 0, changed: 0, unchanged: 0, withdrawn: 0 };
  const totals: ChangeTotals = { changes: counts, increases: 0, decreases: 0 };
  for (const { change, effect } of changes) {
    counts[change] += 1;
    if (effect === 'increase') totals.increases += 1;
    if (effect === 'decrease') totals.decreases += 1;
  }
  return totals;
}

/** The first instant at which a version with these changes may take effect; `now` where it needs no notice. */
export function earliestEffect({ increases, decreases }: ChangeTotals, days: NoticeDays, now: Micros): Micros {
  const needed = Math.max(increases > 0 ? days.increase : 0, decreases > 0 ? days.decrease : 0);
  return now + needed * DAY;
}

/** Whether somebody would have to be told earlier. Nobody minds paying less from an instant on that is past. */
export function isTooEarly(
  totals: ChangeTotals,
  days: NoticeDays,
  { from, now }: { from: Micros; now: Micros },
): boolean {
  const earliest = earliestEffect(totals, days, now);
  return from < earliest && (totals.increases > 0 || earliest > now);
}

function added(rate: RateRow, wider: RateRow | undefined): NoticeChange {
  // A surcharge that was not there is paid from then on; a place that had no price becomes possible.
  if (rate.surcharge !== null)
    return { rate, change: 'new', before: null, after: rate.price, effect: rate.price > 0n ? 'increase' : 'none' };
  const effect = wider === undefined ? 'none' : effectOf(wider, rate);
  return { rate, change: 'new', before: wider?.price ?? null, after: rate.price, effect };
}

function withdrawn(rate: RateRow, wider: RateRow | undefined): NoticeChange {
  if (rate.surcharge !== null)
    return {
      rate,
      change: 'withdrawn',
      before: rate.price,
      after: null,
      effect: rate.price > 0n ? 'decrease' : 'none',
    };
  const effect = wider === undefined ? 'none' : effectOf(rate, wider);
  return { rate, change: 'withdrawn', before: rate.price, after: wider?.price ?? null, effect };
}

function effectOf(before: RateRow, after: RateRow): NoticeChange['effect'] {
  if (before.unit === after.unit)
    return after.price > before.price ? 'increase' : after.price < before.price ? 'decrease' : 'none';
  // A price per message that becomes one per part is multiplied by parts that nobody knows yet.
  return before.unit === 'part' && after.price <= before.price ? 'decrease' : 'increase';
}
