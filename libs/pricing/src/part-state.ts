import type { Leg, RatedEvent } from '@ratestream/events';
import type { AttemptFacts } from './outcome.js';
import { earliest, LAST, rankOfStep } from './subject.js';

/**
 * What a task remembers of one part of a message: a fold of its rated events and of nothing else.
 * Immutable: `evolve` makes a new one, so that a step which fails leaves no trace.
 */
export interface PartState {
  /** The last event of this part; its subject is the message as known after it. */
  readonly last: RatedEvent;
  /** The subject can price the message; until then only receipts are known. */
  readonly priced: boolean;
  readonly blocked: boolean;
  readonly attempts: readonly AttemptFacts[];
  /** Every leg by its latest step. */
  readonly legs: readonly Leg[];
  /** The last event that moved money or failed to: what a correction corrects. */
  readonly lastMoneyId: string | null;
}

/** One payment keeps its place when payee or price change: a side, a level, an attempt. */
export function sameLeg(a: Leg, b: { side: string; level: number; attempt: number }): boolean {
  return a.side === b.side && a.level === b.level && a.attempt === b.attempt;
}

/** When the first open leg times out; null when none is open. */
export function deadlineOf(legs: readonly Leg[]): number | null {
  let first: number | null = null;
  for (const { action, deadline } of legs) {
    if (action === 'hold' && deadline !== null && (first === null || deadline < first)) first = deadline;
  }
  return first;
}

/** No leg is held or unrated: nothing but a correction can come. */
export function isClosed(state: PartState): boolean {
  return state.priced && state.legs.every(({ action }) => action !== 'hold' && action !== 'unrated');
}

/** The state after an event. Copies what the event says and computes no money, so that new code never changes old state. */
export function evolvePart(before: PartState | undefined, event: RatedEvent): PartState {
  const movedMoney = event.legs.length > 0;
  return {
    last: event,
    priced: event.subjectEvent !== null,
    blocked: (before?.blocked ?? false) || event.event === 'blocked',
    attempts:
      event.identity === null || event.kind === 'conflict'
        ? (before?.attempts ?? [])
        : attemptsAfter(before?.attempts ?? [], event, event.identity.attempt),
    legs: legsAfter(before?.legs ?? [], event.legs),
    lastMoneyId: movedMoney ? event.ratedId : (before?.lastMoneyId ?? null),
  };
}

/** Every leg by its latest step. */
export function legsAfter(before: readonly Leg[], steps: readonly Leg[]): readonly Leg[] {
  if (steps.length === 0) return before;
  if (before.length === 0 && !steps.some(({ action }) => action === 'reverse' || action === 'release')) return steps; // first steps name each leg once
  const after = [...before];
  for (const step of steps) {
    const at = after.findIndex((leg) => sameLeg(leg, step));
    if (at < 0) after.push(step);
    else after[at] = step;
  }
  return after;
}

/** In the order of the attempts. */
function attemptsAfter(before: readonly AttemptFacts[], event: RatedEvent, attempt: number): AttemptFacts[] {
  let at = before.length;
  while (at > 0 && (before[at - 1] as AttemptFacts).attempt >= attempt) at--;
  const known = before[at]?.attempt === attempt ? before[at] : undefined;
  const { routeGrade, routeGradeRank } = routeGradeOf(known, event);
  const next: AttemptFacts = {
    attempt,
    status: event.status,
    delivered: (known?.delivered ?? false) || event.event === 'delivered',
    submittedAt: event.times.submitted ?? known?.submittedAt ?? null,
    // the first report of several: the last to arrive depends on their order, and a billing time may stand on it
    doneAt: earliest(event.times.done, known?.doneAt ?? null),
    supplier: event.supplier,
    connection: event.connection,
    route: event.route,
    routeGrade,
    routeGradeRank,
  };
  if (known !== undefined) return before.map((one) => (one === known ? next : one));
  return at === before.length ? [...before, next] : [...before.slice(0, at), next, ...before.slice(at)];
}

/** A fact that prices: of the steps of the attempt the earliest that tells it is believed, in whatever order they come. */
function routeGradeOf(
  known: AttemptFacts | undefined,
  { routeGrade, event }: RatedEvent,
): Pick<AttemptFacts, 'routeGrade' | 'routeGradeRank'> {
  const rank = routeGrade === null ? LAST : rankOfStep(event, 0);
  if (known !== undefined && known.routeGradeRank <= rank) return known;
  return { routeGrade, routeGradeRank: rank };
}
