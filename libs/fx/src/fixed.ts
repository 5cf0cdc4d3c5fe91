import type { FxTerms } from '@ratestream/catalog';
import { makeConversion } from './conversion.js';
import type { Conversion } from './conversion.js';
import { decimal, finite, grownBy, over, significant, times } from './fraction.js';

/**
 * By the plan's own rate of the pair, else by the inverse of the other direction; null where neither is agreed.
 *
 * Out     a stated rate is multiplied as it is, so `rate` has all its digits; an inverse is a division, so its evidence
 *         has two figures per unit of TO. No date: the rate is of no day
 * Source  pricing-rules.md §5.3
 * Example { 'EUR/USD': '1.25' }: EUR → USD × 1.25; USD → EUR ÷ 1.25
 */
export function fixedConversion(from: string, to: string, terms: FxTerms): Conversion | null {
  const evidence = { from, to, rateDate: '', source: terms.source, rule: terms.rule, provisional: false };
  const { spreadPercent, fixed } = terms;
  const spread = grownBy(spreadPercent);
  const stated = fixed[`${from}/${to}`];
  if (stated !== undefined) {
    const rate = finite(times(decimal(stated), spread));
    if (rate === null) throw new RangeError(`${stated} and a spread of ${spreadPercent} are no finite decimal`);
    return makeConversion({ ...evidence, rate, spreadPercent, base: null, fromPerBase: null, toPerBase: null });
  }
  const inverse = fixed[`${to}/${from}`];
  if (inverse === undefined) return null;
  const rate = significant(times(over({ n: 1n, d: 1n }, decimal(inverse)), spread), 12);
  return makeConversion({ ...evidence, rate, spreadPercent, base: to, fromPerBase: inverse, toPerBase: '1' });
}
