import {
  chunkRates,
  PLAIN_ACCOUNT,
  PLAIN_BINDING,
  PLAIN_CARD,
  PLAIN_PLAN,
  PLAIN_RATE,
  rateRowsHash,
  type Account,
  type ApiKey,
  type CatalogEventData,
  type CatalogEventName,
  type Plan,
  type PlanBinding,
  type RateCard,
} from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { hashApiKey } from '@ratestream/http';
import { parseMoney } from '@ratestream/money';
import { RatingCatalog } from '../src/catalog/rating-catalog.js';

export const NOON = 1_777_636_800_000_000;
export const HOUR = 3_600_000_000;

export const account = (id: string, overrides: Partial<Account> = {}): Account => ({
  id, parentId: null, name: `The ${id} company`, currency: 'EUR', timeZone: 'UTC', partition: 0, planId: null, mode: 'postpaid',
  creditLimit: '0', warnBelow: null, defaultTrafficClass: 'otp', legalEntity: null, taxCategory: null, closed: false, ...PLAIN_ACCOUNT, ...overrides,
}); // prettier-ignore

export const card = (id: string, overrides: Partial<RateCard> = {}): RateCard => ({
  id, name: `Card ${id}`, side: 'sell', service: 'sms', currency: 'EUR', partRule: 'reported', networkEvidence: ['reported', 'ported', 'range'],
  basis: 'submit', timeoutSec: 3600, timeoutPolicy: null, noReceiptCountries: [], ...PLAIN_CARD, ...overrides,
}); // prettier-ignore

export const plan = (id: string, bindings: readonly Partial<PlanBinding>[], overrides: Partial<Plan> = {}): Plan => ({
  id, version: 1, name: `Plan ${id}`, service: 'sms', bindings: bindings.map((one) => ({ ...PLAIN_BINDING, cardId: id, ...one })),
  basis: 'delivered', timeoutSec: 3600, timeoutPolicy: null, ...PLAIN_PLAN, ...overrides,
}); // prettier-ignore

export const rate = (rateId: string, price: string, match: Partial<RateRow> = {}): RateRow => ({
  rateId, country: null, mcc: null, mnc: null, prefix: null, trafficClass: null, price: parseMoney(price), unit: 'part', basis: null,
  timeoutSec: null, timeoutPolicy: null, ...PLAIN_RATE, ...match,
}); // prettier-ignore

export const apiKey = (secret: string, scope: string, permissions: ApiKey['permissions'] = ['read']): ApiKey => ({
  id: secret, name: secret, hash: hashApiKey(secret), scope, permissions, expiresAt: null, revoked: false,
}); // prettier-ignore

/** Writes a catalog event by event, each at its own instant. */
export class CatalogFacts {
  readonly catalog = new RatingCatalog('EUR');
  private readonly versions = new Map<string, number>();

  say<K extends CatalogEventName>(type: K, data: CatalogEventData[K], occurredAt = NOON - 24 * HOUR): this {
    const position = this.catalog.view.receivedPosition + 1;
    this.catalog.view.apply({
      position,
      type,
      eventId: `event-${position}`,
      aggregate: 'test',
      aggregateId: String(position),
      aggregateVersion: 1,
      occurredAt,
      actor: 'test',
      data: JSON.stringify(data),
    });
    return this;
  }

  /** A version of a card with its rows, known when it is said. */
  publish(cardId: string, effectiveFrom: number, rows: RateRow[], knownAt = NOON - 24 * HOUR): this {
    const version = (this.versions.get(cardId) ?? 0) + 1;
    this.versions.set(cardId, version);
    const chunks = chunkRates(cardId, version, rows);
    const sha256 = rateRowsHash(rows);
    this.say(
      'RateCardVersionPublished',
      { cardId, version, effectiveFrom, knownAt, supersedes: null, withdrawnAt: null, rows: rows.length, chunks: chunks.length, sha256 },
      knownAt,
    ); // prettier-ignore
    for (const chunk of chunks) this.catalog.view.applyChunk(chunk);
    return this;
  }
}
