import type { RatedEvent, Times, UsageEvent } from '@ratestream/events';

/** What every rated event repeats of its message, so that a reader of `rated` needs nothing else. */
export type Subject = Pick<
  RatedEvent,
  | 'service' | 'direction' | 'account' | 'rootPayer' | 'chain' | 'systemId' | 'clientRef' | 'authorizationId' | 'gatewayMessageId'
  | 'times' | 'rawAppendedAt' | 'timeEstimated' | 'sender' | 'senderType' | 'senderRegistrationId' | 'campaignId' | 'originCountry'
  | 'originResolvedBy' | 'recipientPrefix' | 'recipientHash' | 'recipientHashKeyId' | 'country' | 'network' | 'trafficClass'
  | 'classResolvedBy' | 'encoding' | 'udh' | 'parts' | 'subjectEvent' | 'subjectRanks' | 'openingRouteGrade'
>; // prettier-ignore

/** Keyed hash of a recipient, with the id of the key of the month it was made with. */
export type HashRecipient = (recipient: string, at: number) => { hash: string; keyId: string };

/** Digits that stay readable downstream: all but the last four. Rates never match deeper than that. */
export function prefixOf(recipient: string): string {
  return recipient.slice(recipient.startsWith('+') ? 1 : 0, Math.max(1, recipient.length - 4));
}

/** Steps of an attempt in the order in which they happen; each its own, so that no two facts are equally early. */
const STEPS = [
  'accepted', 'received', 'blocked', 'submitted', 'submit_rejected', 'forwarded', 'unknown', 'delivered', 'undelivered', 'expired',
  'rejected', 'deleted', 'converted', 'lookup',
]; // prettier-ignore
const STEPS_OF_ATTEMPT = 16;
const MAX_ATTEMPT = 2 ** 20;
/** A fact that nobody has told, or of an event that cannot describe the message. */
export const LAST = 2 ** 30;
/** Of facts that were rated before ranks were kept. */
const EARLIEST = 0;

/** Facts of a subject that different steps of a life may tell differently: where each stands in `subjectRanks`. */
const FACT = {
  subject: 0,
  reported: 1,
  ported: 2,
  range: 3,
  parts: 4,
  scheduled: 5,
  senderType: 6,
  origin: 7,
} as const;

/** How early a step lies in a life: the acceptance, then attempt after attempt. The earliest that tells a fact is believed. */
export function rankOfStep(event: string, attempt: number): number {
  const step = STEPS.indexOf(event);
  return attempt * STEPS_OF_ATTEMPT + (step < 0 ? STEPS.length : step);
}

function ranksOf(usage: UsageEvent): number[] {
  const { network, parts, times } = usage;
  const rank = rankOfStep(usage.identity.event, Math.min(usage.identity.attempt, MAX_ATTEMPT));
  const told = (is: boolean): number => (is ? rank : LAST);
  return [
    told(canPrice(usage)),
    told(network.reported !== null),
    told(network.ported !== null),
    told(network.range !== null),
    told(!parts.assumed),
    told(times.scheduled !== null),
    told(usage.senderType !== null),
    told(usage.originCountry !== null),
  ];
}

/** A usage event that names account and recipient can price its message by itself, whatever step it reports. */
export function canPrice(usage: UsageEvent): boolean {
  return usage.account !== null && usage.recipient !== null;
}

/** The subject as one usage event alone tells it. */
export function subjectOf(usage: UsageEvent, hashRecipient: HashRecipient): Subject {
  const hashed =
    usage.recipient === null ? null : hashRecipient(usage.recipient, usage.times.accepted ?? usage.times.ingested);
  return {
    service: usage.service,
    direction: usage.direction,
    account: usage.account,
    rootPayer: usage.rootPayer,
    chain: usage.chain,
    systemId: usage.systemId,
    clientRef: usage.clientRef,
    authorizationId: usage.authorizationId,
    gatewayMessageId: usage.gatewayMessageId,
    times: usage.times,
    rawAppendedAt: usage.rawAppendedAt,
    timeEstimated: usage.timeEstimated,
    sender: usage.sender,
    senderType: usage.senderType,
    senderRegistrationId: usage.senderRegistrationId,
    campaignId: usage.campaignId,
    originCountry: usage.originCountry,
    originResolvedBy: usage.originResolvedBy,
    recipientPrefix: usage.recipient === null ? null : prefixOf(usage.recipient),
    recipientHash: hashed?.hash ?? null,
    recipientHashKeyId: hashed?.keyId ?? null,
    country: usage.country,
    network: usage.network,
    trafficClass: usage.trafficClass,
    classResolvedBy: usage.classResolvedBy,
    encoding: usage.encoding,
    udh: usage.udh,
    parts: usage.parts,
    subjectEvent: canPrice(usage) ? usage.identity.event : null,
    subjectRanks: ranksOf(usage),
    openingRouteGrade: usage.routeGrade,
  };
}

/**
 * What the steps of one life tell together: of each fact that prices a message the earliest step that tells it is
 * believed, and `subjectRanks` keeps which that was. So any number of steps give the same in every order.
 */
export function mergeSubjects(known: Subject, next: Subject): Subject {
  const before = known.subjectRanks;
  const coming = next.subjectRanks;
  const nextIsEarlier = (fact: number): boolean => (coming[fact] ?? LAST) < (before[fact] ?? EARLIEST);
  const a = nextIsEarlier(FACT.subject) ? next : known;
  const b = a === next ? known : next;
  const by = (fact: number): Subject => (nextIsEarlier(fact) ? next : known);
  return {
    service: a.service,
    direction: a.direction,
    account: a.account ?? b.account,
    rootPayer: a.rootPayer,
    chain: a.chain.length > 0 ? a.chain : b.chain,
    systemId: a.systemId ?? b.systemId,
    clientRef: a.clientRef ?? b.clientRef,
    authorizationId: a.authorizationId ?? b.authorizationId,
    gatewayMessageId: a.gatewayMessageId ?? b.gatewayMessageId,
    times: mergeTimes(a.times, b.times, by(FACT.scheduled).times.scheduled),
    rawAppendedAt: Math.min(a.rawAppendedAt, b.rawAppendedAt),
    timeEstimated: a.timeEstimated,
    sender: a.sender ?? b.sender,
    senderType: by(FACT.senderType).senderType,
    senderRegistrationId: a.senderRegistrationId ?? b.senderRegistrationId,
    campaignId: a.campaignId ?? b.campaignId,
    originCountry: by(FACT.origin).originCountry,
    originResolvedBy: by(FACT.origin).originResolvedBy,
    recipientPrefix: a.recipientPrefix ?? b.recipientPrefix,
    recipientHash: a.recipientHash ?? b.recipientHash,
    recipientHashKeyId: a.recipientHashKeyId ?? b.recipientHashKeyId,
    country: a.country ?? b.country,
    network: {
      reported: by(FACT.reported).network.reported,
      ported: by(FACT.ported).network.ported,
      range: by(FACT.range).network.range,
    },
    trafficClass: a.trafficClass,
    classResolvedBy: a.classResolvedBy ?? b.classResolvedBy,
    encoding: a.encoding ?? b.encoding,
    udh: a.udh ?? b.udh,
    parts: by(FACT.parts).parts,
    subjectEvent: a.subjectEvent ?? b.subjectEvent,
    // not by Math.min: the engine would make the integers floats, and the array one of floats
    subjectRanks: coming.map((rank, fact) => (nextIsEarlier(fact) ? rank : (before[fact] ?? EARLIEST))),
    // the grade is no fact of the message: it belongs to the record that opened it, be it none
    openingRouteGrade: a.openingRouteGrade,
  };
}

/** `submitted` and `done` stay those of the step at hand: they belong to its attempt and are kept there. */
function mergeTimes(a: Times, b: Times, scheduled: number | null): Times {
  return {
    accepted: earliest(a.accepted, b.accepted),
    scheduled,
    submitted: a.submitted ?? b.submitted,
    done: a.done ?? b.done,
    ingested: Math.min(a.ingested, b.ingested),
    zone: a.zone ?? b.zone,
    zoneFlag: a.zoneFlag ?? b.zoneFlag,
  };
}

export function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
