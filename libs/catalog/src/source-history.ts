import type { Micros, Source } from './model.js';

/** Every configuration of every source: which one counts depends on when the record was appended. */
export class SourceHistory {
  private readonly latest = new Map<string, Source>();
  private readonly all = new Map<string, Source[]>();

  get newest(): ReadonlyMap<string, Source> {
    return this.latest;
  }

  configure(source: Source): void {
    this.latest.set(source.id, source);
    // A newer configuration replaces everything announced from its own instant on.
    const kept = (this.all.get(source.id) ?? []).filter((s) => s.effectiveFrom < source.effectiveFrom);
    this.all.set(source.id, [...kept, source]);
  }

  at(id: string, appendedAt: Micros): Source | undefined {
    return this.all.get(id)?.findLast((source) => source.effectiveFrom <= appendedAt); // inclusive
  }
}
