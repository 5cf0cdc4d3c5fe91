import type { Fx } from '@ratestream/events';
import { divideHalfEven } from '@ratestream/money';
import type { Nano } from '@ratestream/money';
import { factorOf } from './apply-fx.js';

/** One rate, ready to convert with, and what is written down about it. */
export interface Conversion {
  readonly fx: Fx;
  /** Nano-units of `fx.to`, rounded once, half to even; what `applyFx` makes of the evidence. */
  apply(amount: Nano): Nano;
}

/** The evidence is the truth: the factor is read from it, so nothing can be converted by what it does not say. */
export function makeConversion(fx: Fx): Conversion {
  const { n, d } = factorOf(fx);
  return { fx: Object.freeze(fx), apply: (amount) => divideHalfEven(amount * n, d) };
}
