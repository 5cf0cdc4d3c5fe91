import { UNKNOWN_ORIGIN } from '@ratestream/catalog';
import { usageEventId, type NetworkRef, type RatedEvent, type UsageEvent } from '@ratestream/events';
import { instant } from '@ratestream/http';
import {
  decideUsage,
  explain,
  explainChoice,
  iso,
  RatingState,
  type HashRecipient,
  type Pricing,
} from '@ratestream/pricing';
import { countryOf, normaliseNumber } from '@ratestream/sms';
import { z } from 'zod';
import type { RatingCatalog } from '../catalog/rating-catalog.js';

/** One usage to be priced; see contracts.md, "A usage in a quote". */
export const usageSchema = z.strictObject({
  service: z.literal('sms', { error: 'only sms is priced' }).default('sms'),
  direction: z.literal('mt', { error: 'only mt is priced' }).default('mt'),
  event: z
    .enum([
      'accepted',
      'submitted',
      'submit_rejected',
      'delivered',
      'undelivered',
      'expired',
      'rejected',
      'deleted',
      'unknown',
    ])
    .default('delivered'),
  account: z.string().min(1).max(200),
  at: instant.optional().describe('billing time; default: now'),
  asOf: instant.optional().describe('price by what is in force at this instant instead of the billing time'),
  knownAt: instant
    .optional()
    .describe(
      'price as it would have been at this instant: by versions, exchange rates, accounts, plans and cards known then',
    ),
  to: z.string().min(3).max(24),
  from: z.string().max(40).optional(),
  senderType: z.string().max(40).optional(),
  originCountry: z
    .string()
    .regex(/^([A-Z]{2}|unknown)$/, { error: 'must be an ISO 3166 alpha-2 code, or unknown' })
    .optional(),
  routeGrade: z
    .string()
    .max(40)
    .optional()
    .describe("as the record says; a connection's own goes before it on the buy side"),
  trafficClass: z.string().min(1).max(40).optional().describe("default: the account's"),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional()
    .describe("default: the number's"),
  mcc: z
    .string()
    .regex(/^\d{3}$/)
    .optional(),
  mnc: z
    .string()
    .regex(/^\d{2,3}$/)
    .optional(),
  parts: z.number().int().min(1).max(255).default(1),
  supplier: z.string().max(200).optional(),
  connection: z.string().max(200).optional(),
  route: z.string().max(200).optional(),
});

export type QuotedUsage = z.output<typeof usageSchema>;

/** Why a usage cannot even be looked at; its fault, not the catalog's. */
export interface QuoteFault {
  readonly field: string;
  readonly detail: string;
}

export interface Quote {
  readonly event: RatedEvent;
  /** What it was priced with. */
  readonly pricing: Pricing;
  /** As known when; null: now. Microseconds. */
  readonly knownAt: number | null;
}

/**
 * Prices a usage as rating would at this moment or would have at another, and writes nothing.
 *
 * The same `decideUsage` on an empty memory: a quote cannot say something else than the charge. Every rule of
 * `libs/pricing` holds; what has no price is an unrated leg with its reason.
 */
export class Quoter {
  constructor(
    private readonly catalog: RatingCatalog,
    private readonly hashRecipient: HashRecipient,
    private readonly nowMs: () => number = Date.now,
  ) {}

  quote(usage: QuotedUsage): Quote | QuoteFault {
    const now = this.nowMs() * 1000;
    const pricing = this.catalog.pricingAsKnown(usage.knownAt ?? now, now, this.hashRecipient);
    const account = pricing.reader.accounts.get(usage.account);
    if (account === undefined) {
      const when = usage.knownAt === undefined ? 'is not in the catalog' : `was not known at ${iso(usage.knownAt)}`;
      return { field: 'account', detail: `account "${usage.account}" ${when}` };
    }
    const number = normaliseNumber(usage.to);
    if (!number.ok) return { field: 'to', detail: `"${usage.to}" is no number: ${number.fault}` };
    const chain = [...pricing.reader.chain(usage.account)];
    const event = this.usageEvent(usage, number.value, account.defaultTrafficClass, chain, now);
    const [rated] = decideUsage(event, { partition: 0, offset: 0 }, new RatingState(), pricing);
    if (rated === undefined) throw new Error('an empty memory knows no duplicate');
    return { event: rated, pricing, knownAt: usage.knownAt ?? null };
  }

  /**
   * Why each leg costs what it does, and what nearly was its price.
   *
   * In  seen: the event of the quote with the legs that the caller may see
   */
  explain({ event, pricing, knownAt }: Quote, seen: RatedEvent): string[] {
    const names = this.catalog.names();
    const [headline = '', ...lines] = explain(seen, names, (leg) => explainChoice(leg, event, pricing, names));
    return knownAt === null ? [headline, ...lines] : [headline, `As known at ${iso(knownAt)}.`, ...lines];
  }

  private usageEvent(
    usage: QuotedUsage,
    recipient: string,
    defaultClass: string,
    chain: string[],
    now: number,
  ): UsageEvent {
    const at = usage.asOf ?? usage.at ?? now;
    const attempt = usage.event === 'accepted' ? 0 : 1;
    const identity = { source: 'quote', sourceRecordId: 'quote', attempt, part: 1, event: usage.event };
    const country = usage.country ?? countryOf(recipient);
    const range = this.catalog.numbering.find(recipient);
    return {
      ...NOTHING_KNOWN,
      usageEventId: usageEventId(identity),
      messageId: '00000000-0000-5000-8000-000000000000',
      identity,
      rawAppendedAt: Math.max(at, 0),
      catalogPosition: this.catalog.view.position,
      account: usage.account,
      rootPayer: chain[chain.length - 1] ?? usage.account,
      chain,
      times: {
        accepted: at,
        scheduled: null,
        submitted: attempt === 0 ? null : at,
        done: attempt === 0 || usage.event === 'submitted' ? null : at,
        ingested: now,
        zone: null,
        zoneFlag: null,
      },
      sender: usage.from ?? null,
      senderType: usage.senderType ?? null,
      originCountry: usage.originCountry === UNKNOWN_ORIGIN ? null : (usage.originCountry ?? null),
      recipient,
      country,
      network: {
        reported:
          usage.mcc === undefined ? null : network(usage.mcc, usage.mnc ?? null, usage.country ?? null, 'quote'),
        ported: null,
        range:
          range === null
            ? null
            : network(
                range.mcc,
                range.mnc,
                range.country,
                `numbering plan ${this.catalog.view.numberingPlan?.id ?? ''}`,
              ),
      },
      trafficClass: usage.trafficClass ?? defaultClass,
      classResolvedBy: usage.trafficClass === undefined ? 'account' : 'quote',
      parts: { reported: usage.parts, computed8: null, computed16: null, assumed: false },
      supplier: usage.supplier ?? null,
      connection: usage.connection ?? null,
      route: usage.route ?? null,
      routeGrade: usage.routeGrade ?? null,
    };
  }
}

function network(mcc: string | null, mnc: string | null, country: string | null, by: string): NetworkRef {
  return { mcc, mnc, country, at: null, by };
}

/** A usage event of which nothing is known but what the quote says. */
const NOTHING_KNOWN = {
  fingerprint: { version: 1, hash: '0'.repeat(32) },
  rawRef: { topic: 'quote', partition: 0, offset: 0 },
  service: 'sms',
  direction: 'mt',
  systemId: null,
  clientRef: null,
  authorizationId: null,
  gatewayMessageId: null,
  timeEstimated: false,
  senderRegistrationId: null,
  brandId: null,
  campaignId: null,
  dltEntityId: null,
  dltTemplateId: null,
  originResolvedBy: null,
  encoding: null,
  dcs: null,
  udh: null,
  textHash: null,
  textLength: null,
  validity: null,
  priority: null,
  dlrRequested: null,
  hops: null,
  supplierMessageId: null,
  status: null,
  rawStatus: null,
  errorCode: null,
  smscGt: null,
  servingMsc: null,
  imsi: null,
  durationSec: null,
  answeredAt: null,
  hangupCause: null,
} as const;
