import type { ChargeBasis, RateCard, TimeoutPolicy } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { ZERO, fromNano } from './amount.js';
import type { Fact } from './facts.js';
import type { OracleCatalog } from './oracle-catalog.js';
import type { Outcome } from './outcome.js';
import { chooseRate } from './rate-choice.js';
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
  card: RateCard;
  terms: Terms;
  /** Of this part alone. */
  outcome: (basis: ChargeBasis) => Outcome;
  /** What a price per message waits for: the customer's all parts together, the supplier's its own submission. */
  messageOutcome: (basis: ChargeBasis) => Outcome;
}

/** Rate, amount, and whether it is held, settled or released. */
export function judgeLeg(question: LegQuestion, catalog: OracleCatalog, timedOut: ReadonlySet<string>): LegVerdict {
  const { leg, subject, card, terms } = question;
  const choice = chooseRate(card, catalog.versions.get(card.id) ?? [], subject, leg.billingTime);
  if ('reason' in choice) {
    const basis = withoutReceipts(terms.basis, card, subject);
    return unrated(leg, choice.reason, question.outcome(basis) !== 'released', `${card.id} on ${basis}`);
  }
  const { rate, version, matchedBy } = choice;
  const { basis, timeoutSec, timeoutPolicy } = termsOf(rate, terms, card, subject);
  const perMessage = rate.unit === 'message' || card.partRule === 'perMessage';
  const quantity = perMessage ? (leg.part === 1 ? 1 : 0) : billedParts(card, subject);
  const amount = fromNano(rate.price).times(quantity);
  // Acceptance of one part is acceptance of the message; all else waits for the others.
  const known = perMessage && basis !== 'accept' ? question.messageOutcome(basis) : question.outcome(basis);
  const late = known === 'open' && timedOut.has(legKey(leg));
  const state = late ? (timeoutPolicy === 'settle' ? 'settled' : 'released') : known === 'open' ? 'held' : known;
  return {
    ...leg,
    state,
    timeoutSec,
    currency: card.currency,
    reason: null,
    due: state !== 'released' && !amount.isZero(),
    settled: state === 'settled' ? amount : ZERO,
    held: state === 'held' ? amount : ZERO,
    why:
      `${card.id} v${version.version} ${matchedBy} (${rate.rateId}): ${fromNano(rate.price).toFixed()} × ${quantity}` +
      `${perMessage ? ' per message' : ''}, on ${basis}: ${known}${late ? `, timed out: ${state}` : ''}`,
  };
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

function billedParts({ partRule }: RateCard, { parts: { reported, computed8, computed16 } }: Fact): number {
  if (partRule === 'computed8') return computed8 ?? reported ?? 1;
  if (partRule === 'computed16') return computed16 ?? computed8 ?? reported ?? 1;
  return reported ?? computed8 ?? 1;
}

/** No price, so no money; `due`: whether there would be some, now or later. */
export function unrated(leg: LegPlace, reason: string, due: boolean, terms = 'without terms'): LegVerdict {
  return {
    ...leg,
    state: 'unrated',
    settled: ZERO,
    held: ZERO,
    currency: '',
    reason,
    due,
    timeoutSec: 0,
    why: `${reason}, ${terms}`,
  };
}
