import { createHash } from 'node:crypto';
import { CatalogView, PLAIN_ACCOUNT, serialiseCatalogEvent } from '@ratestream/catalog';
import type { Account, ApiKey, CatalogEventData, Permission, Supplier } from '@ratestream/catalog';
import { NAMESPACES, uuidV5 } from '@ratestream/events';

export function account(id: string, change: Partial<Account> = {}): Account {
  return {
    id,
    parentId: null,
    name: `The ${id} company`,
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    partition: change.parentId === undefined || change.parentId === null ? 0 : null,
    planId: null,
    mode: 'prepaid',
    creditLimit: '0',
    warnBelow: null,
    defaultTrafficClass: 'otp',
    legalEntity: null,
    taxCategory: null,
    closed: false,
    ...PLAIN_ACCOUNT,
    ...change,
  };
}

export function supplier(id: string): Supplier {
  return { id, name: `Supplier ${id}`, currency: 'EUR', buyCardId: null, legalEntity: null };
}

/** The bearer secret of a key is its id. */
export function apiKey(id: string, scope: string, permissions: Permission[] = ['read', 'write']): ApiKey {
  const hash = createHash('sha256').update(id).digest('hex');
  return { id, name: id, hash, scope, permissions, expiresAt: null, revoked: false };
}

/** A catalog that is told its facts by the test instead of by a topic. */
export class TestCatalog {
  readonly view = new CatalogView();

  say<T extends keyof CatalogEventData>(type: T, data: CatalogEventData[T]): this {
    const position = this.view.position + 1;
    const eventId = uuidV5(NAMESPACES.catalogEvent, String(position));
    this.view.apply(
      serialiseCatalogEvent({
        position,
        type,
        eventId,
        aggregate: 'test',
        aggregateId: 'test',
        aggregateVersion: position,
        occurredAt: 0,
        actor: 'test',
        data,
      } as Parameters<typeof serialiseCatalogEvent>[0]),
    );
    return this;
  }
}

/** shop under acme under r1, rival beside them; a supplier; a key for each of them, named after its bearer. */
export function family(): TestCatalog {
  return new TestCatalog()
    .say('AccountOpened', account('r1', { creditLimit: '100' }))
    .say('AccountOpened', account('acme', { parentId: 'r1', creditLimit: '50' }))
    .say('AccountOpened', account('shop', { parentId: 'acme', creditLimit: '5' }))
    .say('AccountOpened', account('rival', { partition: 1, creditLimit: '5' }))
    .say('SupplierAdded', supplier('s1'))
    .say('ApiKeyIssued', apiKey('operator-key', 'operator', ['admin']))
    .say('ApiKeyIssued', apiKey('r1-key', 'r1'))
    .say('ApiKeyIssued', apiKey('acme-key', 'acme'))
    .say('ApiKeyIssued', apiKey('acme-reader', 'acme', ['read']))
    .say('ApiKeyIssued', apiKey('rival-key', 'rival'));
}
