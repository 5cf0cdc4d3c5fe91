import type { Nano } from './money.js';

/** `half_up`: a half away from zero; `up`: away from zero; `down`: towards zero. */
export type RoundingMode = 'half_up' | 'half_even' | 'up' | 'down';
export interface Rounding {
  mode: RoundingMode;
  /** Decimal places, 0 … 9. */
  places: number;
}

const PLACES = 9;

/**
 * An exact fraction of nano-units as an amount with so many places, rounded once.
 *
 * Errors  RangeError on a zero denominator, or on places that an amount does not have: our bug
 * Example (1_005_000_000n ÷ 1n, half_up, 2) → 1_010_000_000n; half_even → 1_000_000_000n
 */
export function roundTo(numerator: bigint, denominator: bigint, { mode, places }: Rounding): Nano {
  if (!Number.isInteger(places) || places < 0 || places > PLACES) throw new RangeError(`${places} decimal places`);
  if (denominator < 0n) return roundTo(-numerator, -denominator, { mode, places });
  const step = 10n ** BigInt(PLACES - places);
  const divisor = denominator * step;
  const quotient = numerator / divisor;
  const rest = numerator % divisor;
  if (rest === 0n) return quotient * step;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  return (awayFromZero(mode, twice, divisor, quotient) ? quotient + (numerator < 0n ? -1n : 1n) : quotient) * step;
}

function awayFromZero(mode: RoundingMode, twice: bigint, divisor: bigint, quotient: bigint): boolean {
  if (mode === 'up' || mode === 'down') return mode === 'up';
  if (twice !== divisor) return twice > divisor;
  return mode === 'half_up' || quotient % 2n !== 0n;
}
