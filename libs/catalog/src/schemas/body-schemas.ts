import { z } from 'zod';
import { DEFAULT_FX } from '../model.js';
import {
  anyId,
  binding,
  chargeBasis,
  country,
  currency,
  DEFAULT_TIMEOUT_SEC,
  derivation,
  fxDay,
  fxTerms,
  id,
  instant,
  label,
  money,
  moneyNotNegative,
  name,
  notice,
  noticeDays,
  precedence,
  service,
  timeZone,
  timeoutPolicy,
  timeoutSec,
  trafficClass,
} from './fields.js';

/**
 * What the bodies of the HTTP commands may hold. A PUT changes the fields it names and leaves the others.
 * What a GET answered may be sent back: fields that the catalog gives itself are taken and not looked at.
 */
const given = {
  version: z.int().optional(),
  versionCount: z.int().optional(),
  inForce: z.int().nullable().optional(),
  next: z.unknown().optional(),
};
type Given = keyof typeof given;
function withoutGiven<T extends { [K in Given]?: unknown }>(body: T): Omit<T, Given> {
  const { version: _version, versionCount: _count, inForce: _inForce, next: _next, ...rest } = body;
  return rest;
}

/** An event of so many days stays under Kafka's message size; a history comes in several. */
export const MAX_FX_DAYS = 250;

const mode = z.enum(['prepaid', 'postpaid']);
const networkEvidence = z
  .array(z.enum(['reported', 'ported', 'range']))
  .min(1)
  .refine((list) => new Set(list).size === list.length, {
    message: 'must not repeat',
  });
const permissions = z
  .array(z.enum(['read', 'write', 'ingest', 'admin']))
  .min(1)
  .transform((list) => [...new Set(list)]);
const bindings = z.array(binding).min(1).max(300);
const overrides = z.array(binding).max(300);
const names = z
  .record(z.string().min(1).max(200), id)
  .refine((map) => Object.keys(map).length <= 100_000, { message: 'has more than 100 000 entries' });

export const openAccountBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    /** Absent: the caller's own account, or the operator. */
    parentId: id.nullable().optional(),
    name,
    currency: currency.optional(),
    timeZone: timeZone.default('UTC'),
    planId: id.nullable().default(null),
    rateGroupId: id.nullable().default(null),
    overrides: overrides.default([]),
    mode: mode.default('prepaid'),
    creditLimit: moneyNotNegative.default('0'),
    warnBelow: money.nullable().default(null),
    defaultTrafficClass: trafficClass.default('transactional'),
    legalEntity: label.default(null),
    taxCategory: label.default(null),
    /** The catalog gives a root payer its partition when it opens it. */
    partition: z.null().optional(),
    closed: z.literal(false).optional(),
  })
  .transform(withoutGiven);

export const changeAccountBody = z
  .strictObject({
    ...given,
    /** May be repeated as they are; an account never moves. */
    id: id.optional(),
    parentId: id.nullable().optional(),
    currency: currency.optional(),
    name: name.optional(),
    timeZone: timeZone.optional(),
    planId: id.nullable().optional(),
    rateGroupId: id.nullable().optional(),
    overrides: overrides.optional(),
    mode: mode.optional(),
    creditLimit: moneyNotNegative.optional(),
    warnBelow: money.nullable().optional(),
    defaultTrafficClass: trafficClass.optional(),
    legalEntity: label.optional(),
    taxCategory: label.optional(),
    partition: z.int().nullable().optional(),
    closed: z.boolean().optional(),
  })
  .transform(withoutGiven);

export const addSupplierBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    name,
    currency: currency.optional(),
    buyCardId: id.nullable().default(null),
    legalEntity: label.default(null),
  })
  .transform(withoutGiven);

export const changeSupplierBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    currency: currency.optional(),
    name: name.optional(),
    buyCardId: id.nullable().optional(),
    legalEntity: label.optional(),
  })
  .transform(withoutGiven);

const idFormat = z.enum(['dec', 'hex', 'string']).nullable();

export const addConnectionBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    supplierId: id,
    idFormat: idFormat.default(null),
    buyCardId: id.nullable().default(null),
    route: label.default(null),
    routeGrade: label.default(null),
  })
  .transform(withoutGiven);

export const changeConnectionBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    supplierId: id.optional(),
    idFormat: idFormat.optional(),
    buyCardId: id.nullable().optional(),
    route: label.optional(),
    routeGrade: label.optional(),
  })
  .transform(withoutGiven);

/** A source is configured whole: half of an old mapping is never what was meant. */
export const configureSourceBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    format: z.enum(['canonical-json', 'canonical-csv', 'kannel-access-log']),
    timeZone: timeZone.default('UTC'),
    identity: z.enum(['gateway-id', 'file-line', 'offset']),
    accounts: names.default({}),
    defaultAccount: id.nullable().default(null),
    connections: names.default({}),
    trafficClass: trafficClass.nullable().default(null),
    slowestReceiptSec: timeoutSec.default(86_400),
    /** Absent: from the beginning for the first configuration, in 5 minutes for a later one. */
    effectiveFrom: instant.optional(),
  })
  .transform(withoutGiven);

export const createRateCardBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    /** Absent: the caller's own account, or the operator. */
    owner: id.nullable().optional(),
    name,
    side: z.enum(['sell', 'buy']),
    service: service.default('sms'),
    currency: currency.optional(),
    partRule: z.enum(['reported', 'computed8', 'computed16', 'perMessage']).default('reported'),
    networkEvidence: networkEvidence.default(['reported', 'ported', 'range']),
    basis: chargeBasis.default('submit'),
    timeoutSec: timeoutSec.default(DEFAULT_TIMEOUT_SEC),
    timeoutPolicy: timeoutPolicy.nullable().default(null),
    noReceiptCountries: z.array(country).max(300).default([]),
    precedence: precedence.default(null),
    fx: fxTerms.nullable().default(null),
    noticeDays: noticeDays.default({ increase: 7, decrease: 0 }),
    derivation: derivation.default(null),
  })
  .transform(withoutGiven);

export const changeRateCardBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    owner: id.nullable().optional(),
    side: z.enum(['sell', 'buy']).optional(),
    service: service.optional(),
    currency: currency.optional(),
    name: name.optional(),
    partRule: z.enum(['reported', 'computed8', 'computed16', 'perMessage']).optional(),
    networkEvidence: networkEvidence.optional(),
    basis: chargeBasis.optional(),
    timeoutSec: timeoutSec.optional(),
    timeoutPolicy: timeoutPolicy.nullable().optional(),
    noReceiptCountries: z.array(country).max(300).optional(),
    precedence: precedence.optional(),
    fx: fxTerms.nullable().optional(),
    noticeDays: noticeDays.optional(),
    derivation: derivation.optional(),
  })
  .transform(withoutGiven);

export const createPlanBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    owner: id.nullable().optional(),
    name,
    service: service.default('sms'),
    bindings,
    basis: chargeBasis.default('accept'),
    timeoutSec: timeoutSec.default(DEFAULT_TIMEOUT_SEC),
    timeoutPolicy: timeoutPolicy.nullable().default(null),
    fx: fxTerms.default(DEFAULT_FX),
  })
  .transform(withoutGiven);

export const changePlanBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    owner: id.nullable().optional(),
    service: service.optional(),
    name: name.optional(),
    bindings: bindings.optional(),
    basis: chargeBasis.optional(),
    timeoutSec: timeoutSec.optional(),
    timeoutPolicy: timeoutPolicy.nullable().optional(),
    fx: fxTerms.optional(),
  })
  .transform(withoutGiven);

export const createRateGroupBody = z
  .strictObject({ ...given, id: id.optional(), owner: id.nullable().optional(), name, planId: id })
  .transform(withoutGiven);

export const changeRateGroupBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    owner: id.nullable().optional(),
    name: name.optional(),
    planId: id.optional(),
  })
  .transform(withoutGiven);

/** Days of one source's rates. What a feed fetches and what a person enters are the same. */
export const publishFxRatesBody = z.strictObject({
  base: currency,
  days: z
    .array(fxDay.extend({ publishedAt: instant }))
    .min(1)
    .max(MAX_FX_DAYS),
});

/** When it was issued is decided. */
export const issueNoticesBody = z.strictObject({
  notices: z.array(notice.omit({ issuedAt: true })).max(10_000),
});

export const issueApiKeyBody = z
  .strictObject({
    ...given,
    id: id.optional(),
    name,
    /** An account, or `operator`. Absent: the caller's own scope. */
    scope: anyId.optional(),
    permissions,
    /** Absent: the person of the key that issues it; of the installation's own key: a new person, called as the key. */
    person: id.optional(),
    expiresAt: instant.nullable().default(null),
  })
  .transform(withoutGiven);

export type OpenAccountBody = z.output<typeof openAccountBody>;
export type ChangeAccountBody = z.output<typeof changeAccountBody>;
export type AddSupplierBody = z.output<typeof addSupplierBody>;
export type ChangeSupplierBody = z.output<typeof changeSupplierBody>;
export type AddConnectionBody = z.output<typeof addConnectionBody>;
export type ChangeConnectionBody = z.output<typeof changeConnectionBody>;
export type ConfigureSourceBody = z.output<typeof configureSourceBody>;
export type CreateRateCardBody = z.output<typeof createRateCardBody>;
export type ChangeRateCardBody = z.output<typeof changeRateCardBody>;
export type CreatePlanBody = z.output<typeof createPlanBody>;
export type ChangePlanBody = z.output<typeof changePlanBody>;
export type IssueApiKeyBody = z.output<typeof issueApiKeyBody>;
export type PublishFxRatesBody = z.output<typeof publishFxRatesBody>;
export type IssueNoticesBody = z.output<typeof issueNoticesBody>;
export type CreateRateGroupBody = z.output<typeof createRateGroupBody>;
export type ChangeRateGroupBody = z.output<typeof changeRateGroupBody>;
