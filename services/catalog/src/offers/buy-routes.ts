import { inForce, type CatalogView, type RateCard } from '@ratestream/catalog';
import { ProblemError } from '@ratestream/http';
import type { Queryable } from '@ratestream/postgres';
import { RateTable } from '@ratestream/pricing';
import { knownNetworks } from '@ratestream/rate-sheets';
import { countryOf } from '@ratestream/sms';
import type { RateRow } from '@ratestream/events';
import { ratesOf } from '../imports/margin-cards.js';

/** Where a price is asked for: a network in a country, an E.164 prefix, a country, or anywhere. */
export interface DestinationKey {
  country: string | null;
  mcc: string | null;
  mnc: string | null;
  prefix: string | null;
}

/** One way to buy: a supplier's card, or that of one of its connections. */
export interface BuyRoute {
  /** null: a buy card that no supplier names. */
  supplierId: string | null;
  /** null: the card of all its connections that have none of their own. */
  connectionId: string | null;
  routeGrade: string | null;
  card: RateCard;
  version: number;
  table: RateTable;
}

interface Loaded {
  table: RateTable;
  keys: ReadonlyMap<string, DestinationKey>;
  rows: number;
}

/** Tables of buy cards by version, kept while there is room: versions never change. */
export class BuyTables {
  private readonly loaded = new Map<string, Promise<Loaded>>();
  private readonly sizes = new Map<string, number>();

  constructor(
    private readonly view: CatalogView,
    private readonly db: Queryable,
    private readonly maxRates: number,
  ) {}

  /**
   * Every way to buy that has prices in force at an instant, and every destination that one of them names.
   *
   * Errors  422 `too_many_rates` where the cards do not fit into memory together
   */
  async at(asOf: number): Promise<{ routes: BuyRoute[]; keys: DestinationKey[] }> {
    const routes: BuyRoute[] = [];
    const keys = new Map<string, DestinationKey>();
    let rows = 0;
    const named = this.named();
    for (const card of this.view.cards.values()) {
      if (card.side !== 'buy') continue;
      const version = inForce(this.view.versions(card.id), asOf);
      if (version === null) continue;
      const size = this.view.versions(card.id).find((one) => one.version === version)?.rows ?? 0;
      if ((rows += size) > this.maxRates)
        throw new ProblemError(422, 'too_many_rates', `The buy cards in force hold more than ${this.maxRates} rates.`);
      const loaded = await this.load(card.id, version);
      for (const [text, key] of loaded.keys) keys.set(text, key);
      const places = named.get(card.id) ?? [{ supplierId: null, connectionId: null, routeGrade: null }];
      for (const place of places) routes.push({ ...place, card, version, table: loaded.table });
    }
    const sorted = [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
    return { routes, keys: sorted.map(([, key]) => key) };
  }

  /** Who buys by which card. */
  private named(): Map<string, Pick<BuyRoute, 'supplierId' | 'connectionId' | 'routeGrade'>[]> {
    const named = new Map<string, Pick<BuyRoute, 'supplierId' | 'connectionId' | 'routeGrade'>[]>();
    const put = (cardId: string | null, place: Pick<BuyRoute, 'supplierId' | 'connectionId' | 'routeGrade'>): void => {
      if (cardId !== null) named.set(cardId, [...(named.get(cardId) ?? []), place]);
    };
    for (const { id: supplierId, buyCardId } of this.view.suppliers.values())
      put(buyCardId, { supplierId, connectionId: null, routeGrade: null });
    for (const { id: connectionId, supplierId, buyCardId, routeGrade } of this.view.connections.values()) {
      // One without card and grade of its own is its supplier's.
      const own = buyCardId ?? (routeGrade === null ? null : (this.view.suppliers.get(supplierId)?.buyCardId ?? null));
      put(own, { supplierId, connectionId, routeGrade });
    }
    return named;
  }

  private load(cardId: string, version: number): Promise<Loaded> {
    const id = `${cardId}\u001f${version}`;
    let found = this.loaded.get(id);
    if (found === undefined) {
      found = this.read(cardId, version);
      found.then(({ rows }) => this.keep(id, rows)).catch(() => this.loaded.delete(id));
    }
    // The one asked last is forgotten last.
    this.loaded.delete(id);
    this.loaded.set(id, found);
    return found;
  }

  private keep(id: string, rows: number): void {
    this.sizes.set(id, rows);
    let kept = [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const old of this.loaded.keys()) {
      if (kept <= this.maxRates || old === id) return;
      kept -= this.sizes.get(old) ?? 0;
      this.loaded.delete(old);
      this.sizes.delete(old);
    }
  }

  private async read(cardId: string, version: number): Promise<Loaded> {
    const rates = await ratesOf(this.db, cardId, version);
    const keys = new Map<string, DestinationKey>();
    for (const rate of rates) if (rate.surcharge === null) for (const key of keysOf(rate)) keys.set(keyText(key), key);
    return { table: new RateTable(rates), keys, rows: rates.length };
  }
}

/** Sorts by country, then network, then prefix; a country before what lies in it, the default first of all. */
export function keyText({ country, mcc, mnc, prefix }: DestinationKey): string {
  return [country ?? '', mcc ?? '', mnc ?? '', prefix ?? ''].join(' ');
}

/** The destinations of a rate: a network without a country is asked for in each of its countries. */
function keysOf({ country, mcc, mnc, prefix }: RateRow): DestinationKey[] {
  if (prefix !== null) return [{ country: country ?? countryOf(`+${prefix}`), mcc: null, mnc: null, prefix }];
  if (mcc === null || country !== null) return [{ country, mcc, mnc, prefix: null }];
  const countries = [...knownNetworks().countries(mcc, mnc)];
  if (countries.length === 0) return [{ country: null, mcc, mnc, prefix: null }];
  return countries.map((one) => ({ country: one, mcc, mnc, prefix: null }));
}
