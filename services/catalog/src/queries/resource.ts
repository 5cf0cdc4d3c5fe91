import {
  formatInstant,
  OPERATOR,
  type Aggregate,
  type ApiKey,
  type CatalogView,
  type Plan,
  type RateCard,
  type RateGroup,
} from '@ratestream/catalog';
import type { Caller } from '@ratestream/http';

type State = object & { id: string };

/** How one kind of thing is found, seen and shown. */
export interface Resource {
  aggregate: Aggregate;
  /** As problems name it. */
  what: string;
  all(view: CatalogView): ReadonlyMap<string, State>;
  /** Whose subtree it lies in; OPERATOR where a tenant never sees it. */
  ownerOf(state: State): string;
}

export const RESOURCES = {
  accounts: { aggregate: 'account', what: 'account', all: (view) => view.accounts, ownerOf: ({ id }) => id },
  suppliers: { aggregate: 'supplier', what: 'supplier', all: (view) => view.suppliers, ownerOf: () => OPERATOR },
  connections: {
    aggregate: 'connection',
    what: 'connection',
    all: (view) => view.connections,
    ownerOf: () => OPERATOR,
  },
  sources: { aggregate: 'source', what: 'source', all: (view) => view.sources, ownerOf: () => OPERATOR },
  'rate-cards': {
    aggregate: 'rate-card',
    what: 'rate card',
    all: (view) => view.cards,
    ownerOf: (card) => (card as RateCard).owner ?? OPERATOR,
  },
  plans: {
    aggregate: 'plan',
    what: 'plan',
    all: (view) => view.plans,
    ownerOf: (plan) => (plan as Plan).owner ?? OPERATOR,
  },
  'rate-groups': {
    aggregate: 'rate-group',
    what: 'rate group',
    all: (view) => view.rateGroups,
    ownerOf: (group) => (group as RateGroup).owner ?? OPERATOR,
  },
  'numbering-plans': {
    aggregate: 'numbering-plan',
    what: 'numbering plan',
    all: (view) => view.numberingPlans,
    ownerOf: () => OPERATOR,
  },
  'api-keys': {
    aggregate: 'api-key',
    what: 'API key',
    all: (view) => view.apiKeys,
    ownerOf: (key) => (key as ApiKey).scope,
  },
} satisfies Record<string, Resource>;

export type ResourceName = keyof typeof RESOURCES;

const INSTANTS = new Set([
  'uploadedAt',
  'decidedAt',
  'changedAt',
  'effectiveFrom',
  'knownAt',
  'withdrawnAt',
  'expiresAt',
  'occurredAt',
  'issuedAt',
  'publishedAt',
  'validFrom',
  'validUntil',
  'asOf',
]);

/**
 * A state as a caller may see it: instants in ISO 8601, no hash of a key, and no account above the caller's own.
 */
export function present(state: Record<string, unknown>, caller: Caller): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(state)) {
    if (field === 'hash') continue;
    if (INSTANTS.has(field) && typeof value === 'number') shown[field] = formatInstant(value);
    else if (field === 'parentId' && typeof value === 'string' && !caller.sees(value)) shown[field] = null;
    else if (Array.isArray(value)) shown[field] = value.map((item: unknown) => presentItem(item, caller));
    else shown[field] = value;
  }
  return shown;
}

function presentItem(item: unknown, caller: Caller): unknown {
  return item !== null && typeof item === 'object' && !Array.isArray(item)
    ? present(item as Record<string, unknown>, caller)
    : item;
}
