import type { ChargeBasis, Micros, RateCard } from '@ratestream/catalog';
import type { Leg, NetworkRef } from '@ratestream/events';
import { openLeg, priceBuyLeg, priceSellLeg, type PricedLeg, type Pricing, type Subject } from '@ratestream/pricing';
import type { PricedBy } from './traffic-reader.js';

/** A catalog to price by: as it is, or with the draft in it. */
export interface Prices {
  pricing: Pricing;
  card(id: string): RateCard | undefined;
}

/** The leg that a group of equal legs stands for. */
export type PricedPlace = PricedBy & {
  side: 'sell' | 'buy';
  account: string;
  payer: string;
  supplier: string;
  cardId: string;
  at: Micros;
};

/** What one leg costs, or why it has no price. */
export type LegPrice =
  | { unrated: string }
  | {
      unrated: null;
      cardId: string;
      version: number;
      rateId: string;
      unitPrice: bigint;
      unit: 'part' | 'message';
      quantity: number;
      basis: ChargeBasis;
      amount: bigint;
      currency: string;
      accountAmount: bigint;
      accountCurrency: string;
      reportingAmount: bigint;
      reportingCurrency: string;
    };

/** Prices one leg with the rating core itself, as if it were settled now. */
export function priceOne(group: PricedPlace, { pricing, card }: Prices): LegPrice {
  const subject = subjectOf(group);
  const place = {
    messageId: NO_MESSAGE,
    part: group.firstPart ? 1 : 2,
    side: group.side,
    level: 0,
    attempt: group.side === 'buy' ? 1 : 0,
    billingTime: group.at,
  };
  if (group.side === 'sell') {
    const chain = pricing.terms.sell(group.account, group.trafficClass, subject.country);
    const own = chain.find(({ payer }) => payer === group.payer);
    if (own === undefined) return { unrated: 'unknown_account' };
    return priceOf(priceSellLeg(pricing, subject, { ...place, level: own.level }, own, null));
  }
  const own = pricing.terms.buy(group.supplier || null, group.connection || null);
  // The card that was asked then: the connection of a receipt may be another than that of the attempt.
  const asked = group.cardId === '' ? own.card : (card(group.cardId) ?? own.card);
  return priceOf(priceBuyLeg(pricing, subject, place, { ...own, card: asked }, subject.openingRouteGrade, null));
}

function priceOf(priced: PricedLeg | Leg): LegPrice {
  if (!('leg' in priced)) return { unrated: priced.reason ?? 'no_rate' };
  const leg = openLeg(priced, 'settle');
  return {
    unrated: null,
    cardId: leg.rate?.cardId ?? '',
    version: leg.rate?.version ?? 0,
    rateId: leg.rate?.rateId ?? '',
    unitPrice: leg.components[0]?.unitPrice ?? 0n,
    unit: leg.unit,
    quantity: leg.quantity,
    basis: leg.basis,
    amount: leg.amount,
    currency: leg.currency,
    accountAmount: leg.accountAmount,
    accountCurrency: leg.accountCurrency,
    // As analytics keeps it: a leg without is in that currency already, or no rate leads there.
    reportingAmount: leg.reporting?.amount ?? leg.amount,
    reportingCurrency: leg.reporting?.currency ?? leg.currency,
  };
}

const NO_MESSAGE = '00000000-0000-5000-8000-000000000000';

/** The message that a group stands for, as far as a card can ask. */
export function subjectOf(group: PricedBy & { account: string; at: Micros }): Subject {
  const network: Record<string, NetworkRef> = {};
  for (const text of group.networks) {
    const [by = '', mcc = '', mnc = '', country = ''] = text.split('/');
    network[by] = { mcc: mcc || null, mnc: mnc || null, country: country || null, at: null, by };
  }
  const subject = {
    ...NOTHING_KNOWN,
    account: group.account,
    rootPayer: group.account,
    times: { ...NO_TIMES, accepted: group.at, ingested: group.at },
    rawAppendedAt: group.at,
    senderType: group.senderType || null,
    originCountry: group.originCountry || null,
    openingRouteGrade: group.routeGrade || null,
    recipientPrefix: group.digits,
    country: group.numberCountry || null,
    network: {
      reported: network['reported'] ?? null,
      ported: network['ported'] ?? null,
      range: network['range'] ?? null,
    },
    trafficClass: group.trafficClass,
    parts: {
      reported: counted(group.partsReported),
      computed8: counted(group.partsComputed8),
      computed16: counted(group.partsComputed16),
      assumed: false,
    },
  };
  return subject;
}

function counted(parts: number): number | null {
  return parts < 0 ? null : parts;
}

const NO_TIMES = {
  accepted: null,
  scheduled: null,
  submitted: null,
  done: null,
  ingested: 0,
  zone: null,
  zoneFlag: null,
};
/** A message of which nothing is known but what prices it. */
const NOTHING_KNOWN = {
  service: 'sms',
  direction: 'mt',
  account: null,
  rootPayer: '',
  chain: [],
  systemId: null,
  clientRef: null,
  authorizationId: null,
  gatewayMessageId: null,
  timeEstimated: false,
  sender: null,
  senderRegistrationId: null,
  campaignId: null,
  originResolvedBy: null,
  recipientHash: null,
  recipientHashKeyId: null,
  classResolvedBy: null,
  encoding: null,
  udh: null,
  subjectEvent: null,
  subjectRanks: [],
} satisfies Partial<Subject>;
