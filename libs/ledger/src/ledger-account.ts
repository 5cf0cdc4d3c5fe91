/** The one payee above every root payer. */
export const OPERATOR = 'operator';

/** What a ledger account stands for; the first half of its code. */
export type LedgerClass = 'balance' | 'revenue' | 'cost' | 'payable' | 'cash' | 'adjustment';

/**
 * One row of the ledger. Accounts that every partition posts to (revenue, cost, payable, and cash and adjustment, which
 * commands for every root post to) have one sub-account per partition, so that no row is one on which partitions queue.
 * A balance belongs to one root payer, so to one partition, and has one row: sub 0.
 */
export interface LedgerAccount {
  /** `<class>/<id of the party>` */
  readonly code: string;
  readonly currency: string;
  readonly sub: number;
}

export function ledgerCode(kind: LedgerClass, party: string): string {
  return `${kind}/${party}`;
}

/** What an account owns towards its parent, in its own currency. */
export function balanceAccount(accountId: string, currency: string): LedgerAccount {
  return { code: ledgerCode('balance', accountId), currency, sub: 0 };
}

/** Sub-account of a party that several partitions post to. */
export function sharedAccount(
  kind: Exclude<LedgerClass, 'balance'>,
  party: string,
  currency: string,
  partition: number,
): LedgerAccount {
  return { code: ledgerCode(kind, party), currency, sub: partition };
}

/** Inverse of `ledgerCode`; null when the code is none of ours. Example 'payable/s1' → payable, s1 */
export function parseLedgerCode(code: string): { kind: LedgerClass; party: string } | null {
  const match = /^(balance|revenue|cost|payable|cash|adjustment)\/(.+)$/s.exec(code);
  return match === null ? null : { kind: match[1] as LedgerClass, party: match[2] as string };
}
