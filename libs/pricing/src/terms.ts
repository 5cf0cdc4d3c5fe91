import {
  OPERATOR,
  type Account,
  type Connection,
  type Plan,
  type PlanBinding,
  type RateCard,
  type RateGroup,
  type Supplier,
} from '@ratestream/catalog';

/** A map, as far as pricing needs one. */
export interface ById<T> {
  get(id: string): T | undefined;
}

/** What pricing reads of the catalog; CatalogView is one. */
export interface CatalogReader {
  readonly position: number;
  readonly accounts: ById<Account>;
  readonly suppliers: ById<Supplier>;
  readonly connections: ById<Connection>;
  readonly cards: ById<RateCard>;
  readonly plans: ById<Plan>;
  readonly rateGroups: ById<RateGroup>;
  chain(accountId: string): readonly string[];
}

/** Why a leg has no terms to price by. */
export type NoTerms = 'unknown_account' | 'no_plan' | 'no_card_for_class' | 'supplier_unknown' | 'no_buy_card';

/** One payer of the chain with the cards that price what it owes. */
export interface SellTerms {
  readonly level: number;
  readonly payer: string;
  readonly payee: string;
  readonly account: Account;
  readonly plan: Plan | null;
  /** In the order in which they are asked: that of the account's overrides, then the plan's; or why there is none. */
  readonly cards: readonly RateCard[] | NoTerms;
}

export interface BuyTerms {
  readonly supplier: Supplier | null;
  /** The connection's own grade, which goes before what records say. */
  readonly routeGrade: string | null;
  readonly card: RateCard | NoTerms;
}

/** The terms of one account and class; `byCountry` where some binding of the chain names countries. */
interface ChainTerms {
  readonly everywhere: readonly SellTerms[] | null;
  readonly byCountry: Map<string | null, readonly SellTerms[]>;
}

/** A map with keys of two parts. */
class PairMap<K, V> {
  private readonly maps = new Map<K, Map<K, V>>();
  size = 0;

  get(first: K, second: K): V | undefined {
    return this.maps.get(first)?.get(second);
  }

  /** In  first, second: for which nothing is there */
  set(first: K, second: K, value: V): void {
    let map = this.maps.get(first);
    if (map === undefined) this.maps.set(first, (map = new Map<K, V>()));
    map.set(second, value);
    this.size++;
  }

  clear(): void {
    this.maps.clear();
    this.size = 0;
  }
}

/** Answers that are kept of each side; when there are more all are forgotten. Who quotes names classes and suppliers freely. */
const KEPT = 50_000;

/**
 * Resolves who pays whom by which card, remembering the answers while the catalog stands still.
 *
 * A message of a customer makes one sell leg per account of its chain (customer pays reseller, … root payer pays the
 * operator) and a buy leg per attempt. Source: domain.md §4, §5, docs/pricing-rules.md §1.
 */
export class Terms {
  /** By account and class, by supplier and connection: joining two names to a key costs more than looking for both. */
  private readonly sells = new PairMap<string, ChainTerms>();
  private readonly buys = new PairMap<string | null, BuyTerms>();
  private position = -1;

  constructor(private readonly catalog: CatalogReader) {}

  /**
   * In   country: the destination's
   * Out  deepest level first; empty when the account is unknown
   */
  sell(account: string, trafficClass: string, country: string | null): readonly SellTerms[] {
    this.forgetIfMoved();
    let known = this.sells.get(account, trafficClass);
    if (known === undefined) {
      if (this.sells.size >= KEPT) this.sells.clear();
      const everywhere = this.namesCountries(account) ? null : this.resolveSell(account, trafficClass, null);
      this.sells.set(account, trafficClass, (known = { everywhere, byCountry: new Map() }));
    }
    if (known.everywhere !== null) return known.everywhere;
    let terms = known.byCountry.get(country);
    if (terms === undefined) known.byCountry.set(country, (terms = this.resolveSell(account, trafficClass, country)));
    return terms;
  }

  /** The connection's card before its supplier's; the supplier may be named by itself where no connection is configured. */
  buy(supplier: string | null, connection: string | null): BuyTerms {
    this.forgetIfMoved();
    const known = this.buys.get(supplier, connection);
    if (known !== undefined) return known;
    const resolved = this.resolveBuy(supplier, connection);
    if (this.buys.size >= KEPT) this.buys.clear();
    this.buys.set(supplier, connection, resolved);
    return resolved;
  }

  /** Of both sides, for the curious. */
  get remembered(): number {
    return this.sells.size + this.buys.size;
  }

  private forgetIfMoved(): void {
    if (this.position === this.catalog.position) return;
    this.sells.clear();
    this.buys.clear();
    this.position = this.catalog.position;
  }

  private namesCountries(accountId: string): boolean {
    return this.catalog.chain(accountId).some((id) => {
      const account = this.catalog.accounts.get(id);
      const bindings = account === undefined ? [] : [...account.overrides, ...(this.planOf(account)?.bindings ?? [])];
      return bindings.some(({ countries }) => countries !== null);
    });
  }

  private resolveSell(accountId: string, trafficClass: string, country: string | null): readonly SellTerms[] {
    if (this.catalog.accounts.get(accountId) === undefined) return [];
    const chain = this.catalog.chain(accountId);
    return chain.map((payer, at) => {
      const account = this.catalog.accounts.get(payer) as Account;
      const plan = this.planOf(account);
      return {
        level: chain.length - 1 - at,
        payer,
        payee: chain[at + 1] ?? OPERATOR,
        account,
        plan,
        cards: plan === null ? 'no_plan' : this.sellCards(account, plan, trafficClass, country),
      };
    });
  }

  /** The account's own plan, else that of its rate group. */
  private planOf({ planId, rateGroupId }: Account): Plan | null {
    const id = planId ?? (rateGroupId === null ? undefined : this.catalog.rateGroups.get(rateGroupId)?.planId);
    return (id === undefined ? undefined : this.catalog.plans.get(id)) ?? null;
  }

  private sellCards(
    account: Account,
    plan: Plan,
    trafficClass: string,
    country: string | null,
  ): readonly RateCard[] | NoTerms {
    const cards: RateCard[] = [];
    for (const bindings of [account.overrides, plan.bindings]) {
      const card = this.catalog.cards.get(chooseBinding(bindings, trafficClass, country)?.cardId ?? '');
      if (card !== undefined) cards.push(card);
    }
    return cards.length === 0 ? 'no_card_for_class' : cards;
  }

  private resolveBuy(supplierId: string | null, connectionId: string | null): BuyTerms {
    const connection = connectionId === null ? undefined : this.catalog.connections.get(connectionId);
    const routeGrade = connection?.routeGrade ?? null;
    const named = connection?.supplierId ?? supplierId;
    const supplier = named === null ? undefined : this.catalog.suppliers.get(named);
    if (supplier === undefined) return { supplier: null, routeGrade, card: 'supplier_unknown' };
    const cardId = connection?.buyCardId ?? supplier.buyCardId;
    const card = cardId === null ? undefined : this.catalog.cards.get(cardId);
    return { supplier, routeGrade, card: card ?? 'no_buy_card' };
  }
}

/**
 * The binding of a list that counts for a message: a named class before any, then named countries before any, of equals
 * the first.
 *
 * Source  docs/pricing-rules.md §1.2
 */
export function chooseBinding(
  bindings: readonly PlanBinding[],
  trafficClass: string,
  country: string | null,
): PlanBinding | undefined {
  let best: PlanBinding | undefined;
  let bestRank = 0;
  for (const binding of bindings) {
    const { trafficClass: named, countries } = binding;
    if (named !== null && named !== trafficClass) continue;
    if (countries !== null && (country === null || !countries.includes(country))) continue;
    const rank = 1 + (named === null ? 0 : 2) + (countries === null ? 0 : 1);
    if (rank > bestRank) {
      best = binding;
      bestRank = rank;
    }
  }
  return best;
}
