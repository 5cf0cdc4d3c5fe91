import type { Account, TypedCatalogEvent } from '@ratestream/catalog';

/**
 * What an event of the catalog may give a price to.
 *
 * In   accounts: those open now
 * Out  the card whose rates are new; card null where accounts, plans, suppliers, cards or exchange rates changed, so that a
 *      message may now be priced by another card than the one it waits for, as it may by a card that overrides another;
 *      null for what prices nothing
 */
export function pricingChangeOf(
  event: TypedCatalogEvent,
  accounts: ReadonlyMap<string, Pick<Account, 'overrides'>>,
): { readonly card: string | null } | null {
  switch (event.type) {
    case 'RateCardVersionPublished':
    case 'RateCardVersionWithdrawn': // the version before counts again, and may have the rate that this one forgot
      return { card: overrides(event.data.cardId, accounts) ? null : event.data.cardId };
    case 'AccountChanged':
    case 'PlanCreated':
    case 'PlanChanged':
    case 'SupplierAdded':
    case 'SupplierChanged':
    case 'ConnectionAdded':
    case 'ConnectionChanged':
    case 'RateCardCreated':
    case 'RateCardChanged':
    case 'RateGroupCreated':
    case 'RateGroupChanged':
    case 'FxRatesPublished':
      return { card: null };
    default:
      return null;
  }
}

/** What waits names the card that was asked last: the plan's, also where an override was asked before it. */
function overrides(cardId: string, accounts: ReadonlyMap<string, Pick<Account, 'overrides'>>): boolean {
  for (const account of accounts.values()) if (account.overrides.some((one) => one.cardId === cardId)) return true;
  return false;
}
