import { PLAIN_RATE, rateIdOf, type Derivation } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { formatMoney, parseMoney } from '@ratestream/money';
import { deriveRates, knownNetworks, percentOf } from '@ratestream/rate-sheets';
import type { BuyRoute, DestinationKey } from './buy-routes.js';
import { compareDestination, type ComparisonContext, type SupplierPrice } from './compare-suppliers.js';
import type { OfferBody } from './offer-requests.js';

/** One price of an offer, and what it stands on. Amounts are decimals in the offer's currency. */
export interface OfferRow extends DestinationKey {
  rateId: string;
  trafficClass: string | null;
  unit: 'part' | 'message';
  sell: string;
  /** Of the cheapest supplier, surcharges included. */
  cost: string;
  supplierId: string | null;
  connectionId: string | null;
  buyCardId: string;
  buyVersion: number;
  buyRateId: string;
  buyPrice: string;
  buyCurrency: string;
  fxRate: string | null;
  fxDate: string | null;
  margin: string;
  /** Of the sell price; null where that is zero. */
  marginPercent: string | null;
  /** Suppliers that have a price there. */
  suppliers: number;
}

export interface OfferSummary {
  destinations: number;
  rows: number;
  /** Too few suppliers, no exchange rate, or a price below zero. */
  leftOut: { few_suppliers: number; no_fx_rate: number; negative_price: number; too_large: number };
  belowCost: number;
}

/** Destinations that are compared before other requests are let work. */
const BREATH = 500;

type Terms = Pick<OfferBody, 'from' | 'markup' | 'groups' | 'rounding'>;

/**
 * A price list out of the best buy of every destination plus a markup.
 *
 * Out     one row for each destination and class; the cost is what a message of one part costs by its cheapest supplier
 * Example buys 234-10 at 0.02 and 0.03, sells at 0.02 + 20 % = 0.024 with a margin of 0.004
 */
export async function buildOffer(
  keys: readonly DestinationKey[],
  allRoutes: readonly BuyRoute[],
  context: Omit<ComparisonContext, 'kind'>,
  { from, markup, groups, rounding }: Terms,
): Promise<{ rows: OfferRow[]; summary: OfferSummary }> {
  const routes = allRoutes.filter(({ supplierId }) => isWanted(supplierId, from.suppliers));
  const wanted = from.countries === undefined ? null : new Set(from.countries);
  const leftOut = { few_suppliers: 0, no_fx_rate: 0, negative_price: 0, too_large: 0 };
  const best = new Map<string, { cost: RateRow; key: DestinationKey; price: SupplierPrice; suppliers: number }>();
  const destinations = keys.filter(({ country }) => wanted === null || (country !== null && wanted.has(country)));
  const { senderType = null, originCountry = null, routeGrade = null } = from;
  for (const [done, key] of destinations.entries()) {
    if (done % BREATH === BREATH - 1) await new Promise((resolve) => setImmediate(resolve));
    for (const trafficClass of from.trafficClasses) {
      const kind = { trafficClass, senderType, originCountry, routeGrade };
      const { prices } = compareDestination(key, routes, { ...context, kind });
      const suppliers = new Set(prices.map(({ supplierId, cardId }) => supplierId ?? `card ${cardId}`)).size;
      const [price] = prices;
      if (price === undefined || suppliers < from.minSuppliers) leftOut.few_suppliers += 1;
      else if (price.total === null) leftOut.no_fx_rate += 1;
      else {
        const cost = costOf(key, trafficClass, price, price.total);
        best.set(cost.rateId, { cost, key, price, suppliers });
      }
    }
  }
  const derivation: Derivation = { fromCardId: '', markup, groups, rounding, fx: NO_FX };
  const { rates, refused } = deriveRates(
    [...best.values()].map(({ cost }) => cost),
    { derivation, factor: { n: 1n, d: 1n }, networks: knownNetworks(), base: new Map() },
  );
  for (const { code } of refused) leftOut[code] += 1;
  const rows = rates.flatMap((rate) => {
    const found = best.get(rate.rateId);
    return found === undefined ? [] : [rowOf(rate, found)];
  });
  const belowCost = rows.filter(({ margin }) => margin.startsWith('-')).length;
  return { rows, summary: { destinations: destinations.length, rows: rows.length, leftOut, belowCost } };
}

/** The rates that an offer puts on a sell card. */
export function ratesOfOffer(rows: readonly OfferRow[]): RateRow[] {
  return rows.map(({ rateId, country, mcc, mnc, prefix, trafficClass, unit, sell }) => ({
    rateId,
    country,
    mcc,
    mnc,
    prefix,
    trafficClass,
    price: parseMoney(sell),
    unit,
    basis: null,
    timeoutSec: null,
    timeoutPolicy: null,
    ...PLAIN_RATE,
  }));
}

/** Costs are in the offer's currency before they are marked up. */
const NO_FX: Derivation['fx'] = { rule: 'event', source: 'ecb', fallback: 'previous', spreadPercent: null, fixed: {} };

function isWanted(supplierId: string | null, { included, excluded }: OfferBody['from']['suppliers']): boolean {
  if (included !== undefined && (supplierId === null || !included.includes(supplierId))) return false;
  return supplierId === null || !excluded.includes(supplierId);
}

function costOf(
  { country, mcc, mnc, prefix }: DestinationKey,
  trafficClass: string | null,
  { unit }: SupplierPrice,
  total: string,
): RateRow {
  const terms = { basis: null, timeoutSec: null, timeoutPolicy: null };
  const row = { country, mcc, mnc, prefix, trafficClass, price: parseMoney(total), unit, ...terms, ...PLAIN_RATE };
  return { rateId: rateIdOf(row), ...row };
}

function rowOf(
  rate: RateRow,
  { cost, key, price, suppliers }: { cost: RateRow; key: DestinationKey; price: SupplierPrice; suppliers: number },
): OfferRow {
  return {
    ...key,
    rateId: rate.rateId,
    trafficClass: rate.trafficClass,
    unit: rate.unit,
    sell: formatMoney(rate.price),
    cost: formatMoney(cost.price),
    supplierId: price.supplierId,
    connectionId: price.connectionId,
    buyCardId: price.cardId,
    buyVersion: price.version,
    buyRateId: price.rateId,
    buyPrice: price.price,
    buyCurrency: price.currency,
    fxRate: price.fx?.rate ?? null,
    fxDate: price.fx?.rateDate ?? null,
    margin: formatMoney(rate.price - cost.price),
    // (sell − cost) ÷ sell: the change from the sell price down to the cost, with the sign turned.
    marginPercent: turned(percentOf(rate.price, cost.price)),
    suppliers,
  };
}

function turned(percent: string | null): string | null {
  if (percent === null || /^-?0\.00$/.test(percent)) return percent === null ? null : '0.00';
  return percent.startsWith('-') ? percent.slice(1) : `-${percent}`;
}
