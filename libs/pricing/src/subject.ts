import type { Network, PartCounts, RatedEvent, Times, UsageEvent } from '@ratestream/events';

/** What every rated event repeats of its message, so that a reader of `rated` needs nothing else. */
export type Subject = Pick<
  RatedEvent,
  | 'service' | 'direction' | 'account' | 'rootPayer' | 'chain' | 'systemId' | 'clientRef' | 'authorizationId' | 'gatewayMessageId'
  | 'times' | 'rawAppendedAt' | 'timeEstimated' | 'sender' | 'senderType' | 'senderRegistrationId' | 'campaignId' | 'originCountry'
  | 'originResolvedBy' | 'recipientPrefix' | 'recipientHash' | 'recipientHashKeyId' | 'country' | 'network' | 'trafficClass'
  | 'classResolvedBy' | 'encoding' | 'udh' | 'parts' | 'subjectEvent'
>; // prettier-ignore

/** Keyed hash of a recipient, with the id of the key of the month it was made with. */
export type HashRecipient = (recipient: string, at: number) => { hash: string; keyId: string };

/** Digits that stay readable downstream: all but the last four. Rates never match deeper than that. */
export function prefixOf(recipient: string): string {
  return recipient.slice(recipient.startsWith('+') ? 1 : 0, Math.max(1, recipient.length - 4));
}

/** Events of a life in the order in which they happen; the earliest one known describes the message. */
const STAGES: Readonly<Record<string, number>> = {
  accepted: 0,
  received: 0,
  blocked: 1,
  submitted: 2,
  submit_rejected: 2,
  forwarded: 2,
};
const RECEIPT_STAGE = 3;

function stageOf(event: string | null): number {
  return event === null ? RECEIPT_STAGE + 1 : (STAGES[event] ?? RECEIPT_STAGE);
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
  };
}

/**
 * What two steps of one life tell together: the earlier step of the life wins field by field, the later fills the gaps.
 * The result is the same in either order.
 */
export function mergeSubjects(known: Subject, next: Subject): Subject {
  const nextIsEarlier = stageOf(next.subjectEvent) < stageOf(known.subjectEvent);
  const a = nextIsEarlier ? next : known;
  const b = nextIsEarlier ? known : next;
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
    times: mergeTimes(a.times, b.times),
    rawAppendedAt: Math.min(a.rawAppendedAt, b.rawAppendedAt),
    timeEstimated: a.timeEstimated,
    sender: a.sender ?? b.sender,
    senderType: a.senderType ?? b.senderType,
    senderRegistrationId: a.senderRegistrationId ?? b.senderRegistrationId,
    campaignId: a.campaignId ?? b.campaignId,
    originCountry: a.originCountry ?? b.originCountry,
    originResolvedBy: a.originResolvedBy ?? b.originResolvedBy,
    recipientPrefix: a.recipientPrefix ?? b.recipientPrefix,
    recipientHash: a.recipientHash ?? b.recipientHash,
    recipientHashKeyId: a.recipientHashKeyId ?? b.recipientHashKeyId,
    country: a.country ?? b.country,
    network: mergeNetworks(a.network, b.network),
    trafficClass: a.trafficClass,
    classResolvedBy: a.classResolvedBy ?? b.classResolvedBy,
    encoding: a.encoding ?? b.encoding,
    udh: a.udh ?? b.udh,
    parts: mergeParts(a.parts, b.parts),
    subjectEvent: a.subjectEvent ?? b.subjectEvent,
  };
}

/** `submitted` and `done` stay those of the step at hand: they belong to its attempt and are kept there. */
function mergeTimes(a: Times, b: Times): Times {
  return {
    accepted: earliest(a.accepted, b.accepted),
    scheduled: a.scheduled ?? b.scheduled,
    submitted: a.submitted ?? b.submitted,
    done: a.done ?? b.done,
    ingested: Math.min(a.ingested, b.ingested),
    zone: a.zone ?? b.zone,
    zoneFlag: a.zoneFlag ?? b.zoneFlag,
  };
}

function mergeNetworks(a: Network, b: Network): Network {
  return { reported: a.reported ?? b.reported, ported: a.ported ?? b.ported, range: a.range ?? b.range };
}

function mergeParts(a: PartCounts, b: PartCounts): PartCounts {
  if (a.assumed !== b.assumed) return a.assumed ? b : a;
  return {
    reported: a.reported ?? b.reported,
    computed8: a.computed8 ?? b.computed8,
    computed16: a.computed16 ?? b.computed16,
    assumed: a.assumed,
  };
}

export function earliest(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
