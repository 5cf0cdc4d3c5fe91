const MINUTE = 60_000_000;

/**
 * Which parts have an open deadline, by minute. A settled leg leaves at once, so the index holds open parts only and not
 * three days of finished ones, as a heap with lazy deletion would.
 */
export class DeadlineIndex {
  private readonly minutes = new Map<number, Set<string>>();
  private readonly minuteOf = new Map<string, number>();
  /** No deadline lies before this minute; asked ten times a second, so that nothing due costs nothing. */
  private earliest = Infinity;

  get size(): number {
    return this.minuteOf.size;
  }

  /** Sets, moves or (null) removes the deadline of a part. Microseconds. */
  set(key: string, deadline: number | null): void {
    const minute = deadline === null ? undefined : Math.floor(deadline / MINUTE);
    const before = this.minuteOf.get(key);
    if (before === minute) return;
    if (before !== undefined) {
      const set = this.minutes.get(before);
      set?.delete(key);
      if (set?.size === 0) this.minutes.delete(before);
      this.minuteOf.delete(key);
    }
    if (minute === undefined) return;
    let set = this.minutes.get(minute);
    if (set === undefined) this.minutes.set(minute, (set = new Set()));
    set.add(key);
    this.minuteOf.set(key, minute);
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
