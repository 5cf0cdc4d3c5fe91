export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Thrown by `within`: the call may still end later, and what it did is unknown. */
export class WatchdogError extends Error {
  constructor(what: string, ms: number) {
    super(`${what}: no answer within ${ms} ms`);
    this.name = 'WatchdogError';
  }
}

/** Waits for a promise, but not longer. The promise itself is not stopped; its later rejection is nobody's concern. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WatchdogError(what, ms)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Doubles from `firstMs` to `mostMs`; `reset` after a success. */
export class Backoff {
  private nextMs: number;

  constructor(
    private readonly firstMs: number,
    private readonly mostMs: number,
  ) {
    this.nextMs = firstMs;
  }

  delayMs(): number {
    const now = this.nextMs;
    this.nextMs = Math.min(this.mostMs, now * 2);
    return now;
  }

  reset(): void {
    this.nextMs = this.firstMs;
  }
}

/** Lets one loop sleep until something happens or time is up. */
export class Wake {
  private resolve: (() => void) | null = null;
  private pending = false;

  notify(): void {
    this.pending = true;
    this.resolve?.();
  }

  /** Resolves at once when notified since the last wait. */
  async wait(ms: number): Promise<void> {
    if (!this.pending) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.resolve = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.resolve = null;
    }
    this.pending = false;
  }
}
