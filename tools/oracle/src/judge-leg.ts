import type { ChargeBasis, RateCard, TimeoutPolicy } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { ZERO } from './amount.js';
import type { Fact } from './facts.js';
import { isPerMessage, priceOf } from './leg-price.js';
import type { Priced, PriceQuestion, Unpriced } from './leg-price.js';
import type { OracleCatalog } from './oracle-catalog.js';
import type { Outcome } from './outcome.js';
import { legKey } from './verdict.js';
import type { LegName, LegVerdict } from './verdict.js';

export type LegPlace = LegName & { billingTime: number };

/** The plan's on the sell side, the card's on the buy side. */
export interface Terms {
  basis: ChargeBasis;
  timeoutSec: number;
  timeoutPolicy: TimeoutPolicy | null;
}

export interface LegQuestion {
  leg: LegPlace;
  subject: Fact;
  asked: PriceQuestion;
  /** null: those of the card that prices the leg, or was asked last. */
  terms: Terms | null;
  /** Of this part alone. */
  outcome: (basis: ChargeBasis) => Outcome;
  /** What a price per message waits for: the customer's all parts together, the supplier's its own submission. */
  messageOutcome: (basis: ChargeBasis) => Outcome;
}

/** Where not even the terms are known, money may be due for what the supplier took. */
const UNKNOWN_TERMS: ChargeBasis = 'submit';

/** Rate, amount, and whether it is held, settled or released. `fixed`: the price that the leg has already. */
export function judgeLeg(
  question: LegQuestion,
  catalog: OracleCatalog,
  timedOut: ReadonlySet<string>,
  fixed: Priced | null = null,
): LegVerdict & { priced: Priced | null; late: boolean } {
  const { leg, subject, terms } = question;
  const priced = fixed ?? priceOf(question.asked, catalog);
  if ('reason' in priced) return { ...unpriced(question, priced), priced: null, late: false };
  const { rate, card, price } = priced;
  const { basis, timeoutSec, timeoutPolicy } = termsOf(rate, terms ?? card, card, subject);
  const known = outcomeOf(question, rate, card, basis);
  const late = known === 'open' && timedOut.has(legKey(leg));
  const state = late ? (timeoutPolicy === 'settle' ? 'settled' : 'released') : known === 'open' ? 'held' : known;
  return {
    ...leg,
    state,
    timeoutSec,
    settled: state === 'settled' ? price.amount : ZERO,
    currency: price.currency,
    accountSettled: state === 'settled' ? price.accountAmount : ZERO,
    held: state === 'held' ? price.accountAmount : ZERO,
    accountCurrency: price.accountCurrency,
    reason: null,
    reasons: [],
    price,
    priced,
    late,
    fixedOnce: true,
    correctedLater: false,
    due: state !== 'released' && !price.amount.isZero(),
    why: `${priced.why}, on ${basis}: ${known}${late ? `, timed out: ${state}` : ''}`,
  };
}

/**
 * Acceptance of one part is acceptance of the message; with a price per message, which is on part 1, all else waits
 * for the other parts. What their legs have are surcharges, due with them.
 */
function outcomeOf(question: LegQuestion, rate: RateRow, card: RateCard, basis: ChargeBasis): Outcome {
  const waits = isPerMessage(rate, card) && basis !== 'accept' && question.leg.part === 1;
  return waits ? question.messageOutcome(basis) : question.outcome(basis);
}

/** No price is due where nothing would be, whatever the price; nor where there is one and it is nothing in any currency. */
function unpriced(question: LegQuestion, { reason, card, chosen }: Unpriced): LegVerdict {
  const { leg, subject, terms } = question;
  if (chosen !== null) {
    const { basis } = termsOf(chosen.rate, terms ?? chosen.card, chosen.card, subject);
    const due = outcomeOf(question, chosen.rate, chosen.card, basis) !== 'released';
    return unrated(leg, reason, due, `${chosen.card.id} (${chosen.rate.rateId}) on ${basis}`);
  }
  const stated = terms?.basis ?? card?.basis ?? UNKNOWN_TERMS;
  const basis = card === null ? stated : withoutReceipts(stated, card, subject);
  return unrated(leg, reason, question.outcome(basis) !== 'released', `${card?.id ?? 'no card'} on ${basis}`);
}

/** A value on the rate wins over the plan's and the card's. */
function termsOf(rate: RateRow, terms: Terms, card: RateCard, subject: Fact): Terms & { timeoutPolicy: TimeoutPolicy } {
  const basis = withoutReceipts((rate.basis as ChargeBasis | null) ?? terms.basis, card, subject);
  const policy = (rate.timeoutPolicy as TimeoutPolicy | null) ?? terms.timeoutPolicy;
  return {
    basis,
    timeoutSec: rate.timeoutSec ?? terms.timeoutSec,
    timeoutPolicy: policy ?? (basis === 'final_not_rejected' ? 'settle' : 'release'),
  };
}

/** Destinations that never give handset receipts fall back to `submit`. */
function withoutReceipts(basis: ChargeBasis, { noReceiptCountries }: RateCard, { country }: Fact): ChargeBasis {
  const needsReceipt = basis === 'delivered' || basis === 'final_not_rejected';
  return needsReceipt && country !== null && noReceiptCountries.includes(country) ? 'submit' : basis;
}

/** No price, so no money; `due`: whether there would be some, now or later. */
export function unrated(leg: LegPlace, reason: string, due: boolean, terms: string): LegVerdict {
  return {
    ...leg,
    state: 'unrated',
    settled: ZERO,
    currency: '',
    accountSettled: ZERO,
    held: ZERO,
    accountCurrency: '',
    reason,
    reasons: [reason],
    price: null,
    fixedOnce: true,
    correctedLater: false,
    due,
    timeoutSec: 0,
    why: `${reason}, ${terms}`,
  };
}
