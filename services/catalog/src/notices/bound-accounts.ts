import { OPERATOR, type Account, type CatalogView, type PlanBinding } from '@ratestream/catalog';

/**
 * Accounts that pay by a card: their overrides, their plan, or the plan of their rate group name it.
 *
 * Out   open accounts within the subtree of the card's owner, in order of opening
 */
export function boundAccounts(view: CatalogView, cardId: string): string[] {
  const owner = view.cards.get(cardId)?.owner ?? OPERATOR;
  const names = (bindings: readonly PlanBinding[]): boolean => bindings.some((one) => one.cardId === cardId);
  const plans = new Set([...view.plans.values()].filter(({ bindings }) => names(bindings)).map(({ id }) => id));
  return [...view.accounts.values()]
    .filter((account) => !account.closed && view.isWithin(account.id, owner))
    .filter((account) => names(account.overrides) || plans.has(planOf(view, account) ?? ''))
    .map(({ id }) => id);
}

/** The plan that an account has, by itself or by its rate group. */
export function planOf(view: CatalogView, { planId, rateGroupId }: Account): string | null {
  return planId ?? view.rateGroups.get(rateGroupId ?? '')?.planId ?? null;
}
