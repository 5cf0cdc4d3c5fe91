import type { CorrelationRecord, UsageEvent } from '@ratestream/events';

/** A question: it carries the event that it asks for. */
export type Ask = CorrelationRecord & { usage: UsageEvent };

/** A receipt that waits for its message. */
export interface Orphan {
  readonly id: string;
  readonly ask: Ask;
  /** when it began to wait, ms of the broker */
  readonly since: number;
}

/** Receipts that found no message yet, by the keys that would bring it, oldest first. */
export class Orphans {
  private readonly byId = new Map<string, Orphan>();
  private readonly byKey = new Map<string, Set<string>>();

  get size(): number {
    return this.byId.size;
  }

  add(orphan: Orphan): void {
    this.remove(orphan.id);
    this.byId.set(orphan.id, orphan);
    for (const key of orphan.ask.keys) {
      const ids = this.byKey.get(key);
      if (ids === undefined) this.byKey.set(key, new Set([orphan.id]));
      else ids.add(orphan.id);
    }
  }

  remove(id: string): void {
    const orphan = this.byId.get(id);
    if (orphan === undefined) return;
    this.byId.delete(id);
    for (const key of orphan.ask.keys) {
      const ids = this.byKey.get(key);
      if (ids === undefined) continue;
      ids.delete(id);
      if (ids.size === 0) this.byKey.delete(key);
    }
  }

  get(id: string): Orphan | undefined {
    return this.byId.get(id);
  }

  waitingFor(key: string): Orphan[] {
    const ids = this.byKey.get(key);
    return ids === undefined ? [] : [...ids].map((id) => this.byId.get(id) as Orphan);
  }

  all(): Iterable<Orphan> {
    return this.byId.values();
  }

  /** In order of asking, as long as `since` is below. */
  *olderThan(sinceMs: number): Generator<Orphan> {
    for (const orphan of this.byId.values()) {
      if (orphan.since >= sinceMs) return;
      yield orphan;
    }
  }
}
