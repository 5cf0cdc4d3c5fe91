import type { Account } from '@ratestream/catalog';
import { parseMoney } from '@ratestream/money';
import type { Limits } from '@ratestream/ledger';

/** What the catalog says about an account, as far as its status depends on it. */
export interface KnownAccount {
  readonly id: string;
  /** The account first, its root payer last. */
  readonly chain: readonly string[];
  readonly currency: string;
  readonly limits: Limits;
}

/** The catalog as the status keeper needs it; a port, so that tests need no stream. */
export interface AccountDirectory {
  /** Of the state that `account` answers from. */
  readonly position: number;
  account(id: string): KnownAccount | undefined;
}

/** The part of `CatalogView` that is read here. */
export interface AccountsView {
  readonly position: number;
  readonly accounts: ReadonlyMap<string, Account>;
  chain(accountId: string): readonly string[];
}

export function directoryOf(view: AccountsView): AccountDirectory {
  return {
    get position() {
      return view.position;
    },
    account(id) {
      const account = view.accounts.get(id);
      if (account === undefined) return undefined;
      return { id, chain: view.chain(id), currency: account.currency, limits: limitsOf(account) };
    },
  };
}

export function limitsOf(account: Account): Limits {
  return {
    creditLimit: parseMoney(account.creditLimit),
    warnBelow: account.warnBelow === null ? null : parseMoney(account.warnBelow),
    closed: account.closed,
  };
}

export function sameLimits(a: Limits, b: Limits): boolean {
  return a.creditLimit === b.creditLimit && a.warnBelow === b.warnBelow && a.closed === b.closed;
}
