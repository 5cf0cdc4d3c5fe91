import { ratedId, type Cause, type RatedEvent, type UsageEvent } from '@ratestream/events';
import type { Pricing } from './memory.js';
import { statusAfter } from './outcome.js';
import { deadlineOf, type PartState } from './part-state.js';
import { mergeSubjects, subjectOf } from './subject.js';

/** A `noted` event of this usage, legs still to be decided, with all that is known of the message. */
export function eventOf(usage: UsageEvent, known: PartState | undefined, cause: Cause, pricing: Pricing): RatedEvent {
  const { identity, messageId, fingerprint } = usage;
  const attempt = known?.attempts.find((one) => one.attempt === identity.attempt);
  const own = subjectOf(usage, (recipient, at) => knownHash(known) ?? pricing.hashRecipient(recipient, at));
  const subject = known === undefined ? own : mergeSubjects(known.last, own);
  const { accepted, scheduled, ingested, zone, zoneFlag } = subject.times;
  // The submission itself knows when and to whom; what a receipt repeats of it only fills a gap, in whatever order they come.
  const isSubmission = identity.event === 'submitted' || identity.event === 'submit_rejected';
  const ofAttempt = <T>(own: T | null, before: T | null | undefined): T | null =>
    (isSubmission ? (own ?? before) : (before ?? own)) ?? null;
  // one literal: this object is made for every event, and spreading fifty fields costs more than deciding
  return {
    ratedId: ratedId({
      causeKind: 'usage',
      causeId: cause.id,
      messageId,
      part: identity.part,
      fingerprint: fingerprint.hash,
      index: 0,
    }),
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
      submitted: ofAttempt(usage.times.submitted, attempt?.submittedAt),
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
    supplier: ofAttempt(usage.supplier, attempt?.supplier),
    connection: ofAttempt(usage.connection, attempt?.connection),
    route: ofAttempt(usage.route, attempt?.route),
    routeGrade: usage.routeGrade,
    supplierMessageId: usage.supplierMessageId,
    rawStatus: usage.rawStatus,
    errorCode: usage.errorCode,
    legs: [],
    subjectEvent: subject.subjectEvent,
    subjectRanks: subject.subjectRanks,
    openingRouteGrade: subject.openingRouteGrade,
  };
}

/** An event about a part that no usage of it caused. */
export function followUp(
  state: PartState,
  cause: Cause,
  event: string,
  reason: string,
  pricing: Pricing,
  index = 0,
): RatedEvent {
  const { messageId, part } = state.last;
  return {
    ...state.last,
    // A leg that was opened again after its deadline passes that deadline a second time: what opened it tells them apart.
    ratedId: ratedId({
      causeKind: cause.type,
      causeId: cause.id,
      messageId,
      part,
      fingerprint: state.lastMoneyId ?? '',
      index,
    }),
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

function knownHash(known: PartState | undefined): { hash: string; keyId: string } | undefined {
  const { recipientHash: hash, recipientHashKeyId: keyId } = known?.last ?? {
    recipientHash: null,
    recipientHashKeyId: null,
  };
  return hash === null || keyId === null ? undefined : { hash, keyId };
}
