import type { Nano } from '@ratestream/money';
import type { LegMoney } from './posting.js';

/** Offsets per block of the conservation check. Balance, ClickHouse and the fold of `rated` cut at the same ones. */
export const BLOCK_SIZE = 10_000;

export function blockOf(offset: number): number {
  return Math.floor(offset / BLOCK_SIZE);
}

/** Totals of all leg steps in one block of `rated`, as written on the events, in the currency that is moved: the account's or the supplier's. */
export interface BlockTotal {
  /** offsets [block × 10 000, (block + 1) × 10 000) */
  readonly block: number;
  readonly currency: string;
  readonly action: LegMoney['action'];
  readonly legs: number;
  readonly amount: Nano;
  readonly heldAmount: Nano;
  readonly heldAmountFreed: Nano;
}
