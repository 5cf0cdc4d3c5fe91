import { Decimal } from 'decimal.js';

/** Decimals wide enough for decimal(38,9): an exact sum or product of them is never cut. */
export const Exact = Decimal.clone({ precision: 60, toExpNeg: -30, toExpPos: 60 });
export type Exact = Decimal;

export const ZERO: Exact = new Exact(0);

/** Nano-units as they travel in events, as a decimal amount. Example 10_500_000n → 0.0105 */
export function fromNano(nano: bigint): Exact {
  return new Exact(nano.toString()).dividedBy(1_000_000_000);
}

/** A price as the catalog's JSON or the event's nano-units say it. */
export function toExact(amount: bigint | string): Exact {
  return typeof amount === 'bigint' ? fromNano(amount) : new Exact(amount);
}
