import { OPERATOR, type ChargeBasis, type NetworkEvidence, type RateCard, type TimeoutPolicy } from '@ratestream/catalog';
import { legId, type Component, type Leg } from '@ratestream/events';
import { multiply } from '@ratestream/money';
import type { Outcome } from './outcome.js';
import type { MatchedRate, NoRate, RateBook } from './rate-book.js';
import type { Destination } from './rate-table.js';
import type { Subject } from './subject.js';
import type { BuyTerms, NoTerms, SellTerms } from './terms.js';

/** Everything that pricing one leg stands on besides its subject. */
export interface LegPlace {
  readonly messageId: string;
  readonly part: number;
  readonly side: 'sell' | 'buy';
  readonly level: number;
  readonly attempt: number;
  readonly billingTime: number;
}

/** A leg with its price, before anything is decided about it: neither held nor settled. */
export interface PricedLeg {
  readonly leg: Leg;
  /** What is due when it settles. */
  readonly amount: bigint;
}

/** The parts of the terms that decide when a leg is due; the rate may state its own. */
export interface LegTerms {
  readonly basis: ChargeBasis;
  readonly timeoutSec: number;
  readonly timeoutPolicy: TimeoutPolicy | null;
}

export type Unpriced = NoTerms | NoRate | 'direction_not_priced' | 'too_old';

const MICROS = 1_000_000;

/** Prices the sell leg of one level. */
export function priceSellLeg(book: RateBook, subject: Subject, place: LegPlace, terms: SellTerms): PricedLeg | Unpriced {
  if (typeof terms.card === 'string') return terms.card;
  const plan = terms.plan as NonNullable<typeof terms.plan>;
  const blank: Leg = {
    ...blankLeg(place, terms.payer, terms.payee, terms.card.currency),
    legalEntity: terms.account.legalEntity,
    taxCategory: terms.account.taxCategory,
    plan: { id: plan.id, version: plan.version },
  };
  return priceBy(book, subject, place, terms.card, plan, blank);
}

/** Prices the buy leg of one attempt: what the operator owes the supplier that carried it. */
export function priceBuyLeg(book: RateBook, subject: Subject, place: LegPlace, terms: BuyTerms): PricedLeg | Unpriced {
  if (typeof terms.card === 'string') return terms.card;
  const supplier = terms.supplier as NonNullable<typeof terms.supplier>;
  const blank: Leg = {
    ...blankLeg(place, OPERATOR, supplier.id, terms.card.currency),
    supplierId: supplier.id,
    legalEntity: supplier.legalEntity,
  };
  return priceBy(book, subject, place, terms.card, terms.card, blank);
}

/**
 * A leg that could not be priced: visible, alarmed, and never zero by default. Where a card was asked, `rate` names it
 * with version 0, so that the next version of that card finds the leg again. Source: domain.md §3.
 */
export function unratedLeg(place: LegPlace, payer: string, payee: string, supplierId: string | null, basis: ChargeBasis, reason: Unpriced, card: RateCard | NoTerms): Leg {
  const rate = typeof card === 'string' ? null : { cardId: card.id, version: 0, rateId: '', matchedBy: '' };
  return { ...blankLeg(place, payer, payee, ''), supplierId, action: 'unrated', reason, basis, rate };
}

function priceBy(book: RateBook, subject: Subject, place: LegPlace, card: RateCard, terms: LegTerms, blank: Leg): PricedLeg | NoRate {
  const destination = destinationOf(subject, card.networkEvidence);
  const match = book.find(card.id, place.billingTime, subject.trafficClass, destination);
  if (typeof match === 'string') return match;
  const { table, row } = match;
  const unit = card.partRule === 'perMessage' ? 'message' : table.unit(row);
  const quantity = unit === 'message' ? (place.part === 1 ? 1 : 0) : billedParts(subject, card.partRule);
  const unitPrice = table.price(row);
  const amount = multiply(unitPrice, quantity);
  const component: Component = { kind: 'usage', name: unit === 'message' ? 'per message' : 'per part', quantity, unitPrice, amount };
  const own = table.termsOf(row);
  const basis = (own?.basis as ChargeBasis | null | undefined) ?? terms.basis;
  const neverReceipt = subject.country !== null && card.noReceiptCountries.includes(subject.country);
  blank.basis = neverReceipt && (basis === 'delivered' || basis === 'final_not_rejected') ? 'submit' : basis;
  blank.quantity = quantity;
  blank.unit = unit;
  blank.components = [component];
  blank.rate = { cardId: card.id, version: match.version, rateId: table.rateId(row), matchedBy: matchedBy(match, subject.trafficClass, destination) };
  blank.deadline = Math.max(place.billingTime, subject.rawAppendedAt) + (own?.timeoutSec ?? terms.timeoutSec) * MICROS;
  blank.timeoutPolicy = (own?.timeoutPolicy as TimeoutPolicy | null | undefined) ?? terms.timeoutPolicy ?? (blank.basis === 'final_not_rejected' ? 'settle' : 'release');
  return { leg: blank, amount };
}

function matchedBy({ table, found }: MatchedRate, trafficClass: string, destination: Destination): string {
  return table.matchedBy(trafficClass, destination, found);
}

/**
 * How many parts a card bills. A record of N parts is one unit of quantity N; where nothing could be counted one part is
 * assumed, and the event says so.
 */
export function billedParts({ parts }: Subject, rule: RateCard['partRule']): number {
  switch (rule) {
    case 'computed8':
      return parts.computed8 ?? parts.reported ?? 1;
    case 'computed16':
      return parts.computed16 ?? parts.reported ?? 1;
    default:
      return parts.reported ?? parts.computed8 ?? 1;
  }
}

/** The network by the evidence that the card trusts first; the country is the number's where that evidence names none. */
export function destinationOf(subject: Subject, evidence: readonly NetworkEvidence[]): Destination {
  const digits = subject.recipientPrefix ?? '';
  for (const one of evidence) {
    const network = subject.network[one];
    if (network !== null && network.mcc !== null) {
      return { country: network.country ?? subject.country, mcc: network.mcc, mnc: network.mnc, digits };
    }
  }
  return { country: subject.country, mcc: null, mnc: null, digits };
}

function blankLeg(place: LegPlace, payer: string, payee: string, currency: string): Leg {
  return {
    legId: legId({ messageId: place.messageId, part: place.part, attempt: place.attempt, side: place.side, payer, payee, rerateRunId: null }),
    side: place.side,
    level: place.level,
    payer,
    payee,
    attempt: place.attempt,
    supplierId: null,
    legalEntity: null,
    taxCategory: null,
    action: 'hold',
    reason: null,
    basis: 'submit',
    billingTime: place.billingTime,
    quantity: 0,
    unit: 'part',
    components: [],
    amount: 0n,
    currency,
    accountAmount: 0n,
    accountCurrency: currency,
    heldAmount: 0n,
    heldAmountFreed: 0n,
    fx: null,
    rate: null,
    plan: null,
    counters: [],
    deadline: null,
    timeoutPolicy: null,
  };
}

/** First step of a leg: held while its outcome is open, settled at once when it is due already. */
export function openLeg({ leg, amount }: PricedLeg, outcome: Exclude<Outcome, 'release'>): Leg {
  if (outcome === 'open') return { ...leg, action: 'hold', heldAmount: amount };
  return { ...leg, action: 'settle', amount, accountAmount: amount };
}
