const MINUTE = 60_000_000;

/**
 * Which parts have an open deadline, by minute. A settled leg leaves at once, so the index holds open parts only and not
 * three days of finished ones, as a heap with lazy deletion would.
 */
export class DeadlineIndex {
  private readonly minutes = new Map<number, Set<string>>();
  /** No deadline lies before this minute; asked ten times a second, so that nothing due costs nothing. */
  private earliest = Infinity;

  get size(): number {
    let size = 0;
    for (const keys of this.minutes.values()) size += keys.size;
    return size;
  }

  /**
   * Sets, moves or (null) removes the deadline of a part. Microseconds.
   *
   * In  before: what was set last for it, null for nothing
   */
  set(key: string, deadline: number | null, before: number | null): void {
    const minute = deadline === null ? null : Math.floor(deadline / MINUTE);
    const left = before === null ? null : Math.floor(before / MINUTE);
    if (minute === left) return;
    if (left !== null) {
      const keys = this.minutes.get(left);
      keys?.delete(key);
      if (keys?.size === 0) this.minutes.delete(left);
    }
    if (minute === null) return;
    let keys = this.minutes.get(minute);
    if (keys === undefined) this.minutes.set(minute, (keys = new Set()));
    keys.add(key);
    if (minute < this.earliest) this.earliest = minute;
  }

  /** Parts whose deadline may have passed at an instant: of the current minute too, so the caller looks at each. */
  due(now: number, limit: number): string[] {
    const last = Math.floor(now / MINUTE);
    if (last < this.earliest) return [];
    this.earliest = Infinity;
    for (const minute of this.minutes.keys()) if (minute < this.earliest) this.earliest = minute;
    const found: string[] = [];
    for (const [minute, keys] of this.minutes) {
      if (minute > last) continue;
      for (const key of keys) {
        found.push(key);
        if (found.length >= limit) return found;
      }
    }
    return found;
  }
}
