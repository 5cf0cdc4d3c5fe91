import { OPERATOR, type Account, type CatalogView } from '@ratestream/catalog';
import type { Caller } from '@ratestream/http';

type Terms = Partial<Pick<Account, 'parentId' | 'rateGroupId' | 'overrides'>>;

/**
 * An account as a tenant may see it: which rate group it is in and which cards were made for it are known to whoever set
 * that. What it pays is in its quotes, charges and notices.
 *
 * Out     without the fields that name things of others, rather than empty: sent back in a PUT, they stay as they are. Of
 *         an account whose parent the caller does not see none is there, so that nobody learns which of them are set
 */
export function withoutTermsFromAbove(
  state: Record<string, unknown>,
  view: CatalogView,
  caller: Caller,
): Record<string, unknown> {
  if (caller.isOperator) return state;
  const { rateGroupId: _group, overrides: _overrides, ...rest } = state;
  const terms = state as Terms;
  if (terms.parentId === undefined) return state;
  if (!caller.sees(terms.parentId ?? OPERATOR)) return rest;
  const { rateGroupId = null, overrides = [] } = terms;
  return {
    ...rest,
    ...(mayKnow('rateGroupId', rateGroupId, view, caller) ? { rateGroupId } : {}),
    ...(mayKnow('overrides', overrides, view, caller) ? { overrides } : {}),
  };
}

/** Whether everything that a field of an account names is the caller's, or of somebody below. */
export function mayKnow(field: string, value: unknown, view: CatalogView, caller: Caller): boolean {
  const owns = (owner: string | null | undefined): boolean => caller.sees(owner ?? OPERATOR);
  if (field === 'rateGroupId') return value === null || owns(view.rateGroups.get(value as string)?.owner);
  if (field === 'overrides')
    return (value as Account['overrides']).every(({ cardId }) => owns(view.cards.get(cardId)?.owner));
  return true;
}
