import {
  OPERATOR,
  type ChargeBasis,
  type NetworkEvidence,
  type RateCard,
  type TimeoutPolicy,
} from '@ratestream/catalog';
import { legId, type Leg } from '@ratestream/events';
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

/** What a card says of one leg: the arithmetic of rating without the paperwork. */
export interface Price {
  readonly card: RateCard;
  readonly match: MatchedRate;
  readonly unit: 'part' | 'message';
  readonly quantity: number;
  readonly unitPrice: bigint;
  readonly amount: bigint;
  readonly basis: ChargeBasis;
  readonly timeoutSec: number;
  readonly timeoutPolicy: TimeoutPolicy;
  readonly matchedBy: string;
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
export function priceSellLeg(
  book: RateBook,
  subject: Subject,
  place: LegPlace,
  terms: SellTerms,
): PricedLeg | Unpriced {
  if (typeof terms.card === 'string') return terms.card;
  const plan = terms.plan as NonNullable<typeof terms.plan>;
  const price = priceBy(book, subject, place.part, place.billingTime, terms.card, plan);
  if (typeof price === 'string') return price;
  const leg = pricedLeg(subject, place, terms.payer, terms.payee, price);
  leg.legalEntity = terms.account.legalEntity;
  leg.taxCategory = terms.account.taxCategory;
  leg.plan = { id: plan.id, version: plan.version };
  return { leg, amount: price.amount };
}

/** Prices the buy leg of one attempt: what the operator owes the supplier that carried it. */
export function priceBuyLeg(book: RateBook, subject: Subject, place: LegPlace, terms: BuyTerms): PricedLeg | Unpriced {
  if (typeof terms.card === 'string') return terms.card;
  const supplier = terms.supplier as NonNullable<typeof terms.supplier>;
  const price = priceBy(book, subject, place.part, place.billingTime, terms.card, terms.card);
  if (typeof price === 'string') return price;
  const leg = pricedLeg(subject, place, OPERATOR, supplier.id, price);
  leg.supplierId = supplier.id;
  leg.legalEntity = supplier.legalEntity;
  return { leg, amount: price.amount };
}

/**
 * A leg that could not be priced: visible, alarmed, and never zero by default. Where a card was asked, `rate` names it
 * with version 0, so that the next version of that card finds the leg again. Source: domain.md §3.
 */
export function unratedLeg(
  place: LegPlace,
  payer: string,
  payee: string,
  supplierId: string | null,
  basis: ChargeBasis,
  reason: Unpriced,
  card: RateCard | NoTerms,
): Leg {
  const leg = blankLeg(place, payer, payee, '');
  leg.supplierId = supplierId;
  leg.action = 'unrated';
  leg.reason = reason;
  leg.basis = basis;
  leg.rate = typeof card === 'string' ? null : { cardId: card.id, version: 0, rateId: '', matchedBy: '' };
  return leg;
}

/**
 * Finds the rate of a card and computes what is due by it.
 *
 * In   terms: the plan's on the sell side, the card's on the buy side; what the rate states itself wins
 * Out  price × quantity, exact; a per-message rate counts once, on part 1
 */
export function priceBy(
  book: RateBook,
  subject: Subject,
  part: number,
  billingTime: number,
  card: RateCard,
  terms: LegTerms,
): Price | NoRate {
  const destination = destinationOf(subject, card.networkEvidence);
  const match = book.find(card.id, billingTime, subject.trafficClass, destination);
  if (typeof match === 'string') return match;
  const { table, row } = match;
  const unit = card.partRule === 'perMessage' ? 'message' : table.unitOf(match.found);
  const quantity = unit === 'message' ? (part === 1 ? 1 : 0) : billedParts(subject, card.partRule);
  const unitPrice = table.price(row);
  const own = table.termsOf(row);
  const asked = (own?.basis as ChargeBasis | null | undefined) ?? terms.basis;
  const needsReceipt = asked === 'delivered' || asked === 'final_not_rejected';
  const basis =
    needsReceipt && subject.country !== null && card.noReceiptCountries.includes(subject.country) ? 'submit' : asked;
  return {
    card,
    match,
    unit,
    quantity,
    unitPrice,
    amount: multiply(unitPrice, quantity),
    basis,
    timeoutSec: own?.timeoutSec ?? terms.timeoutSec,
    timeoutPolicy:
      (own?.timeoutPolicy as TimeoutPolicy | null | undefined) ??
      terms.timeoutPolicy ??
      (basis === 'final_not_rejected' ? 'settle' : 'release'),
    matchedBy: table.matchedBy(match.found),
  };
}

function pricedLeg(subject: Subject, place: LegPlace, payer: string, payee: string, price: Price): Leg {
  const { unit, quantity, unitPrice, amount, card, match } = price;
  const leg = blankLeg(place, payer, payee, card.currency);
  leg.basis = price.basis;
  leg.quantity = quantity;
  leg.unit = unit;
  leg.components = [
    { kind: 'usage', name: unit === 'message' ? 'per message' : 'per part', quantity, unitPrice, amount, rateId: null },
  ];
  leg.rate = {
    cardId: card.id,
    version: match.version,
    rateId: match.table.rateId(match.row),
    matchedBy: price.matchedBy,
  };
  leg.deadline = Math.max(place.billingTime, subject.rawAppendedAt) + price.timeoutSec * MICROS;
  leg.timeoutPolicy = price.timeoutPolicy;
  return leg;
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
    legId: legId({
      messageId: place.messageId,
      part: place.part,
      attempt: place.attempt,
      side: place.side,
      payer,
      payee,
      rerateRunId: null,
    }),
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
    reporting: null,
  };
}

/** First step of a leg that nobody else has seen yet: held while its outcome is open, settled at once when it is due already. */
export function openLeg({ leg, amount }: PricedLeg, outcome: Exclude<Outcome, 'release'>): Leg {
  if (outcome === 'open') {
    leg.action = 'hold';
    leg.heldAmount = amount;
  } else {
    leg.action = 'settle';
    leg.amount = amount;
    leg.accountAmount = amount;
  }
  return leg;
}
