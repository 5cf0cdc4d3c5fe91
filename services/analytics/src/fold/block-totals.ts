import type { RatedEvent } from '@ratestream/events';
import type { Nano } from '@ratestream/money';

/** Offsets of a block; balance and ClickHouse cut at the same ones. */
export const BLOCK_SIZE = 10_000;

/** Sums of all leg steps of one action and currency in one block of a partition of `rated`. */
export interface BlockTotal {
  readonly block: number;
  /** What is moved: the account’s or the supplier’s, else the leg’s own; '' on legs that could not be priced. */
  readonly currency: string;
  readonly action: string;
  readonly legs: number;
  readonly amount: Nano;
  readonly heldAmount: Nano;
  readonly heldAmountFreed: Nano;
}

/**
 * Folds rated events into block totals, straight from the events: neither the sink's rows nor the ledger's postings are
 * used, so that an error in either shows as a difference.
 *
 * Out     the same totals however the events are cut into calls, summed by (block, currency, action)
 */
export function foldBlocks(events: Iterable<readonly [offset: number, event: RatedEvent]>): BlockTotal[] {
  const totals = new Map<string, { -readonly [K in keyof BlockTotal]: BlockTotal[K] }>();
  for (const [offset, event] of events) {
    const block = Math.floor(offset / BLOCK_SIZE);
    for (const leg of event.legs) {
      const { action, heldAmount, heldAmountFreed } = leg;
      const inAccount = leg.accountCurrency !== '';
      const currency = inAccount ? leg.accountCurrency : leg.currency;
      const key = `${block}|${action}|${currency}`;
      let total = totals.get(key);
      if (total === undefined) {
        total = { block, currency, action, legs: 0, amount: 0n, heldAmount: 0n, heldAmountFreed: 0n };
        totals.set(key, total);
      }
      total.legs += 1;
      total.amount += inAccount ? leg.accountAmount : leg.amount;
      total.heldAmount += heldAmount;
      total.heldAmountFreed += heldAmountFreed;
    }
  }
  return [...totals.values()];
}
