import { OPERATOR, type Account, type Connection, type Plan, type RateCard, type Supplier } from '@ratestream/catalog';

/** What pricing reads of the catalog; CatalogView is one. */
export interface CatalogReader {
  readonly position: number;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly suppliers: ReadonlyMap<string, Supplier>;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly cards: ReadonlyMap<string, RateCard>;
  readonly plans: ReadonlyMap<string, Plan>;
  chain(accountId: string): readonly string[];
}

/** Why a leg has no terms to price by. */
export type NoTerms =
  'unknown_account' | 'no_plan' | 'no_card_for_class' | 'supplier_unknown' | 'no_buy_card' | 'currency_mismatch';

/** One payer of the chain with the card that prices what it owes. */
export interface SellTerms {
  readonly level: number;
  readonly payer: string;
  readonly payee: string;
  readonly account: Account;
  readonly plan: Plan | null;
  /** The card, or why there is none. */
  readonly card: RateCard | NoTerms;
}

export interface BuyTerms {
  readonly supplier: Supplier | null;
  readonly card: RateCard | NoTerms;
}

/**
 * Resolves who pays whom by which card, remembering the answers while the catalog stands still.
 *
 * A message of a customer makes one sell leg per account of its chain (customer pays reseller, … root payer pays the
 * operator) and a buy leg per attempt. Source: domain.md §4, §5.
 */
export class Terms {
  private readonly sells = new Map<string, readonly SellTerms[]>();
  private readonly buys = new Map<string, BuyTerms>();
  private position = -1;

  constructor(private readonly catalog: CatalogReader) {}

  /** Deepest level first; empty when the account is unknown. */
  sell(account: string, trafficClass: string): readonly SellTerms[] {
    this.forgetIfMoved();
    const key = `${account}\u001f${trafficClass}`;
    const known = this.sells.get(key);
    if (known !== undefined) return known;
    const resolved = this.resolveSell(account, trafficClass);
    this.sells.set(key, resolved);
    return resolved;
  }

  /** The connection's card before its supplier's; the supplier may be named by itself where no connection is configured. */
  buy(supplier: string | null, connection: string | null): BuyTerms {
    this.forgetIfMoved();
    const key = `${supplier ?? ''}\u001f${connection ?? ''}`;
    const known = this.buys.get(key);
    if (known !== undefined) return known;
    const resolved = this.resolveBuy(supplier, connection);
    this.buys.set(key, resolved);
    return resolved;
  }

  private forgetIfMoved(): void {
    if (this.position === this.catalog.position) return;
    this.sells.clear();
    this.buys.clear();
    this.position = this.catalog.position;
  }

  private resolveSell(accountId: string, trafficClass: string): readonly SellTerms[] {
    if (!this.catalog.accounts.has(accountId)) return [];
    const chain = this.catalog.chain(accountId);
    return chain.map((payer, at) => {
      const account = this.catalog.accounts.get(payer) as Account;
      const plan = account.planId === null ? undefined : this.catalog.plans.get(account.planId);
      return {
        level: chain.length - 1 - at,
        payer,
        payee: chain[at + 1] ?? OPERATOR,
        account,
        plan: plan ?? null,
        card: this.sellCard(account, plan, trafficClass),
      };
    });
  }

  private sellCard(account: Account, plan: Plan | undefined, trafficClass: string): RateCard | NoTerms {
    if (plan === undefined) return 'no_plan';
    const binding =
      plan.bindings.find((one) => one.trafficClass === trafficClass) ??
      plan.bindings.find((one) => one.trafficClass === null);
    const card = binding && this.catalog.cards.get(binding.cardId);
    if (card === undefined) return 'no_card_for_class';
    return card.currency === account.currency ? card : 'currency_mismatch';
  }

  private resolveBuy(supplierId: string | null, connectionId: string | null): BuyTerms {
    const connection = connectionId === null ? undefined : this.catalog.connections.get(connectionId);
    const named = connection?.supplierId ?? supplierId;
    const supplier = named === null ? undefined : this.catalog.suppliers.get(named);
    if (supplier === undefined) return { supplier: null, card: 'supplier_unknown' };
    const cardId = connection?.buyCardId ?? supplier.buyCardId;
    const card = cardId === null ? undefined : this.catalog.cards.get(cardId);
    if (card === undefined) return { supplier, card: 'no_buy_card' };
    return { supplier, card: card.currency === supplier.currency ? card : 'currency_mismatch' };
  }
}
