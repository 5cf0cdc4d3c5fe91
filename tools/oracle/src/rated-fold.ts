import type { RatedEvent } from '@ratestream/events';
import { ZERO, fromNano } from './amount.js';
import type { Exact } from './amount.js';
import { legKey } from './verdict.js';
import type { LegName } from './verdict.js';

/** What `rated` says of one leg, steps added up. */
export interface RatedLeg extends LegName {
  settled: Exact;
  held: Exact;
  /** Reason in force where the leg could not be priced; null once it is. */
  unrated: string | null;
  currency: string;
  steps: string[];
  /** Of the latest hold. */
  deadline: number | null;
}

export interface TimerOutcome {
  key: string;
  deadline: number | null;
  ratedAt: number;
}

/** Adds up `rated`, and keeps what the timers decided. */
export class RatedFold {
  readonly legs = new Map<string, RatedLeg>();
  readonly timers: TimerOutcome[] = [];
  readonly ratedIds = new Set<string>();
  /** Events whose ratedId was there already: must stay 0. */
  repeated = 0;

  add(event: RatedEvent): void {
    if (this.ratedIds.has(event.ratedId)) this.repeated++;
    this.ratedIds.add(event.ratedId);
    for (const step of event.legs) {
      const name: LegName = {
        messageId: event.messageId,
        part: event.part,
        side: step.side,
        attempt: step.attempt,
        payer: step.payer,
        payee: step.payee,
      };
      const key = legKey(name);
      const leg = this.legs.get(key) ?? {
        ...name,
        settled: ZERO,
        held: ZERO,
        unrated: null,
        currency: step.currency,
        steps: [],
        deadline: null,
      };
      leg.settled = leg.settled.plus(fromNano(step.amount));
      leg.held = leg.held.plus(fromNano(step.heldAmount)).minus(fromNano(step.heldAmountFreed));
      leg.unrated = step.action === 'unrated' ? (step.reason ?? '') : null;
      if (step.action === 'hold') leg.deadline = step.deadline;
      if (step.currency !== '') leg.currency = step.currency;
      leg.steps.push(
        `${event.cause.type} ${event.event} ${step.action} ${fromNano(step.action === 'hold' ? step.heldAmount : step.amount).toFixed()}`,
      );
      this.legs.set(key, leg);
      if (event.cause.type === 'timer') {
        this.timers.push({ key, deadline: leg.deadline, ratedAt: event.ratedAt });
      }
    }
  }

  timedOut(): Set<string> {
    return new Set(this.timers.map(({ key }) => key));
  }
}
