// Generated from schemas/ by `npm run generate`. Do not edit.

import type { Topic } from '../topic.js';

/** Replication of every topic by environment. */
export const replication = {
  local: {
    factor: 1,
    minInsync: 1
  },
  production: {
    factor: 3,
    minInsync: 2
  }
} as const;

/** Every topic by name. */
export const topics = {
  'cdr.raw': {
    name: 'cdr.raw',
    key: 'any',
    schema: null,
    partitions: {
      local: 6,
      production: 64
    },
    cleanup: 'delete',
    retentionDays: 400,
    owner: 'ingest',
    explicitPartition: false
  },
  'cdr.rejected': {
    name: 'cdr.rejected',
    key: 'source',
    schema: 'RejectedCdr',
    partitions: {
      local: 6,
      production: 16
    },
    cleanup: 'delete',
    retentionDays: 90,
    owner: 'ingest',
    explicitPartition: false
  },
  usage: {
    name: 'usage',
    key: 'rootPayer',
    explicitPartition: true,
    schema: 'UsageEvent',
    partitions: {
      local: 6,
      production: 64
    },
    cleanup: 'delete',
    retentionDays: 400,
    owner: 'ingest'
  },
  'ingest.correlation': {
    name: 'ingest.correlation',
    key: 'correlation key',
    schema: 'CorrelationRecord',
    partitions: {
      local: 6,
      production: 64
    },
    cleanup: 'delete',
    retentionDays: 8,
    owner: 'ingest',
    explicitPartition: false
  },
  'ingest.progress': {
    name: 'ingest.progress',
    key: 'topic|partition',
    schema: 'IngestProgress',
    partitions: {
      local: 1,
      production: 1
    },
    cleanup: 'compact',
    retentionDays: -1,
    owner: 'ingest',
    explicitPartition: false
  },
  catalog: {
    name: 'catalog',
    key: 'aggregate id',
    schema: 'CatalogEvent',
    partitions: {
      local: 1,
      production: 1
    },
    cleanup: 'delete',
    retentionDays: -1,
    owner: 'catalog',
    eventTypes: [
      'Heartbeat',
      'AccountOpened',
      'AccountChanged',
      'AccountClosed',
      'SupplierAdded',
      'SupplierChanged',
      'ConnectionAdded',
      'ConnectionChanged',
      'SourceConfigured',
      'RateCardCreated',
      'RateCardChanged',
      'RateCardVersionPublished',
      'RateCardVersionWithdrawn',
      'PlanCreated',
      'PlanChanged',
      'RateGroupCreated',
      'RateGroupChanged',
      'FxRatesPublished',
      'NoticeIssued',
      'NumberingPlanPublished',
      'ApiKeyIssued',
      'ApiKeyRevoked'
    ],
    explicitPartition: false
  },
  'catalog.rates': {
    name: 'catalog.rates',
    key: 'id|version|chunk',
    schema: 'RateChunk',
    partitions: {
      local: 1,
      production: 1
    },
    cleanup: 'compact',
    retentionDays: -1,
    owner: 'catalog',
    explicitPartition: false
  },
  'rating.commands': {
    name: 'rating.commands',
    key: 'rootPayer',
    explicitPartition: true,
    schema: 'RatingCommand',
    partitions: {
      local: 6,
      production: 64
    },
    cleanup: 'delete',
    retentionDays: 400,
    owner: 'rating'
  },
  rated: {
    name: 'rated',
    key: 'rootPayer',
    explicitPartition: true,
    schema: 'RatedEvent',
    partitions: {
      local: 6,
      production: 64
    },
    cleanup: 'delete',
    retentionDays: 400,
    owner: 'rating'
  },
  'rating.checkpoints': {
    name: 'rating.checkpoints',
    key: 'partition|piece|sequence',
    explicitPartition: true,
    schema: 'RatingCheckpoint',
    partitions: {
      local: 6,
      production: 64
    },
    cleanup: 'compact',
    retentionDays: -1,
    owner: 'rating'
  },
  'balance.events': {
    name: 'balance.events',
    key: 'account',
    schema: 'BalanceEvent',
    partitions: {
      local: 6,
      production: 16
    },
    cleanup: 'delete',
    retentionDays: 400,
    owner: 'balance',
    explicitPartition: false
  },
  'account.status': {
    name: 'account.status',
    key: 'account',
    schema: 'AccountStatus',
    partitions: {
      local: 6,
      production: 16
    },
    cleanup: 'compact',
    retentionDays: -1,
    owner: 'balance',
    explicitPartition: false
  }
} as const satisfies Record<string, Topic>;

/** Name of a topic, without the installation’s prefix. */
export type TopicName = keyof typeof topics;

/** Type of a catalog event. */
export type CatalogEventType =
  | 'Heartbeat'
  | 'AccountOpened'
  | 'AccountChanged'
  | 'AccountClosed'
  | 'SupplierAdded'
  | 'SupplierChanged'
  | 'ConnectionAdded'
  | 'ConnectionChanged'
  | 'SourceConfigured'
  | 'RateCardCreated'
  | 'RateCardChanged'
  | 'RateCardVersionPublished'
  | 'RateCardVersionWithdrawn'
  | 'PlanCreated'
  | 'PlanChanged'
  | 'RateGroupCreated'
  | 'RateGroupChanged'
  | 'FxRatesPublished'
  | 'NoticeIssued'
  | 'NumberingPlanPublished'
  | 'ApiKeyIssued'
  | 'ApiKeyRevoked';
