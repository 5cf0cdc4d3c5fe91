import type { Exact } from './amount.js';

/** Which leg: the same words that its legId is made of. */
export interface LegName {
  messageId: string;
  part: number;
  side: 'sell' | 'buy';
  attempt: number;
  payer: string;
  payee: string;
}

/** What a leg must come to. `settled` and `held` are what balances see of it; a released leg has neither. */
export interface LegVerdict extends LegName {
  state: 'held' | 'settled' | 'released' | 'unrated';
  settled: Exact;
  held: Exact;
  currency: string;
  /** Of an unrated leg. */
  reason: string | null;
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
