import { OPERATOR, type Account } from './model.js';

const NOBODY: readonly string[] = [];

/** Accounts and who hangs under whom. An account never moves, so a chain once computed stays. */
export class AccountTree {
  private readonly byId = new Map<string, Account>();
  private readonly chains = new Map<string, readonly string[]>();
  private readonly childrenOf = new Map<string, string[]>();

  get accounts(): ReadonlyMap<string, Account> {
    return this.byId;
  }

  open(account: Account): void {
    this.byId.set(account.id, account);
    this.chains.set(account.id, [account.id, ...this.chain(account.parentId ?? OPERATOR)]);
    const parent = account.parentId ?? OPERATOR;
    const siblings = this.childrenOf.get(parent);
    if (siblings === undefined) this.childrenOf.set(parent, [account.id]);
    else siblings.push(account.id);
  }

  change(account: Account): void {
    this.byId.set(account.id, account);
  }

  close(id: string): void {
    const account = this.byId.get(id);
    if (account !== undefined) this.byId.set(id, { ...account, closed: true });
  }

  chain(id: string): readonly string[] {
    return this.chains.get(id) ?? NOBODY;
  }

  children(id: string): readonly string[] {
    return this.childrenOf.get(id) ?? NOBODY;
  }

  isWithin(id: string, scope: string): boolean {
    return scope === OPERATOR || this.chain(id).includes(scope);
  }
}
