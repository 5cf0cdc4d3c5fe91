import type { Exact } from './amount.js';
import type { FxEvidence } from './exchange.js';

/** Which leg: the same words that its legId is made of. */
export interface LegName {
  messageId: string;
  part: number;
  side: 'sell' | 'buy';
  attempt: number;
  payer: string;
  payee: string;
}

/** One line of a leg; lines of which nothing is due are left out. */
export interface ComponentVerdict {
  /** null: the usage rate itself. */
  surcharge: string | null;
  rateId: string;
  quantity: number;
  unitPrice: Exact;
  amount: Exact;
}

/** Where an amount comes from, all of it. */
export interface LegPrice {
  cardId: string;
  version: number;
  rateId: string;
  plan: { id: string; version: number } | null;
  components: ComponentVerdict[];
  amount: Exact;
  currency: string;
  accountAmount: Exact;
  accountCurrency: string;
  /** null: the card is in the account's currency. */
  fx: FxEvidence | null;
  /** null: the card is in the reporting currency, or no rate is known. */
  reporting: ReportedVerdict | null;
}

/** The amount of a leg in the installation's currency: for sums, not for money. */
export interface ReportedVerdict {
  amount: Exact;
  fx: FxEvidence;
}

/** What a leg must come to. `settled` and `held` are what balances see of it; a released leg has neither. */
export interface LegVerdict extends LegName {
  state: 'held' | 'settled' | 'released' | 'unrated';
  /** In the card's currency. */
  settled: Exact;
  currency: string;
  /** In the account's (buy: the supplier's) currency, as is `held`. */
  accountSettled: Exact;
  held: Exact;
  accountCurrency: string;
  /** Of an unrated leg. */
  reason: string | null;
  /** All that it had, where it was asked for again: one that stays without a price is not told of twice. */
  reasons: string[];
  price: LegPrice | null;
  /** The price was fixed by what never changed afterwards, so that every step must carry it. */
  fixedOnce: boolean;
  /** It was corrected at another time than it was priced: where that changed no money the evidence is that of either. */
  correctedLater: boolean;
  /** Whether money would be due now or later; an unrated leg of which nothing is due need not be shown. */
  due: boolean;
  billingTime: number;
  timeoutSec: number;
  /** How it came to this, for a person. */
  why: string;
}

export function legKey({ messageId, part, side, attempt, payer, payee }: LegName): string {
  return `${messageId}|${part}|${side}|${attempt}|${payer}|${payee}`;
}
