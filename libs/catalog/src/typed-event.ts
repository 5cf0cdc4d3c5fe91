import type { CatalogEvent } from '@ratestream/events';
import type { CatalogEventData } from './model.js';

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
  return { ...event, data: JSON.parse(event.data) as unknown } as TypedCatalogEvent;
}

/** The other way: data as JSON text. */
export function serialiseCatalogEvent(event: TypedCatalogEvent): CatalogEvent {
  return { ...event, data: JSON.stringify(event.data) };
}
