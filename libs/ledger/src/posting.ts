import type { Fx } from '@ratestream/events';
import type { Nano } from '@ratestream/money';
import { balanceAccount, sharedAccount } from './ledger-account.js';
import type { LedgerAccount } from './ledger-account.js';

/** Why an amount was posted; one line of a statement sums one kind. */
export type PostingKind = 'usage' | 'period' | 'reversal' | 'top_up' | 'adjustment';

/** Credit positive: what the party is owed or owns. Σ over the postings of one fact is zero in each currency. */
export interface Posting {
  readonly account: LedgerAccount;
  readonly kind: PostingKind;
  readonly amount: Nano;
}

/** Money put aside for open legs of an account, or freed again; in no posting, since nothing was paid. */
export interface HeldMove {
  readonly account: LedgerAccount;
  readonly amount: Nano;
}

/** The part of a rated leg that moves money. */
export interface LegMoney {
  readonly side: 'sell' | 'buy';
  readonly action: 'hold' | 'settle' | 'release' | 'reverse' | 'unrated';
  readonly payer: string;
  readonly payee: string;
  readonly amount: Nano;
  readonly currency: string;
  /** What is moved: in the payer's currency (sell), in the supplier's (buy). */
  readonly accountAmount: Nano;
  readonly accountCurrency: string;
  readonly heldAmount: Nano;
  readonly heldAmountFreed: Nano;
  /** Evidence of the conversion of `amount` into `accountAmount`; null: none was needed. */
  readonly fx?: Fx | null;
}

/** A rated event that says two things about one amount: a bug of ours, so the reader stops instead of guessing. */
export class LedgerInvariantError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LedgerInvariantError';
  }
}

/**
 * What a leg moves, and in which currency: the payer's on a sell leg, the supplier's on a buy leg; the card's own where
 * no account is named.
 *
 * Errors  LedgerInvariantError when an amount has no currency, or when both amounts are in one currency and differ
 */
export function moneyOf(leg: LegMoney): { amount: Nano; currency: string } {
  const inAccount = leg.accountCurrency !== '';
  const amount = inAccount ? leg.accountAmount : leg.amount;
  const currency = inAccount ? leg.accountCurrency : leg.currency;
  if (inAccount && leg.accountCurrency === leg.currency && leg.accountAmount !== leg.amount)
    throw new LedgerInvariantError(`a ${leg.side} leg of ${leg.payer} has two amounts in ${leg.currency}`);
  if (currency === '' && (amount !== 0n || leg.heldAmount !== 0n || leg.heldAmountFreed !== 0n))
    throw new LedgerInvariantError(`a ${leg.side} leg of ${leg.payer} has an amount and no currency`);
  return { amount, currency };
}

/** `adjustment` events of rating are effects of a period (tiers, commitments), not of a person. */
export function kindOf(eventKind: string, action: LegMoney['action']): PostingKind {
  if (action === 'reverse') return 'reversal';
  return eventKind === 'adjustment' ? 'period' : 'usage';
}

/**
 * The two postings of one leg step; none when it moves no money.
 *
 * In      leg as rated; the kind of its event; the partition of `rated` it was read from
 * Out     sell: payer's balance −, revenue of the payee +; buy: cost of the payer −, payable to the supplier +
 * Source  architecture.md, "The ledger"
 * Example sell settle of 0.0105 EUR, acme → operator, partition 3:
 *         balance/acme −0.0105 and revenue/operator (sub 3) +0.0105
 */
export function postingsOf(leg: LegMoney, eventKind: string, partition: number): Posting[] {
  const { amount, currency } = moneyOf(leg);
  if (amount === 0n) return [];
  const kind = kindOf(eventKind, leg.action);
  const [debit, credit] =
    leg.side === 'sell'
      ? [balanceAccount(leg.payer, currency), sharedAccount('revenue', leg.payee, currency, partition)]
      : [
          sharedAccount('cost', leg.payer, currency, partition),
          sharedAccount('payable', leg.payee, currency, partition),
        ];
  return [
    { account: debit, kind, amount: -amount },
    { account: credit, kind, amount },
  ];
}

/** What the step holds or frees: on the payer's balance (sell), or as expected cost at the supplier (buy). */
export function heldMoveOf(leg: LegMoney, partition: number): HeldMove | null {
  const amount = leg.heldAmount - leg.heldAmountFreed;
  if (amount === 0n) return null;
  const { currency } = moneyOf(leg);
  return {
    account:
      leg.side === 'sell'
        ? balanceAccount(leg.payer, currency)
        : sharedAccount('payable', leg.payee, currency, partition),
    amount,
  };
}

/**
 * Throws where postings do not sum to zero in each currency.
 *
 * Errors  LedgerInvariantError naming the currency and the difference: our bug, nothing may be written
 */
export function assertBalanced(postings: Iterable<Posting>): void {
  const sums = new Map<string, Nano>();
  for (const { account, amount } of postings) sums.set(account.currency, (sums.get(account.currency) ?? 0n) + amount);
  for (const [currency, sum] of sums)
    if (sum !== 0n) throw new LedgerInvariantError(`postings in ${currency} do not balance: ${sum} nano-units remain`);
}
