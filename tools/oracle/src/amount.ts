import { Decimal } from 'decimal.js';

/** Decimals wide enough for decimal(38,9) and for a quotient of them: an exact sum or product is never cut. */
export const Exact = Decimal.clone({ precision: 80, toExpNeg: -40, toExpPos: 80 });
export type Exact = Decimal;

export const ZERO: Exact = new Exact(0);
export const ONE: Exact = new Exact(1);

/** Nano-units as they travel in events, as a decimal amount. Example 10_500_000n → 0.0105 */
export function fromNano(nano: bigint): Exact {
  return new Exact(nano.toString()).dividedBy(1_000_000_000);
}

/** A price as the catalog's JSON or the event's nano-units say it. */
export function toExact(amount: bigint | string): Exact {
  return typeof amount === 'bigint' ? fromNano(amount) : new Exact(amount);
}

/** An amount as events carry it: nine places, half to even. */
export function toNinePlaces(amount: Exact): Exact {
  return amount.toDecimalPlaces(9, Exact.ROUND_HALF_EVEN);
}
