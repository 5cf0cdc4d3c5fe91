import {
  DEFAULT_FX,
  OPERATOR,
  type ChargeBasis,
  type FxTerms,
  type NetworkEvidence,
  type RateCard,
  type TimeoutPolicy,
} from '@ratestream/catalog';
import { legId, type Component, type Leg } from '@ratestream/events';
import { multiply } from '@ratestream/money';
import { convertLeg, reportingOf, reportLeg } from './leg-currency.js';
import { knownAtOf, type Pricing } from './memory.js';
import type { Outcome } from './outcome.js';
import type { MatchedRate, NoRate, RateBook } from './rate-book.js';
import type { MatchQuery } from './rate-table.js';
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
  /** What is due when it settles, in the card's currency. */
  readonly amount: bigint;
  /** The same in the payer's (sell) or the supplier's (buy). */
  readonly accountAmount: bigint;
}

/** What a card says of one leg: the arithmetic of rating without the paperwork. */
export interface Price {
  readonly card: RateCard;
  readonly match: MatchedRate;
  readonly unit: 'part' | 'message';
  readonly quantity: number;
  readonly unitPrice: bigint;
  /** Of the rate and all surcharges. */
  readonly amount: bigint;
  readonly surcharges: readonly PricedSurcharge[];
  readonly basis: ChargeBasis;
  readonly timeoutSec: number;
  readonly timeoutPolicy: TimeoutPolicy;
}

/** What one surcharge adds. */
export interface PricedSurcharge {
  readonly row: number;
  readonly quantity: number;
  readonly unitPrice: bigint;
  readonly amount: bigint;
}

/** The parts of the terms that decide when a leg is due; the rate may state its own. */
export interface LegTerms {
  readonly basis: ChargeBasis;
  readonly timeoutSec: number;
  readonly timeoutPolicy: TimeoutPolicy | null;
}

/** Why a whole message is never priced by itself. */
export type Never = 'direction_not_priced' | 'too_old';
export type Unpriced = NoTerms | NoRate | Never | 'no_fx_rate' | 'amount_too_large';

const MICROS = 1_000_000;

/** Prices the sell leg of one level; an unrated leg with its reason where that cannot be. */
export function priceSellLeg(
  pricing: Pricing,
  subject: Subject,
  place: LegPlace,
  terms: SellTerms,
  never: Never | null = null,
): PricedLeg | Leg {
  const { plan, cards, account, payer, payee } = terms;
  const unrated = (reason: Unpriced, card: RateCard | null): Leg =>
    unratedLeg(place, payer, payee, null, basisWithout(terms, subject), reason, card);
  const last = typeof cards === 'string' ? null : (cards[cards.length - 1] ?? null);
  if (never !== null) return unrated(never, last);
  if (typeof cards === 'string' || plan === null) return unrated(typeof cards === 'string' ? cards : 'no_plan', null);
  let reason: NoRate = 'no_rate';
  for (const card of cards) {
    const query = queryOf(subject, card.networkEvidence, subject.openingRouteGrade);
    const price = priceBy(pricing.book, subject, query, place, card, plan, knownAtOf(pricing));
    if (typeof price === 'string') {
      reason = price;
      continue;
    }
    const leg = pricedLeg(subject, place, payer, payee, price);
    leg.legalEntity = account.legalEntity;
    leg.taxCategory = account.taxCategory;
    leg.plan = { id: plan.id, version: plan.version };
    return inAccountCurrency(pricing, place, leg, price, account.currency, plan.fx, account.timeZone);
  }
  return unrated(reason, last);
}

/** Prices the buy leg of one attempt: what the operator owes the supplier that carried it. */
export function priceBuyLeg(
  pricing: Pricing,
  subject: Subject,
  place: LegPlace,
  { supplier, card, routeGrade }: BuyTerms,
  recordGrade: string | null,
  never: Never | null = null,
): PricedLeg | Leg {
  const payee = supplier?.id ?? '';
  const unrated = (reason: Unpriced): Leg =>
    unratedLeg(place, OPERATOR, payee, supplier?.id ?? null, 'submit', reason, typeof card === 'string' ? null : card);
  if (never !== null) return unrated(never);
  if (typeof card === 'string' || supplier === null)
    return unrated(typeof card === 'string' ? card : 'supplier_unknown');
  const query = queryOf(subject, card.networkEvidence, routeGrade ?? recordGrade);
  const price = priceBy(pricing.book, subject, query, place, card, card, knownAtOf(pricing));
  if (typeof price === 'string') return unrated(price);
  const leg = pricedLeg(subject, place, OPERATOR, payee, price);
  leg.supplierId = supplier.id;
  leg.legalEntity = supplier.legalEntity;
  return inAccountCurrency(pricing, place, leg, price, supplier.currency, card.fx ?? DEFAULT_FX, 'UTC');
}

/** The leg with its amount in the currency of its account, or an unrated one where no rate leads there, or to what is too large. */
function inAccountCurrency(
  pricing: Pricing,
  place: LegPlace,
  leg: Leg,
  price: Price,
  currency: string,
  fx: FxTerms,
  timeZone: string,
): PricedLeg | Leg {
  const { amount } = price;
  const accountAmount = currency === leg.currency ? amount : convertLeg(pricing, leg, amount, currency, fx, timeZone);
  if (typeof accountAmount === 'string') {
    const { payer, payee, supplierId, basis } = leg;
    const unrated = unratedLeg(place, payer, payee, supplierId, basis, accountAmount, price.card);
    unrated.unit = price.unit;
    return unrated;
  }
  reportLeg(pricing, leg, amount);
  return { leg, amount, accountAmount };
}

/** The basis by which an unpriced sell leg is shown or not: the plan's, where no receipts can be waited for. */
function basisWithout({ plan, cards }: SellTerms, { country }: Subject): ChargeBasis {
  if (plan === null) return 'accept';
  const card = typeof cards === 'string' ? undefined : cards[cards.length - 1];
  const neverReceipt = card !== undefined && country !== null && card.noReceiptCountries.includes(country);
  return neverReceipt && plan.basis !== 'accept' ? 'submit' : plan.basis;
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
  card: RateCard | null,
): Leg {
  const leg = blankLeg(place, payer, payee, '');
  leg.supplierId = supplierId;
  leg.action = 'unrated';
  leg.reason = reason;
  leg.basis = basis;
  leg.rate = card === null ? null : { cardId: card.id, version: 0, rateId: '', matchedBy: '' };
  return leg;
}

/**
 * Finds the rate of a card and its surcharges and computes what is due by them.
 *
 * In   terms: the plan's on the sell side, the card's on the buy side; what the rate states itself wins
 * Out  price × quantity, exact, the rate's and each surcharge's; what is per message counts once, on part 1
 */
export function priceBy(
  book: RateBook,
  subject: Subject,
  query: MatchQuery,
  { part, billingTime }: Pick<LegPlace, 'part' | 'billingTime'>,
  card: RateCard,
  terms: LegTerms,
  knownAt?: number,
): Price | NoRate {
  const match = book.find(card, billingTime, query, knownAt);
  if (typeof match === 'string') return match;
  const { table, row } = match;
  const unit = card.partRule === 'perMessage' ? 'message' : table.unitOf(row);
  const quantity = unit === 'message' ? (part === 1 ? 1 : 0) : billedParts(subject, card.partRule);
  const unitPrice = table.price(row);
  let amount = multiply(unitPrice, quantity);
  const surcharges =
    table.surchargeNames.length === 0 ? NONE : surchargesOf(match, subject, query, part, billingTime, card);
  if (surcharges === null) return 'origin_unknown';
  for (const surcharge of surcharges) amount += surcharge.amount;
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
    amount,
    surcharges,
    basis,
    timeoutSec: own?.timeoutSec ?? terms.timeoutSec,
    timeoutPolicy:
      (own?.timeoutPolicy as TimeoutPolicy | null | undefined) ??
      terms.timeoutPolicy ??
      (basis === 'final_not_rejected' ? 'settle' : 'release'),
  };
}

const NONE: readonly PricedSurcharge[] = [];

function surchargesOf(
  { table }: MatchedRate,
  subject: Subject,
  query: MatchQuery,
  part: number,
  billingTime: number,
  card: RateCard,
): readonly PricedSurcharge[] | null {
  const rows = table.surcharges(query, billingTime, card.precedence);
  if (rows === null) return null;
  return rows.map((row) => {
    const perMessage = card.partRule === 'perMessage' || table.unitOf(row) === 'message';
    const quantity = perMessage ? (part === 1 ? 1 : 0) : billedParts(subject, card.partRule);
    const unitPrice = table.price(row);
    return { row, quantity, unitPrice, amount: multiply(unitPrice, quantity) };
  });
}

function pricedLeg(subject: Subject, place: LegPlace, payer: string, payee: string, price: Price): Leg {
  const { unit, quantity, unitPrice, surcharges, card, match } = price;
  const leg = blankLeg(place, payer, payee, card.currency);
  leg.basis = price.basis;
  leg.quantity = quantity;
  leg.unit = unit;
  leg.components = [
    {
      kind: 'usage',
      name: unit === 'message' ? 'per message' : 'per part',
      quantity,
      unitPrice,
      amount: multiply(unitPrice, quantity),
      rateId: null,
    },
    ...surcharges.map(({ row, ...money }): Component => {
      const { table } = match;
      return { kind: 'surcharge', name: table.surchargeOf(row) ?? '', ...money, rateId: table.rateId(row) };
    }),
  ];
  leg.rate = {
    cardId: card.id,
    version: match.version,
    rateId: match.table.rateId(match.row),
    matchedBy: match.table.matchedBy(match.row),
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

/**
 * What a card is asked with: the network by the evidence that it trusts first; the country is the number's where that
 * evidence names none.
 */
export function queryOf(subject: Subject, evidence: readonly NetworkEvidence[], routeGrade: string | null): MatchQuery {
  const { originCountry, trafficClass, senderType } = subject;
  const digits = subject.recipientPrefix ?? '';
  for (const one of evidence) {
    const network = subject.network[one];
    if (network !== null && network.mcc !== null) {
      const { mcc, mnc } = network;
      return {
        country: network.country ?? subject.country,
        mcc,
        mnc,
        digits,
        originCountry,
        routeGrade,
        trafficClass,
        senderType,
      };
    }
  }
  return {
    country: subject.country,
    mcc: null,
    mnc: null,
    digits,
    originCountry,
    routeGrade,
    trafficClass,
    senderType,
  };
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
export function openLeg({ leg, amount, accountAmount }: PricedLeg, outcome: Exclude<Outcome, 'release'>): Leg {
  if (outcome === 'open') {
    leg.action = 'hold';
    leg.heldAmount = accountAmount;
  } else {
    leg.action = 'settle';
    leg.amount = amount;
    leg.accountAmount = accountAmount;
    leg.reporting = reportingOf(leg, amount);
  }
  return leg;
}
