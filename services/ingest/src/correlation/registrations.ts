/** What a receipt takes over from the record that named the account. */
export interface Registration {
  readonly messageId: string;
  readonly account: string;
  readonly attempt: number;
  readonly part: number;
  /** the message's own time, micros: of two under one key the newer counts */
  readonly at: number;
  /** broker time, ms: the horizon counts from here */
  readonly appendedAt: number;
}

/**
 * The newest registration of each key within the receipt horizon, oldest entry first.
 */
export class Registrations {
  private readonly byKey = new Map<string, Registration>();

  constructor(private readonly horizonMs: number) {}

  get size(): number {
    return this.byKey.size;
  }

  /** Supplier ids are recycled: the newer message wins, by its own time, whichever record came first. */
  add(key: string, registration: Registration): void {
    const before = this.byKey.get(key);
    if (before !== undefined && before.at > registration.at && this.lives(before, registration.appendedAt)) return;
    // Set anew, so that the map stays in order of append and the oldest can be let go from its front.
    this.byKey.delete(key);
    this.byKey.set(key, registration);
  }

  find(key: string, nowMs: number): Registration | undefined {
    const found = this.byKey.get(key);
    return found !== undefined && this.lives(found, nowMs) ? found : undefined;
  }

  /** Lets go of what is past the horizon at this broker time. */
  expire(nowMs: number): void {
    for (const [key, registration] of this.byKey) {
      if (this.lives(registration, nowMs)) return;
      this.byKey.delete(key);
    }
  }

  private lives(registration: Registration, nowMs: number): boolean {
    return registration.appendedAt + this.horizonMs >= nowMs;
  }
}
