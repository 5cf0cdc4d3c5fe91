import type { CatalogEvent } from '@ratestream/events';
import type { CatalogEventData, Plan } from './model.js';
import { PLAIN_ACCOUNT, PLAIN_BINDING, PLAIN_CARD, PLAIN_PLAN } from './plain.js';

export type CatalogEventName = keyof CatalogEventData;

/** A catalog event with its data parsed. Narrow it by `type`. */
export type TypedCatalogEvent = {
  [K in CatalogEventName]: Omit<CatalogEvent, 'type' | 'data'> & { type: K; data: CatalogEventData[K] };
}[CatalogEventName];

/**
 * Parses the data of an event. The catalog alone writes these events and checks them before writing,
 * so readers trust the shape: fields that are newer than the reader are kept, never refused.
 */
export function parseCatalogEvent(event: CatalogEvent): TypedCatalogEvent {
  return { ...event, data: withNewerFields(event.type, JSON.parse(event.data) as object) } as TypedCatalogEvent;
}

/** What events of earlier releases do not say, as it was then. */
function withNewerFields(type: string, data: object): object {
  switch (type) {
    case 'AccountOpened':
    case 'AccountChanged':
      return { ...PLAIN_ACCOUNT, ...data };
    case 'RateCardCreated':
    case 'RateCardChanged':
      return { ...PLAIN_CARD, ...data };
    case 'PlanCreated':
    case 'PlanChanged': {
      const plan = { ...PLAIN_PLAN, ...(data as Plan) };
      return { ...plan, bindings: plan.bindings.map((binding) => ({ ...PLAIN_BINDING, ...binding })) };
    }
    default:
      return data;
  }
}

/** The other way: data as JSON text. */
export function serialiseCatalogEvent(event: TypedCatalogEvent): CatalogEvent {
  return { ...event, data: JSON.stringify(event.data) };
}
