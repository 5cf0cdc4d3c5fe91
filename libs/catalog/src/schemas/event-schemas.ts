import { z } from 'zod';
import type { CatalogEventData } from '../model.js';
import {
  anyId,
  binding,
  chargeBasis,
  count,
  country,
  currency,
  derivation,
  fxDay,
  fxSource,
  fxTerms,
  id,
  label,
  micros,
  money,
  moneyNotNegative,
  name,
  notice,
  noticeDays,
  number,
  precedence,
  service,
  timeZone,
  timeoutPolicy,
  timeoutSec,
  trafficClass,
} from './fields.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const account = z.strictObject({
  id,
  parentId: id.nullable(),
  name,
  currency,
  timeZone,
  partition: count.nullable(),
  planId: id.nullable(),
  rateGroupId: id.nullable(),
  overrides: z.array(binding),
  mode: z.enum(['prepaid', 'postpaid']),
  creditLimit: moneyNotNegative,
  warnBelow: money.nullable(),
  defaultTrafficClass: trafficClass,
  legalEntity: label,
  taxCategory: label,
  closed: z.boolean(),
});

const supplier = z.strictObject({ id, name, currency, buyCardId: id.nullable(), legalEntity: label });

const connection = z.strictObject({
  id,
  supplierId: id,
  idFormat: z.enum(['dec', 'hex', 'string']).nullable(),
  buyCardId: id.nullable(),
  route: label,
  routeGrade: label,
});

const source = z.strictObject({
  id,
  format: z.enum(['canonical-json', 'canonical-csv', 'kannel-access-log']),
  timeZone,
  identity: z.enum(['gateway-id', 'file-line', 'offset']),
  accounts: z.record(z.string().min(1).max(200), id),
  defaultAccount: id.nullable(),
  connections: z.record(z.string().min(1).max(200), id),
  trafficClass: trafficClass.nullable(),
  slowestReceiptSec: timeoutSec,
  effectiveFrom: micros,
});

const rateCard = z.strictObject({
  id,
  owner: id.nullable(),
  name,
  side: z.enum(['sell', 'buy']),
  service,
  currency,
  partRule: z.enum(['reported', 'computed8', 'computed16', 'perMessage']),
  networkEvidence: z.array(z.enum(['reported', 'ported', 'range'])).min(1),
  basis: chargeBasis,
  timeoutSec,
  timeoutPolicy: timeoutPolicy.nullable(),
  noReceiptCountries: z.array(country),
  precedence,
  fx: fxTerms.nullable(),
  noticeDays,
  derivation,
});

const rateCardVersion = z.strictObject({
  cardId: id,
  version: number,
  effectiveFrom: micros,
  knownAt: micros,
  supersedes: number.nullable(),
  withdrawnAt: micros.nullable(),
  rows: number,
  chunks: number,
  sha256,
});

const plan = z.strictObject({
  id,
  version: number,
  owner: id.nullable(),
  name,
  service,
  bindings: z.array(binding).min(1),
  basis: chargeBasis,
  timeoutSec,
  timeoutPolicy: timeoutPolicy.nullable(),
  fx: fxTerms,
});

const rateGroup = z.strictObject({ id, version: number, owner: id.nullable(), name, planId: id });

const fxRates = z.strictObject({ source: fxSource, base: currency, days: z.array(fxDay).min(1), knownAt: micros });

const apiKey = z.strictObject({
  id,
  name,
  hash: sha256,
  scope: anyId,
  permissions: z.array(z.enum(['read', 'write', 'ingest', 'admin'])).min(1),
  person: id.nullable(),
  expiresAt: micros.nullable(),
  revoked: z.boolean(),
});

/** Shape of `data` by event type: what the catalog checks before it writes. Exactly the types of topics.yaml. */
export const eventDataSchemas = {
  Heartbeat: z.strictObject({}),
  AccountOpened: account,
  AccountChanged: account,
  AccountClosed: z.strictObject({ id }),
  SupplierAdded: supplier,
  SupplierChanged: supplier,
  ConnectionAdded: connection,
  ConnectionChanged: connection,
  SourceConfigured: source,
  RateCardCreated: rateCard,
  RateCardChanged: rateCard,
  RateCardVersionPublished: rateCardVersion,
  RateCardVersionWithdrawn: z.strictObject({ cardId: id, version: number, withdrawnAt: micros }),
  PlanCreated: plan,
  PlanChanged: plan,
  RateGroupCreated: rateGroup,
  RateGroupChanged: rateGroup,
  FxRatesPublished: fxRates,
  NoticeIssued: notice,
  NumberingPlanPublished: z.strictObject({ id, version: number, rows: number, chunks: number, sha256 }),
  ApiKeyIssued: apiKey,
  ApiKeyRevoked: z.strictObject({ id }),
} satisfies { [K in keyof CatalogEventData]: z.ZodType<CatalogEventData[K]> };
