import type { ChargeBasis } from '@ratestream/catalog';
import { ratedId, type Cause, type Leg, type RatedEvent, type UsageEvent } from '@ratestream/events';
import { buyBillingTime, sellBillingTime } from './billing-time.js';
import { buyOutcome, isStatusConflict, sellOutcome, statusAfter, wasSubmitted, type AttemptFacts, type Outcome } from './outcome.js';
import { deadlineOf, evolvePart, legsAfter, sameLeg, type PartState } from './part-state.js';
import { priceBuyLeg, priceSellLeg, unratedLeg, type LegPlace, type Unpriced } from './price-leg.js';
import { stepsOf } from './leg-steps.js';
import { pricedAlike } from './priced-alike.js';
import type { RateBook } from './rate-book.js';
import { canPrice, mergeSubjects, subjectOf, type HashRecipient, type Subject } from './subject.js';
import type { SellTerms, Terms } from './terms.js';

/** What the decision reads of the fold. */
export interface RatingMemory {
  /** The first 16 hex digits or more of the hash of the content under which a usage event was rated first. */
  fingerprintOf(usageEventId: string): string | undefined;
  isKnownConflict(usageEventId: string, hash: string): boolean;
  part(messageId: string, part: number): PartState | undefined;
}

/** What the decision reads of the catalog, and the clock. */
export interface Pricing {
  readonly terms: Terms;
  readonly book: RateBook;
  readonly catalogPosition: number;
  readonly hashRecipient: HashRecipient;
  /** Microseconds UTC. */
  readonly ratedAt: number;
}

/** How long ids are kept, of billing time: what is older when it arrives could be a duplicate and is never charged by itself. */
export const ID_HORIZON = 45 * 86_400_000_000;

/**
 * What a usage event means for the money of its message.
 *
 * Out     nothing for an exact duplicate, else at least one event: legs held, settled, released or corrected; `noted` where
 *         nothing moves; `conflict` for other content under the same identity, once per content
 * Laws    the money after all events of a life does not depend on their order; applying the events and deciding again
 *         gives nothing
 * Errors  none: what cannot be priced is an unrated leg with its reason
 */
export function decideUsage(usage: UsageEvent, offset: { partition: number; offset: number }, memory: RatingMemory, pricing: Pricing): RatedEvent[] {
  const cause: Cause = { type: 'usage', id: usage.usageEventId, topic: 'usage', partition: offset.partition, offset: offset.offset, position: null, deadline: null };
  const { messageId, identity } = usage;
  const known = memory.part(messageId, identity.part);
  const first = memory.fingerprintOf(usage.usageEventId);
  if (first !== undefined) {
    if (usage.fingerprint.hash.startsWith(first) || memory.isKnownConflict(usage.usageEventId, usage.fingerprint.hash)) return [];
    return [{ ...eventOf(usage, known, cause, pricing), kind: 'conflict', status: statusOf(known, identity.attempt), reason: 'other_content_under_same_identity' }];
  }
  const event = eventOf(usage, known, cause, pricing);
  const after = evolvePart(known, event);
  if (!after.priced) return [{ ...event, reason: 'awaiting_message' }];
  const decided = withLegs(event, legSteps(after, known, memory, pricing), after, statusConflict(usage, known));
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
  const cause: Cause = { type: 'timer', id: String(deadline), topic: null, partition: null, offset: null, position: null, deadline };
  const legs = due.flatMap((leg) => stepsOf(leg, { outcome: () => (leg.timeoutPolicy === 'settle' ? 'settle' : 'release'), price: () => leg, inputsChanged: false }));
  for (const leg of legs) leg.reason = 'timeout';
  return [withLegs(followUp(state, cause, 'timeout', 'timeout', pricing), legs, state, 'timeout')];
}

/** What a change of the catalog means for a part with legs that could not be priced: they are priced now, or nothing. */
export function decideRetry(state: PartState, memory: RatingMemory, pricing: Pricing): RatedEvent[] {
  const legs = legSteps(state, state, memory, pricing).filter(({ action }) => action !== 'unrated');
  if (legs.length === 0) return [];
  const cause: Cause = { type: 'catalog', id: String(pricing.catalogPosition), topic: 'catalog', partition: null, offset: null, position: pricing.catalogPosition, deadline: null };
  return [withLegs(followUp(state, cause, 'retried', 'catalog_changed', pricing), legs, state, 'catalog_changed')];
}

/** A `noted` event of this usage, legs still to be decided, with all that is known of the message. */
function eventOf(usage: UsageEvent, known: PartState | undefined, cause: Cause, pricing: Pricing): RatedEvent {
  const { identity, messageId, fingerprint } = usage;
  const attempt = known?.attempts.find((one) => one.attempt === identity.attempt);
  const own = subjectOf(usage, (recipient, at) => knownHash(known) ?? pricing.hashRecipient(recipient, at));
  const subject = known === undefined ? own : mergeSubjects(known.last, own);
  const { accepted, scheduled, ingested, zone, zoneFlag } = subject.times;
  // one literal: this object is made for every event, and spreading fifty fields costs more than deciding
  return {
    ratedId: ratedId({ causeKind: 'usage', causeId: cause.id, messageId, part: identity.part, fingerprint: fingerprint.hash, index: 0 }),
    kind: 'noted',
    messageId,
    part: identity.part,
    identity,
    fingerprint,
    cause,
    event: identity.event,
    status: statusAfter(attempt?.status ?? null, identity.event),
    deadline: known === undefined ? null : deadlineOf(known.legs),
    ratedAt: pricing.ratedAt,
    catalogPosition: pricing.catalogPosition,
    correctsRatedId: null,
    rerateRunId: null,
    reason: null,
    service: subject.service,
    direction: subject.direction,
    account: subject.account,
    rootPayer: subject.rootPayer,
    chain: subject.chain,
    systemId: subject.systemId,
    clientRef: subject.clientRef,
    authorizationId: subject.authorizationId,
    gatewayMessageId: subject.gatewayMessageId,
    times: {
      accepted,
      scheduled,
      submitted: usage.times.submitted ?? attempt?.submittedAt ?? null,
      done: usage.times.done ?? attempt?.doneAt ?? null,
      ingested,
      zone,
      zoneFlag,
    },
    rawAppendedAt: subject.rawAppendedAt,
    timeEstimated: subject.timeEstimated,
    sender: subject.sender,
    senderType: subject.senderType,
    senderRegistrationId: subject.senderRegistrationId,
    campaignId: subject.campaignId,
    originCountry: subject.originCountry,
    originResolvedBy: subject.originResolvedBy,
    recipientPrefix: subject.recipientPrefix,
    recipientHash: subject.recipientHash,
    recipientHashKeyId: subject.recipientHashKeyId,
    country: subject.country,
    network: subject.network,
    trafficClass: subject.trafficClass,
    classResolvedBy: subject.classResolvedBy,
    encoding: subject.encoding,
    udh: subject.udh,
    parts: subject.parts,
    supplier: usage.supplier ?? attempt?.supplier ?? null,
    connection: usage.connection ?? attempt?.connection ?? null,
    route: usage.route ?? attempt?.route ?? null,
    routeGrade: usage.routeGrade,
    supplierMessageId: usage.supplierMessageId,
    rawStatus: usage.rawStatus,
    errorCode: usage.errorCode,
    legs: [],
    subjectEvent: subject.subjectEvent,
  };
}

/** An event about a part that no usage of it caused. */
function followUp(state: PartState, cause: Cause, event: string, reason: string, pricing: Pricing, index = 0): RatedEvent {
  const { messageId, part } = state.last;
  return {
    ...state.last,
    ratedId: ratedId({ causeKind: cause.type, causeId: cause.id, messageId, part, fingerprint: '', index }),
    kind: 'noted',
    cause,
    ratedAt: pricing.ratedAt,
    catalogPosition: pricing.catalogPosition,
    correctsRatedId: null,
    rerateRunId: null,
    identity: null,
    fingerprint: null,
    event,
    status: null,
    reason,
    rawStatus: null,
    errorCode: null,
    legs: [],
  };
}

/** Completes an event that nobody else has seen yet with the steps that were decided on. */
function withLegs(event: RatedEvent, legs: Leg[], state: PartState, reason: string | null): RatedEvent {
  const replacesSettled = legs.some((step) => step.action === 'reverse' || state.legs.some((leg) => leg.action !== 'hold' && sameLeg(leg, step)));
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

function knownHash(known: PartState | undefined): { hash: string; keyId: string } | undefined {
  const { recipientHash: hash, recipientHashKeyId: keyId } = known?.last ?? { recipientHash: null, recipientHashKeyId: null };
  return hash === null || keyId === null ? undefined : { hash, keyId };
}

/** The steps of every leg of a part, sell legs up the chain first, then one buy leg per submitted attempt. */
function legSteps(after: PartState, before: PartState | undefined, memory: RatingMemory, pricing: Pricing): Leg[] {
  const { last: subject, attempts } = after;
  const sellAt = sellBillingTime(subject, attempts);
  const never = whyNever(subject, sellAt);
  const moved = before !== undefined && before.priced && before !== after;
  const alike = moved && pricedAlike(before.last, subject);
  const sellMoved = moved && !(alike && sellBillingTime(before.last, before.attempts) === sellAt);
  const steps: Leg[] = [];
  for (const terms of pricing.terms.sell(subject.account as string, subject.trafficClass)) {
    const place: LegPlace = { messageId: subject.messageId, part: subject.part, side: 'sell', level: terms.level, attempt: 0, billingTime: sellAt };
    const outcome = (leg: Pick<Leg, 'basis' | 'unit'>) => outcomeOfSell(leg, after, memory);
    const price = () => pricedOr(never ?? priceSellLeg(pricing.book, subject, place, terms), (reason) => unratedLeg(place, terms.payer, terms.payee, null, basisWithout(terms, subject), reason, terms.card));
    steps.push(...stepsOf(after.legs.find((leg) => sameLeg(leg, place)), { outcome, price, inputsChanged: sellMoved }));
  }
  for (const attempt of attempts) {
    steps.push(...buySteps(attempt, after, moved ? { alike, before } : null, never, pricing));
  }
  return steps;
}

function buySteps(attempt: AttemptFacts, after: PartState, moved: { alike: boolean; before: PartState } | null, never: Unpriced | null, pricing: Pricing): Leg[] {
  const { last: subject } = after;
  const billingTime = buyBillingTime(subject, attempt);
  const place: LegPlace = { messageId: subject.messageId, part: subject.part, side: 'buy', level: 0, attempt: attempt.attempt, billingTime };
  const current = after.legs.find((leg) => sameLeg(leg, place));
  if (current === undefined && !wasSubmitted(attempt)) return [];
  const earlier = moved?.before.attempts.find((one) => one.attempt === attempt.attempt);
  const stands = moved === null || earlier === undefined || (moved.alike && earlier.supplier === attempt.supplier && earlier.connection === attempt.connection && buyBillingTime(moved.before.last, earlier) === billingTime);
  const terms = pricing.terms.buy(attempt.supplier, attempt.connection);
  const price = () => pricedOr(never ?? priceBuyLeg(pricing.book, subject, place, terms), (reason) => unratedLeg(place, 'operator', terms.supplier?.id ?? '', terms.supplier?.id ?? null, 'submit', reason, terms.card));
  return stepsOf(current, { outcome: (leg) => buyOutcome(leg.basis, attempt), price, inputsChanged: !stands });
}

function pricedOr<T extends object>(priced: T | Unpriced, unrated: (reason: Unpriced) => Leg): T | Leg {
  return typeof priced === 'string' ? unrated(priced) : priced;
}

/** The basis by which an unpriced sell leg is shown or not: the plan's, where no receipts can be waited for. */
function basisWithout({ plan, card }: SellTerms, { country }: Subject): ChargeBasis {
  if (plan === null) return 'accept';
  const neverReceipt = typeof card !== 'string' && country !== null && card.noReceiptCountries.includes(country);
  return neverReceipt && plan.basis !== 'accept' ? 'submit' : plan.basis;
}

/** What keeps a whole message from ever being priced by itself. */
function whyNever(subject: Subject, billingTime: number): Unpriced | null {
  if (subject.direction !== 'mt') return 'direction_not_priced';
  return subject.rawAppendedAt - billingTime > ID_HORIZON ? 'too_old' : null;
}

/** A per-message leg of a concatenated message hangs on part 1 and is due when every part is. */
function outcomeOfSell({ basis, unit }: Pick<Leg, 'basis' | 'unit'>, state: PartState, memory: RatingMemory): Outcome {
  const own = sellOutcome(basis, state.attempts, state.blocked);
  const { udh, part, messageId } = state.last;
  if (unit === 'part' || part !== 1 || udh === null || udh.total === 1 || basis === 'accept') return own;
  let all: Outcome = own;
  for (let other = 2; other <= udh.total && all !== 'release'; other++) {
    const sibling = memory.part(messageId, other);
    const outcome = sibling === undefined ? 'open' : sellOutcome(basis, sibling.attempts, sibling.blocked);
    if (outcome !== 'settle') all = outcome;
  }
  return all;
}

/** The event of a later part can complete the message, whose per-message legs hang on part 1. */
function completedMessage(event: RatedEvent, after: PartState, cause: Cause, memory: RatingMemory, pricing: Pricing): RatedEvent[] {
  const { udh, part, messageId } = event;
  if (udh === null || part === 1) return [];
  const head = memory.part(messageId, 1);
  // Also a head without such a leg: while another part had failed, nothing was due and none was opened.
  if (head === undefined || !head.priced) return [];
  const withThis: RatingMemory = {
    fingerprintOf: (id) => memory.fingerprintOf(id),
    isKnownConflict: (id, hash) => memory.isKnownConflict(id, hash),
    part: (id, other) => (id === messageId && other === part ? after : memory.part(id, other)),
  };
  const legs = legSteps(head, head, withThis, pricing);
  if (legs.length === 0) return [];
  return [withLegs(followUp(head, cause, event.event, 'message_complete', pricing, 1), legs, head, 'message_complete')];
}
