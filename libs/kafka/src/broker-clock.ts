/**
 * The broker's clock, seen from here and never ahead of it.
 *
 * In      append times of records (LogAppendTime) at the moment they are seen: the broker's clock is at least that far
 * Out     a lower bound of the broker's present time
 * Why     progress and deadlines stand on append times; this machine's clock may be wrong or stepped, so only elapsed
 *         (monotonic) time is taken from it. Until a record was seen, the machine's clock has to do
 */
export class BrokerClock {
  /** Broker time minus monotonic time; null before the first record. */
  private aheadMs: number | null = null;

  constructor(
    private readonly monotonicMs: () => number = () => performance.now(),
    private readonly wallMs: () => number = () => Date.now(),
  ) {}

  saw(appendedAtMs: number): void {
    const ahead = appendedAtMs - this.monotonicMs();
    if (this.aheadMs === null || ahead > this.aheadMs) this.aheadMs = ahead;
  }

  /** At a monotonic instant (now, where none is given). */
  nowMs(atMonotonicMs: number = this.monotonicMs()): number {
    if (this.aheadMs === null) return Math.floor(this.wallMs() - (this.monotonicMs() - atMonotonicMs));
    return Math.floor(this.aheadMs + atMonotonicMs);
  }

  monotonic(): number {
    return this.monotonicMs();
  }
}
