import { DEFAULT_FX, UNKNOWN_ORIGIN, type CatalogView } from '@ratestream/catalog';
import type { Fx } from '@ratestream/events';
import type { Conversion, FxBook } from '@ratestream/fx';
import { formatMoney, type Nano } from '@ratestream/money';
import type { MatchQuery } from '@ratestream/pricing';
import type { BuyRoute, DestinationKey } from './buy-routes.js';

/** What kind of message is compared; null: one that no rate names. */
export interface MessageKind {
  trafficClass: string | null;
  senderType: string | null;
  originCountry: string | null;
  routeGrade: string | null;
}

export interface ComparedSurcharge {
  name: string;
  unit: 'part' | 'message';
  price: string;
  /** In the currency of the comparison; null: no exchange rate. */
  converted: string | null;
}

/** A supplier's price for a destination. Amounts are decimals. */
export interface SupplierPrice {
  supplierId: string | null;
  supplierName: string | null;
  connectionId: string | null;
  cardId: string;
  version: number;
  rateId: string;
  matchedBy: string;
  unit: 'part' | 'message';
  price: string;
  currency: string;
  /** In the currency of the comparison; null: no exchange rate. */
  converted: string | null;
  surcharges: ComparedSurcharge[];
  /** What a message of one part costs with its surcharges; what suppliers are ordered by. */
  total: string | null;
  /** Evidence of the conversion; null: the card is in that currency already, or there is no rate. */
  fx: Fx | null;
}

export interface ComparedDestination {
  destination: DestinationKey;
  /** Cheapest first; those that cannot be converted last. */
  prices: SupplierPrice[];
  /** Suppliers that have no price for it. */
  without: string[];
}

/** What messages of a class or origin that nobody names offer to match: no rate names it. */
const NO_CLASS = '';

export interface ComparisonContext {
  view: CatalogView;
  fx: Pick<FxBook, 'convert'>;
  /** Every price is converted to it. */
  currency: string;
  asOf: number;
  kind: MessageKind;
}

/**
 * Every supplier's price for one destination, matched as a message to it would be, so that a supplier with a price for
 * the country alone competes for its networks.
 */
export function compareDestination(
  destination: DestinationKey,
  routes: readonly BuyRoute[],
  context: ComparisonContext,
): ComparedDestination {
  const prices: { shown: SupplierPrice; total: Nano | null }[] = [];
  const priced = new Set<string>();
  const asked = new Set<string>();
  for (const route of routes) {
    if (route.supplierId !== null) asked.add(route.supplierId);
    const found = priceOf(destination, route, context);
    if (found === null) continue;
    prices.push(found);
    if (route.supplierId !== null) priced.add(route.supplierId);
  }
  prices.sort((a, b) => compareTotals(a.total, b.total) || (nameOf(a.shown) < nameOf(b.shown) ? -1 : 1));
  return {
    destination,
    prices: prices.map(({ shown }) => shown),
    without: [...asked].filter((id) => !priced.has(id)).sort(),
  };
}

function priceOf(
  { country, mcc, mnc, prefix }: DestinationKey,
  { supplierId, connectionId, routeGrade, card, version, table }: BuyRoute,
  { view, fx, currency, asOf, kind }: ComparisonContext,
): { shown: SupplierPrice; total: Nano | null } | null {
  const query: MatchQuery = {
    country,
    mcc,
    mnc,
    digits: prefix ?? '',
    trafficClass: kind.trafficClass ?? NO_CLASS,
    senderType: kind.senderType,
    originCountry: kind.originCountry ?? UNKNOWN_ORIGIN,
    routeGrade: routeGrade ?? kind.routeGrade,
  };
  const row = table.find(query, card.precedence);
  if (row < 0) return null;
  const conversion = fx.convert({
    from: card.currency,
    to: currency,
    terms: DEFAULT_FX,
    at: asOf,
    timeZone: 'UTC',
    knownAt: Number.MAX_SAFE_INTEGER,
  });
  let total = convert(table.price(row), conversion);
  const rows = table.surcharges(query, asOf, card.precedence);
  if (rows === null) return null; // a surcharge by origin, and none was asked for
  const surcharges = rows.map((at): ComparedSurcharge => {
    const converted = convert(table.price(at), conversion);
    total = total === null || converted === null ? null : total + converted;
    return {
      name: table.surchargeOf(at) ?? '',
      unit: table.unitOf(at),
      price: formatMoney(table.price(at)),
      converted: textOf(converted),
    };
  });
  return {
    total,
    shown: {
      supplierId,
      supplierName: view.suppliers.get(supplierId ?? '')?.name ?? null,
      connectionId,
      cardId: card.id,
      version,
      rateId: table.rateId(row),
      matchedBy: table.matchedBy(row),
      unit: table.unitOf(row),
      price: formatMoney(table.price(row)),
      currency: card.currency,
      converted: textOf(convert(table.price(row), conversion)),
      surcharges,
      total: textOf(total),
      fx: card.currency === currency ? null : (conversion?.fx ?? null),
    },
  };
}

function convert(amount: Nano, conversion: Conversion | null): Nano | null {
  return conversion === null ? null : conversion.apply(amount);
}

function textOf(amount: Nano | null): string | null {
  return amount === null ? null : formatMoney(amount);
}

function compareTotals(a: Nano | null, b: Nano | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function nameOf({ supplierId, connectionId, cardId }: SupplierPrice): string {
  return `${supplierId ?? ''}|${connectionId ?? ''}|${cardId}`;
}
