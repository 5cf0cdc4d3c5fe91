import type { RatedEvent } from '@ratestream/events';
import { decideRetry, type Pricing, type RatingState } from '@ratestream/pricing';

const DAY = 86_400_000_000;

export interface RetryLimits {
  /** Money that retries may charge an account in a day, nano-units of its currency. */
  readonly amountPerAccount: bigint;
  /** Older messages wait for a re-rating run. Microseconds. */
  readonly maxAge: number;
}

/**
 * Prices what could not be priced, when the catalog says something new: within limits, so that a typing error in a late
 * sheet cannot debit millions. Source: domain.md §3.
 */
export class Retries {
  private readonly queue = new Set<string>();
  /** Parts that a limit keeps from being retried; they wait for a re-rating run. */
  heldBack = 0;

  constructor(
    private readonly state: RatingState,
    private readonly limits: RetryLimits,
    private readonly partsATick = 200,
  ) {}

  /** Every part that waits for anything: at a task's start. */
  all(): void {
    for (const card of this.state.waitingCards()) for (const key of this.state.waitingFor(card)) this.queue.add(key);
  }

  /** In  card: whose rates changed; null: who is priced by which card may have, so that any part may find its rate now */
  changed(card: string | null): void {
    if (card === null) this.all();
    else for (const key of this.state.waitingFor(card)) this.queue.add(key);
  }

  /** The events of the next parts; their money is counted against the account's limit of the day. */
  next(pricing: Pricing): RatedEvent[] {
    const events: RatedEvent[] = [];
    const charged = new Map<string, bigint>();
    let taken = 0;
    for (const key of this.queue) {
      if (taken++ >= this.partsATick) break;
      this.queue.delete(key);
      const part = this.state.partByKey(key);
      if (part === undefined) continue;
      if (pricing.ratedAt - part.last.rawAppendedAt > this.limits.maxAge) {
        this.heldBack++;
        continue;
      }
      for (const event of decideRetry(part, this.state, pricing)) {
        if (this.withinLimit(event, charged, pricing.ratedAt)) events.push(event);
        else this.heldBack++;
      }
    }
    return events;
  }

  private withinLimit(event: RatedEvent, charged: Map<string, bigint>, at: number): boolean {
    const moves = event.legs.filter(({ side }) => side === 'sell');
    const counts = moves.map((leg) => {
      const id = `retry:${leg.payer}:${Math.floor(at / DAY)}`;
      const before = charged.get(id) ?? this.state.retriedSoFar(id);
      return { leg, id, before, after: before + leg.accountAmount + leg.heldAmount };
    });
    if (counts.some(({ after }) => after > this.limits.amountPerAccount)) return false;
    for (const { leg, id, before, after } of counts) {
      leg.counters = [...leg.counters, { id, before, after }];
      charged.set(id, after);
    }
    return true;
  }
}
