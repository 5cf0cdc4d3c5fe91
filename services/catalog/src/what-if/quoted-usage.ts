import { anyId, UNKNOWN_ORIGIN, type CatalogView, type Micros } from '@ratestream/catalog';
import { instant } from '@ratestream/http';
import { prefixOf } from '@ratestream/pricing';
import { countryOf, normaliseNumber, type NumberingIndex } from '@ratestream/sms';
import { z } from 'zod';
import type { PricedPlace } from './price-group.js';

const EVENTS = [
  'accepted',
  'submitted',
  'submit_rejected',
  'delivered',
  'undelivered',
  'expired',
  'rejected',
  'deleted',
  'unknown',
] as const;

/** One usage, in the shape that a quote takes; as known now. */
export const usageSchema = z.strictObject({
  service: z.literal('sms', { error: 'only sms is priced' }).default('sms'),
  direction: z.literal('mt', { error: 'only mt is priced' }).default('mt'),
  event: z.enum(EVENTS).default('delivered'),
  account: anyId,
  at: instant.optional().describe('billing time; default: now'),
  asOf: instant.optional().describe('price by what is in force at this instant instead of the billing time'),
  to: z.string().min(3).max(24),
  from: z.string().max(40).optional(),
  senderType: z.string().max(40).optional(),
  originCountry: z.string().regex(/^([A-Z]{2}|unknown)$/, { error: 'must be an ISO 3166 alpha-2 code, or unknown' }).optional(),
  trafficClass: z.string().min(1).max(40).optional().describe("default: the account's"),
  country: z.string().regex(/^[A-Z]{2}$/).optional().describe("default: the number's"),
  mcc: z.string().regex(/^\d{3}$/).optional(),
  mnc: z.string().regex(/^\d{2,3}$/).optional(),
  parts: z.number().int().min(1).max(255).default(1),
  supplier: z.string().max(200).optional(),
  connection: z.string().max(200).optional(),
  route: z.string().max(200).optional(),
  routeGrade: z.string().max(40).optional(),
}); // prettier-ignore
export type QuotedUsage = z.output<typeof usageSchema>;

/** A leg that a usage makes, and where its message goes. */
export type UsageLeg = PricedPlace & { level: number; country: string; mcc: string; mnc: string; event: string };

/**
 * The legs of a usage: one for each payer of its chain, and one for the supplier that it names.
 *
 * Out  what is at fault, where it cannot be read
 */
export function legsOfUsage(
  usage: QuotedUsage,
  view: CatalogView,
  numbering: Pick<NumberingIndex, 'find'>,
  now: Micros,
): UsageLeg[] | { field: string; detail: string } {
  const account = view.accounts.get(usage.account);
  if (account === undefined) return { field: 'account', detail: `account "${usage.account}" is not in the catalog` };
  const number = normaliseNumber(usage.to);
  if (!number.ok) return { field: 'to', detail: `"${usage.to}" is no number: ${number.fault}` };
  const range = numbering.find(number.value);
  const networks = [
    ...(usage.mcc === undefined ? [] : [['reported', usage.mcc, usage.mnc ?? '', usage.country ?? ''].join('/')]),
    ...(range === null ? [] : [['range', range.mcc ?? '', range.mnc ?? '', range.country ?? ''].join('/')]),
  ];
  const numberCountry = usage.country ?? countryOf(number.value) ?? '';
  const common = {
    networks,
    numberCountry,
    digits: prefixOf(number.value),
    trafficClass: usage.trafficClass ?? account.defaultTrafficClass,
    senderType: usage.senderType ?? '',
    originCountry: usage.originCountry === UNKNOWN_ORIGIN ? '' : (usage.originCountry ?? ''),
    routeGrade: usage.routeGrade ?? '',
    connection: usage.connection ?? '',
    firstPart: true,
    partsReported: usage.parts,
    partsComputed8: -1,
    partsComputed16: -1,
    account: usage.account,
    supplier: usage.supplier ?? '',
    cardId: '',
    at: usage.asOf ?? usage.at ?? now,
    country: numberCountry || (range?.country ?? ''),
    mcc: usage.mcc ?? range?.mcc ?? '',
    mnc: usage.mnc ?? range?.mnc ?? '',
    event: usage.event,
  };
  const chain = view.chain(usage.account);
  const sells = chain.map((payer, at): UsageLeg => ({ ...common, side: 'sell', payer, level: chain.length - 1 - at }));
  const carried = common.supplier !== '' || common.connection !== '';
  return carried ? [...sells, { ...common, side: 'buy', payer: 'operator', level: 0 }] : sells;
}
