import { CatalogView } from '@ratestream/catalog';
import type { CatalogEvent } from '@ratestream/events';
import { FxBook } from '@ratestream/fx';
import type { Queryable } from '@ratestream/postgres';
import { readEvents } from '../store/event-store.js';

const PAGE_EVENTS = 5_000;

/**
 * The catalog's own view, folded from PostgreSQL and never from Kafka: what the service decides and authenticates from.
 * It holds committed events only, so it may be behind another process's commit but never ahead of any.
 */
export class CatalogState {
  /** Exchange rates by source, date and knowledge. */
  readonly fx = new FxBook();
  readonly view = new CatalogView({ onFxRates: (rates) => this.fx.publish(rates) });
  private caughtUpAtMs = 0;

  constructor(private readonly onPosition: (position: number) => void = () => undefined) {}

  /** Applies events that this process has just committed. */
  committed(events: readonly CatalogEvent[]): void {
    for (const event of events) this.view.apply(event);
    this.onPosition(this.view.position);
  }

  /** Applies what has been committed since. Safe to run several times at once: a view skips repeats. */
  async catchUp(db: Queryable): Promise<void> {
    for (;;) {
      const events = await readEvents(db, this.view.position, PAGE_EVENTS);
      if (events.length > 0) this.committed(events);
      if (events.length < PAGE_EVENTS) break;
    }
    this.caughtUpAtMs = Date.now();
  }

  /** Since PostgreSQL was last asked for news. */
  ageMs(nowMs: number): number {
    return nowMs - this.caughtUpAtMs;
  }
}
