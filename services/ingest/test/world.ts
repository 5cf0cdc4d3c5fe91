import { PLAIN_ACCOUNT } from '@ratestream/catalog';
import type { Account, Source } from '@ratestream/catalog';
import { CatalogView, type CatalogEventData } from '@ratestream/catalog';
import type { CatalogEvent } from '@ratestream/events';
import type { InRecord } from '@ratestream/kafka';
import { textHasher } from '../src/enrich/keyed-hash.js';
import { processRecord, type Outcome, type RecordContext } from '../src/raw/process-record.js';

export const APPENDED_MS = Date.UTC(2026, 4, 1, 12, 0, 5);

export const account = (
  id: string,
  parentId: string | null,
  partition: number | null = parentId === null ? 3 : null,
): Account => ({
  id,
  parentId,
  name: id,
  currency: 'EUR',
  timeZone: 'UTC',
  partition,
  planId: null,
  mode: 'postpaid',
  creditLimit: '0',
  warnBelow: null,
  defaultTrafficClass: 'transactional',
  legalEntity: null,
  taxCategory: null,
  closed: false,
  ...PLAIN_ACCOUNT,
});

export const source = (id: string, more: Partial<Source> = {}): Source => ({
  id,
  format: 'canonical-json',
  timeZone: 'UTC',
  identity: 'gateway-id',
  accounts: {},
  defaultAccount: null,
  connections: {},
  trafficClass: null,
  slowestReceiptSec: 86_400,
  effectiveFrom: 0,
  ...more,
});

/** What the tests' catalog holds, as the events that make it. */
export const FACTS: readonly { [K in keyof CatalogEventData]: [K, CatalogEventData[K]] }[keyof CatalogEventData][] = [
  ['AccountOpened', account('reseller', null)],
  ['AccountOpened', account('acme', 'reseller')],
  ['AccountOpened', account('other', null, 1)],
  ['SupplierAdded', { id: 's1', name: 's1', currency: 'EUR', buyCardId: null, legalEntity: null }],
  [
    'ConnectionAdded',
    { id: 'atlas', supplierId: 's1', idFormat: null, buyCardId: null, route: 'direct', routeGrade: 'a' },
  ],
  [
    'ConnectionAdded',
    { id: 'borea', supplierId: 's1', idFormat: 'hex', buyCardId: null, route: null, routeGrade: null },
  ],
  ['SourceConfigured', source('platform', { accounts: { bulk77: 'acme' } })],
  [
    'SourceConfigured',
    source('kannel', {
      format: 'kannel-access-log',
      timeZone: 'Europe/Berlin',
      accounts: { Bulk77002: 'acme', hamrani: 'acme' },
      connections: { XXX_adv: 'atlas' },
    }),
  ],
  ['SourceConfigured', source('rows', { format: 'canonical-csv', identity: 'file-line', defaultAccount: 'acme' })],
  ['SourceConfigured', source('plain', { identity: 'offset', defaultAccount: 'acme' })],
];

export function catalogEvents(facts = FACTS): CatalogEvent[] {
  return facts.map(([type, data], i) => ({
    position: i + 1,
    type,
    eventId: '00000000-0000-4000-8000-000000000000',
    aggregate: 'test',
    aggregateId: 'test',
    aggregateVersion: 1,
    occurredAt: 0,
    actor: 'test',
    data: JSON.stringify(data),
  }));
}

export function view(facts = FACTS): CatalogView {
  const made = new CatalogView();
  for (const event of catalogEvents(facts)) made.apply(event);
  return made;
}

export function context(more: Partial<RecordContext> = {}): RecordContext {
  return {
    view: view(),
    numbering: () => null,
    hashText: textHasher('a secret of the tests'),
    sequences: new Map(),
    onBug: (error) => {
      throw error;
    },
    ...more,
  };
}

export function raw(
  value: string | Buffer | null,
  headers: Record<string, string>,
  more: Partial<InRecord> = {},
): InRecord {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return {
    topic: 'cdr.raw',
    partition: 2,
    offset: 70,
    appendedAt: APPENDED_MS,
    key: null,
    value: bytes,
    headers,
    ...more,
  };
}

export const ACCEPTED = {
  id: 'm-1',
  event: 'accepted',
  account: 'acme',
  at: '2026-05-01T12:00:00Z',
  from: 'ACME',
  to: '+447700900123',
  mcc: '234',
  mnc: '10',
  text: 'Your code is 1234',
};

/** Processes one canonical record of the source `platform`. */
export function canonical(record: object, more: Partial<RecordContext> = {}): Outcome {
  return processRecord(raw(JSON.stringify(record), { source: 'platform' }), context(more))[0] as Outcome;
}
