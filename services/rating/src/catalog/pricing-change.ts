import type { TypedCatalogEvent } from '@ratestream/catalog';

/**
 * What an event of the catalog may give a price to.
 *
 * Out  the card whose rates are new; card null where accounts, plans, suppliers or cards changed, so that a message may now
 *      be priced by another card than the one it waits for; null for what prices nothing
 */
export function pricingChangeOf(event: TypedCatalogEvent): { readonly card: string | null } | null {
  switch (event.type) {
    case 'RateCardVersionPublished':
      return { card: event.data.cardId };
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
