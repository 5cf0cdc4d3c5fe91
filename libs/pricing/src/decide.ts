import type { Cause, Leg, RatedEvent, UsageEvent } from '@ratestream/events';
import { stepsOf } from './leg-steps.js';
import type { Pricing, RatingMemory } from './memory.js';
import { isStatusConflict } from './outcome.js';
import { legSteps } from './part-legs.js';
import { deadlineOf, evolvePart, legsAfter, sameLeg, type PartState } from './part-state.js';
import { eventOf, followUp } from './rated-event.js';

/**
 * What a usage event means for the money of its message.
 *
 * Out     nothing for an exact duplicate, else at least one event: legs held, settled, released or corrected; `noted` where
 *         nothing moves; `conflict` for other content under the same identity, once per content
 * Laws    the money after all events of a life does not depend on their order; applying the events and deciding again
 *         gives nothing
 * Errors  none: what cannot be priced is an unrated leg with its reason
 */
export function decideUsage(
  usage: UsageEvent,
  offset: { partition: number; offset: number },
  memory: RatingMemory,
  pricing: Pricing,
): RatedEvent[] {
  const cause: Cause = {
    type: 'usage',
    id: usage.usageEventId,
    topic: 'usage',
    partition: offset.partition,
    offset: offset.offset,
    position: null,
    deadline: null,
  };
  const { messageId, identity } = usage;
  const known = memory.part(messageId, identity.part);
  const first = memory.fingerprintOf(usage.usageEventId);
  if (first !== undefined) {
    if (usage.fingerprint.hash.startsWith(first) || memory.isKnownConflict(usage.usageEventId, usage.fingerprint.hash))
      return [];
    return [
      {
        ...eventOf(usage, known, cause, pricing),
        kind: 'conflict',
        status: statusOf(known, identity.attempt),
        reason: 'other_content_under_same_identity',
      },
    ];
  }
  const event = eventOf(usage, known, cause, pricing);
  // Its part was priced and is forgotten: what comes this late can neither correct it nor be charged as if it were new.
  if (known?.priced !== true && memory.wasPriced(messageId, identity.part))
    return [{ ...event, subjectEvent: null, reason: 'after_receipt_horizon' }];
  const after = evolvePart(known, event);
  const decided = after.priced
    ? withLegs(event, legSteps(after, known, memory, pricing), after, statusConflict(usage, known))
    : { ...event, reason: 'awaiting_message' };
  if (decided.part === 1) return [decided];
  // What becomes of a later part counts for the per-message legs of part 1, also while nobody knows whose it is.
  return [decided, ...completedMessage(decided, evolvePart(known, decided), cause, memory, pricing)];
}

/**
 * What has to happen because a deadline of a part has passed: every leg still held goes by its contract's policy.
 *
 * In  now: up to where the progress of the streams has come, microseconds
 */
export function decideTimeout(state: PartState, now: number, pricing: Pricing): RatedEvent[] {
  const due = state.legs.filter((leg) => leg.action === 'hold' && leg.deadline !== null && leg.deadline <= now);
  const deadline = deadlineOf(due);
  if (deadline === null) return [];
  const cause: Cause = {
    type: 'timer',
    id: String(deadline),
    topic: null,
    partition: null,
    offset: null,
    position: null,
    deadline,
  };
  const legs = due.flatMap((leg) =>
    stepsOf(leg, {
      outcome: () => (leg.timeoutPolicy === 'settle' ? 'settle' : 'release'),
      price: () => leg,
      inputsChanged: false,
    }),
  );
  for (const leg of legs) leg.reason = 'timeout';
  return [withLegs(followUp(state, cause, 'timeout', 'timeout', pricing), legs, state, 'timeout')];
}

/**
 * What a change of the catalog means for a part with legs that could not be priced: they are priced now, or nothing. A leg that
 * was not due by earlier terms and is by these is shown, priced or not.
 */
export function decideRetry(state: PartState, memory: RatingMemory, pricing: Pricing): RatedEvent[] {
  if (!state.priced) return []; // only receipts are known: there is nothing yet that a catalog could price
  const legs = legSteps(state, state, memory, pricing).filter(
    (step) => step.action !== 'unrated' || !state.legs.some((leg) => sameLeg(leg, step)),
  );
  if (legs.length === 0) return [];
  const cause: Cause = {
    type: 'catalog',
    id: String(pricing.catalogPosition),
    topic: 'catalog',
    partition: null,
    offset: null,
    position: pricing.catalogPosition,
    deadline: null,
  };
  return [withLegs(followUp(state, cause, 'retried', 'catalog_changed', pricing), legs, state, 'catalog_changed')];
}

/** The steps of the per-message legs after the event of a later part. */
function completedMessage(
  event: RatedEvent,
  after: PartState,
  cause: Cause,
  memory: RatingMemory,
  pricing: Pricing,
): RatedEvent[] {
  const { part, messageId } = event;
  const head = memory.part(messageId, 1);
  // Also a head without such a leg: while another part had failed, nothing was due and none was opened.
  if (head === undefined || !head.priced || head.last.udh === null) return [];
  const withThis: RatingMemory = {
    fingerprintOf: (id) => memory.fingerprintOf(id),
    isKnownConflict: (id, hash) => memory.isKnownConflict(id, hash),
    wasPriced: (id, other) => memory.wasPriced(id, other),
    idsFrom: memory.idsFrom,
    part: (id, other) => (id === messageId && other === part ? after : memory.part(id, other)),
  };
  const legs = legSteps(head, head, withThis, pricing);
  if (legs.length === 0) return [];
  return [withLegs(followUp(head, cause, event.event, 'message_complete', pricing, 1), legs, head, 'message_complete')];
}

/** Completes an event that nobody else has seen yet with the steps that were decided on. */
function withLegs(event: RatedEvent, legs: Leg[], state: PartState, reason: string | null): RatedEvent {
  const replacesSettled = legs.some(
    (step) => step.action === 'reverse' || state.legs.some((leg) => leg.action !== 'hold' && sameLeg(leg, step)),
  );
  event.legs = legs;
  event.kind = kindOf(legs);
  event.reason = reason;
  event.correctsRatedId = replacesSettled ? state.lastMoneyId : null;
  event.deadline = deadlineOf(legsAfter(state.legs, legs));
  return event;
}

function kindOf(legs: readonly Leg[]): string {
  if (legs.length === 0) return 'noted';
  if (legs.every(({ action }) => action === 'unrated')) return 'unrated';
  if (!legs.some(({ action }) => action === 'reverse')) return 'rated';
  return legs.some(({ action }) => action === 'settle' || action === 'hold') ? 'adjustment' : 'reversal';
}

function statusConflict({ identity }: UsageEvent, known: PartState | undefined): string | null {
  return isStatusConflict(statusOf(known, identity.attempt), identity.event) ? 'status_conflict' : null;
}

function statusOf(state: PartState | undefined, attempt: number): string | null {
  return state?.attempts.find((one) => one.attempt === attempt)?.status ?? null;
}
