import type { Micros } from '@ratestream/catalog';
import type { Fx } from '@ratestream/events';

/** A rate older than this at the billing time is alarmed; Easter, from Thursday to Tuesday, is not. Source: domain.md §7 */
export const STALE_AFTER_DAYS = 5;

const MICROS_PER_DAY = 86_400_000_000;
/** Days of rates that were looked at, by date: a handful at any time. */
const KEPT = 1_000;
const starts = new Map<string, Micros>();

/**
 * Whole UTC days from a date to an instant; negative before it, null where there is no date (an agreed rate).
 *
 * Example '2026-04-13' at 2026-04-19T00:00Z → 6
 */
export function rateAgeDays(rateDate: string, at: Micros): number | null {
  if (rateDate === '') return null;
  let start = starts.get(rateDate);
  if (start === undefined) {
    start = Date.parse(rateDate) * 1000;
    if (starts.size >= KEPT) starts.clear();
    starts.set(rateDate, start);
  }
  return Math.floor((at - start) / MICROS_PER_DAY);
}

/** Whether a leg was converted by a rate that was too old at its billing time: it counts all the same. */
export function isStale(fx: Pick<Fx, 'rateDate'>, billingTime: Micros): boolean {
  return (rateAgeDays(fx.rateDate, billingTime) ?? 0) > STALE_AFTER_DAYS;
}
