import type { Account, Plan, PlanBinding, RateCard } from '@ratestream/catalog';
import type { MatchKey } from './facts.js';
import type { OracleCatalog } from './oracle-catalog.js';

/** The payer's own plan, else that of its rate group. */
export function planOf(account: Account | undefined, catalog: OracleCatalog): Plan | null {
  const group = catalog.rateGroups.get(account?.rateGroupId ?? '');
  return catalog.plans.get(account?.planId ?? group?.planId ?? '') ?? null;
}

/** The card of the account's overrides, then that of the plan: each list has at most one for a message. */
export function cardsToAsk(
  account: Account | undefined,
  plan: Plan,
  key: MatchKey,
  catalog: OracleCatalog,
): RateCard[] {
  return [chooseBinding(account?.overrides ?? [], key), chooseBinding(plan.bindings, key)]
    .map((binding) => catalog.cards.get(binding?.cardId ?? ''))
    .filter((card) => card !== undefined);
}

/** A named class before null, then named countries before null; of equals the first in the list. */
function chooseBinding(bindings: readonly PlanBinding[], { trafficClass, country }: MatchKey): PlanBinding | null {
  const fitting = bindings.filter(
    (binding) =>
      (binding.trafficClass === null || binding.trafficClass === trafficClass) &&
      (binding.countries === null || (country !== null && binding.countries.includes(country))),
  );
  const isNamed = (value: unknown): number => (value === null ? 0 : 1);
  const sorted = [...fitting].sort(
    (a, b) => isNamed(b.trafficClass) - isNamed(a.trafficClass) || isNamed(b.countries) - isNamed(a.countries),
  );
  return sorted[0] ?? null;
}
