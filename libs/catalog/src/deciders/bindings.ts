import type { PlanBinding } from '../model.js';
import type { Faults } from './decision.js';

/**
 * One class and country has one card: where two bindings could both be meant, which of them counts would hang on their order.
 *
 * In      bindings of a plan or overrides of an account; `field` is their JSON pointer
 */
export function checkOverlaps(faults: Faults, bindings: readonly PlanBinding[], field: string): void {
  const boundAt = new Map<string, number>();
  for (const [index, { trafficClass, countries }] of bindings.entries()) {
    const twice: string[] = [];
    for (const country of countries ?? [null]) {
      const key = `${trafficClass ?? '*'}/${country ?? '*'}`;
      if (boundAt.has(key)) twice.push(country ?? 'any country');
      else boundAt.set(key, index);
    }
    if (twice.length === 0) continue;
    const className = trafficClass ?? 'any class';
    if (countries === null)
      faults.add(`${field}/${index}/trafficClass`, 'class_bound_twice', `${className} is bound twice`);
    else
      faults.add(
        `${field}/${index}/countries`,
        'country_bound_twice',
        `${className} to ${[...new Set(twice)].join(', ')} is bound already`,
      );
  }
}
