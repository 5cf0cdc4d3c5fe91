import type { Fx } from '@ratestream/events';
import { divideHalfEven } from '@ratestream/money';
import type { Nano } from '@ratestream/money';
import { decimal, grownBy, over, reduced, times } from './fraction.js';
import type { Fraction } from './fraction.js';

type Figures = Pick<Fx, 'rate' | 'fromPerBase' | 'toPerBase' | 'spreadPercent'>;

/** By their figures: a day has few pairs, and every settlement asks again. When there are more all are read anew. */
const KEPT_FACTORS = 4_096;
const factors = new Map<string, Fraction>();

/**
 * The exact factor that an evidence states: TO per base ÷ FROM per base, grown by the spread; or, where it names no
 * two figures, `rate` itself, which has the spread in it.
 *
 * Source pricing-rules.md §5.4 and §5.8
 */
export function factorOf(fx: Figures): Fraction {
  const { rate, fromPerBase, toPerBase, spreadPercent } = fx;
  const exact = fromPerBase !== null && toPerBase !== null;
  const key = exact ? `${toPerBase}/${fromPerBase}/${spreadPercent ?? ''}` : rate;
  const known = factors.get(key);
  if (known !== undefined) return known;
  const factor = exact
    ? reduced(times(over(decimal(toPerBase), decimal(fromPerBase)), grownBy(spreadPercent)))
    : decimal(rate);
  if (factors.size >= KEPT_FACTORS) factors.clear();
  factors.set(key, factor);
  return factor;
}

/**
 * What was converted, from what it became: exact to the rounding of the conversion. For expectations, never for money.
 *
 * Example 0.007823596 GBP by the evidence below → 0.0105 USD
 */
export function unapplyFx(amount: Nano, fx: Fx): Nano {
  const { n, d } = factorOf(fx);
  return divideHalfEven(amount * d, n);
}

/**
 * Converts an amount by its evidence alone.
 *
 * In      nano-units of `fx.from`
 * Out     nano-units of `fx.to`: one exact fraction, rounded once, half to even, at nine places. Odd in the amount, so
 *         a reversal is exactly the negative of what it reverses
 * Example 0.0105 USD, USD 1.1684 and GBP 0.87058 per EUR → 0.007823596 GBP
 * Source  pricing-rules.md §5.5
 */
export function applyFx(amount: Nano, fx: Fx): Nano {
  const { n, d } = factorOf(fx);
  return divideHalfEven(amount * n, d);
}
