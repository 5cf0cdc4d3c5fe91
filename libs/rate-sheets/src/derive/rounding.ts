import type { Derivation } from '@ratestream/catalog';
import { divideHalfEven, type Nano } from '@ratestream/money';

/** An exact number; d > 0. */
export interface Fraction {
  n: bigint;
  d: bigint;
}

const NANO_PLACES = 9;

/**
 * Rounds nano-units to a number of decimal places, once, by a named mode.
 *
 * half_up    halves away from zero
 * half_even  halves to the even digit
 * up, down   away from zero, towards zero
 * Example 0.0494875 to 6 places: half_up 0.049488, down 0.049487
 */
export function roundTo({ n, d }: Fraction, { mode, places }: Derivation['rounding']): Nano {
  const unit = 10n ** BigInt(NANO_PLACES - places);
  return quotient(n, d * unit, mode) * unit;
}

function quotient(n: bigint, d: bigint, mode: Derivation['rounding']['mode']): bigint {
  if (mode === 'half_even') return divideHalfEven(n, d);
  const [size, sign] = n < 0n ? [-n, -1n] : [n, 1n];
  const whole = size / d;
  const rest = size % d;
  const away = mode === 'up' ? rest > 0n : mode === 'half_up' && rest * 2n >= d;
  return sign * (away ? whole + 1n : whole);
}
