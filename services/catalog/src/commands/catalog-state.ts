import { CatalogView } from '@ratestream/catalog';
import type { Queryable } from '@ratestream/postgres';
import { readEvents } from '../store/event-store.js';

const PAGE_EVENTS = 5_000;

/**
 * The catalog's own view, folded from PostgreSQL and never from Kafka: what the service decides and authenticates from.
 * It holds committed events only, so it may be behind another process's commit but never ahead of any.
 */
export class CatalogState {
  readonly view = new CatalogView();
  private caughtUpAtMs = 0;

  /** Applies what has been committed since. Safe to run several times at once: a view skips repeats. */
  async catchUp(db: Queryable): Promise<void> {
    for (;;) {
      const events = await readEvents(db, this.view.position, PAGE_EVENTS);
      for (const event of events) this.view.apply(event);
      if (events.length < PAGE_EVENTS) break;
    }
    this.caughtUpAtMs = Date.now();
  }

  /** Since PostgreSQL was last asked for news. */
  ageMs(nowMs: number): number {
    return nowMs - this.caughtUpAtMs;
  }
}
