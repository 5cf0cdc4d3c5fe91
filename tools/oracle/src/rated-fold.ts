import type { Leg, RatedEvent } from '@ratestream/events';
import { ZERO, fromNano } from './amount.js';
import type { Exact } from './amount.js';
import { legKey } from './verdict.js';
import type { LegName } from './verdict.js';

/** What `rated` says of one leg, steps added up. */
export interface RatedLeg extends LegName {
  settled: Exact;
  accountSettled: Exact;
  held: Exact;
  reported: Exact;
  /** Reason in force where the leg could not be priced; null once it is. */
  unrated: string | null;
  currency: string;
  accountCurrency: string;
  /** The latest hold or settlement: where its amount is from. */
  priced: Leg | null;
  /** How the evidence of one step contradicts that of the one before; null: it is the same throughout. */
  changed: string | null;
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
        accountSettled: ZERO,
        held: ZERO,
        reported: ZERO,
        unrated: null,
        currency: step.currency,
        accountCurrency: step.accountCurrency,
        priced: null,
        changed: null,
        steps: [],
        deadline: null,
      };
      leg.settled = leg.settled.plus(fromNano(step.amount));
      leg.held = leg.held.plus(fromNano(step.heldAmount)).minus(fromNano(step.heldAmountFreed));
      leg.accountSettled = leg.accountSettled.plus(fromNano(step.accountAmount));
      leg.reported = leg.reported.plus(fromNano(step.reporting?.amount ?? 0n));
      leg.unrated = step.action === 'unrated' ? (step.reason ?? '') : null;
      if (step.action === 'hold') leg.deadline = step.deadline;
      if (step.currency !== '') leg.currency = step.currency;
      if (step.accountCurrency !== '') leg.accountCurrency = step.accountCurrency;
      if (leg.priced !== null && step.action !== 'unrated') leg.changed ??= contradiction(leg.priced, step);
      if (step.action === 'hold' || step.action === 'settle') leg.priced = step;
      leg.steps.push(describe(event, step));
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

/** For a person. Example: `usage delivered settle 0.1 by s1 v2 r7 any class, country billed at 1777636800000000` */
function describe(
  { cause, event }: RatedEvent,
  { action, heldAmount, amount, rate, reason, billingTime }: Leg,
): string {
  const posted = fromNano(action === 'hold' ? heldAmount : amount).toFixed();
  const by = rate === null ? (reason ?? '') : `by ${rate.cardId} v${rate.version} ${rate.rateId} ${rate.matchedBy}`;
  return `${cause.type} ${event} ${action} ${posted} ${by} billed at ${billingTime}`;
}

/** Hold, settlement and release of a leg carry the same evidence. */
function contradiction(earlier: Leg, later: Leg): string | null {
  const [before, after] = [evidenceOf(earlier), evidenceOf(later)];
  return before === after ? null : `${earlier.action} by ${before}, ${later.action} by ${after}`;
}

function evidenceOf({ rate, fx }: Leg): string {
  return JSON.stringify([rate?.cardId, rate?.version, rate?.rateId, fx]);
}
