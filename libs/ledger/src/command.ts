import type { Nano } from '@ratestream/money';
import { OPERATOR, balanceAccount, sharedAccount } from './ledger-account.js';
import type { Posting } from './posting.js';

/** Money that a person or a payment system moves on one account. */
export interface BalanceCommand {
  readonly kind: 'top_up' | 'adjustment';
  readonly accountId: string;
  /** The account's parent, null for a root payer: whose cash or adjustments stand against it. */
  readonly parentId: string | null;
  readonly currency: string;
  /** Partition of the root payer: the sub-account that is posted to. */
  readonly partition: number;
  readonly closed: boolean;
  /** top_up: > 0; adjustment: not 0, negative debits */
  readonly amount: Nano;
}

export type CommandRefusal = 'amount_not_positive' | 'amount_zero' | 'amount_too_large' | 'account_closed';

/** The most one command may move: a typing error stays far from the ledger's 29 digits. */
export const LARGEST_COMMAND: Nano = 1_000_000_000_000n * 1_000_000_000n;

/**
 * Postings of a command, or why it is refused. The first is always the balance.
 *
 * Example top-up of 50 EUR on acme, a customer of r1, partition 2:
 *         balance/acme +50 and cash/r1 (sub 2) −50
 * Source  architecture.md, "The ledger"; domain.md §5: the parent's own balance does not move
 */
export function decideCommand(command: BalanceCommand): Posting[] | CommandRefusal {
  const { kind, amount, currency, partition } = command;
  if (kind === 'top_up' && amount <= 0n) return 'amount_not_positive';
  if (amount === 0n) return 'amount_zero';
  if (amount > LARGEST_COMMAND || amount < -LARGEST_COMMAND) return 'amount_too_large';
  // A closed account may still be put straight by an adjustment, but takes no new money.
  if (kind === 'top_up' && command.closed) return 'account_closed';
  const against = kind === 'top_up' ? 'cash' : 'adjustment';
  return [
    { account: balanceAccount(command.accountId, currency), kind, amount },
    { account: sharedAccount(against, command.parentId ?? OPERATOR, currency, partition), kind, amount: -amount },
  ];
}
