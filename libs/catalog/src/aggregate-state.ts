import type { CatalogEvent } from '@ratestream/events';
import type { RateCardVersion } from './model.js';
import { parseCatalogEvent } from './typed-event.js';

/**
 * The state of one aggregate, folded from the events of its stream up to any point: what `asOf` answers with.
 *
 * In      events of one stream in order, from its first on
 * Out     the state with the stream's version, as the view would have had it; null before the first event.
 *         A rate card carries its versions.
 */
export function aggregateState(events: readonly CatalogEvent[]): Record<string, unknown> | null {
  let state: Record<string, unknown> = {};
  for (const raw of events) {
    const event = parseCatalogEvent(raw);
    switch (event.type) {
      case 'AccountClosed':
        state = { ...state, closed: true };
        break;
      case 'ApiKeyRevoked':
        state = { ...state, revoked: true };
        break;
      case 'RateCardCreated':
        state = { ...event.data, versions: [] };
        break;
      case 'RateCardVersionPublished':
        state = { ...state, versions: [...versionsOf(state), event.data] };
        break;
      case 'RateCardVersionWithdrawn': {
        const { version, withdrawnAt } = event.data;
        state = {
          ...state,
          versions: versionsOf(state).map((one) => (one.version === version ? { ...one, withdrawnAt } : one)),
        };
        break;
      }
      default:
        // Every other event carries the whole new state.
        state = { ...state, ...event.data };
    }
    state = { ...state, version: event.aggregateVersion };
  }
  return events.length === 0 ? null : state;
}

function versionsOf(state: Record<string, unknown>): RateCardVersion[] {
  return (state['versions'] ?? []) as RateCardVersion[];
}
