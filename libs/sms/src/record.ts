import type { Concatenation } from './udh.js';

/** What usage events are called (domain.md §1). `timeout` is rating's own and `call_ended` comes with voice. */
export const USAGE_EVENTS = [
  'accepted',
  'submitted',
  'submit_rejected',
  'delivered',
  'undelivered',
  'expired',
  'rejected',
  'deleted',
  'unknown',
  'converted',
  'blocked',
  'lookup',
  'received',
  'forwarded',
] as const;
export type UsageEventName = (typeof USAGE_EVENTS)[number];

/** A portability result. */
export interface PortedNetwork {
  readonly mcc: string | null;
  readonly mnc: string | null;
  readonly country: string | null;
  /** as written */
  readonly at: string | null;
  readonly by: string;
}

/**
 * One record of a gateway in the one form that every dialect is read into: trimmed and typed, nothing looked up.
 * Times are as written, since the zone is the source's; numbers are as written.
 */
export interface CdrRecord {
  event: UsageEventName;
  /** Normalised status of the attempt; null where the event says it all. */
  status: string | null;
  rawStatus: string | null;
  errorCode: string | null;
  direction: 'mt' | 'mo' | 'at';
  /** The gateway's id of the message, the same on all its records. */
  gatewayMessageId: string | null;
  /** An id of this record alone, where the gateway gives one that is not the message's. */
  ownRecordId: string | null;
  attempt: number | null;
  part: number | null;
  /** Parts as the gateway counts them. */
  partsReported: number | null;
  account: string | null;
  systemId: string | null;
  clientRef: string | null;
  authorizationId: string | null;
  /** Time of this event. */
  at: string | null;
  acceptedAt: string | null;
  scheduledAt: string | null;
  submittedAt: string | null;
  doneAt: string | null;
  from: string | null;
  senderType: string | null;
  senderRegistrationId: string | null;
  brandId: string | null;
  campaignId: string | null;
  dltEntityId: string | null;
  dltTemplateId: string | null;
  originCountry: string | null;
  to: string | null;
  country: string | null;
  mcc: string | null;
  mnc: string | null;
  ported: PortedNetwork | null;
  trafficClass: string | null;
  encoding: 'gsm7' | 'ucs2' | 'binary' | null;
  dcs: number | null;
  udh: Concatenation | null;
  text: string | null;
  /** Characters as sent (octets of a binary body); null where the content is masked and nothing says it. */
  textLength: number | null;
  validity: string | null;
  priority: number | null;
  dlrRequested: boolean | null;
  supplier: string | null;
  connection: string | null;
  route: string | null;
  routeGrade: string | null;
  hops: number | null;
  supplierMessageId: string | null;
  smscGt: string | null;
  servingMsc: string | null;
  imsi: string | null;
}

/** Why a record can never become a usage event as it is. */
export type CdrFaultCode =
  | 'empty'
  | 'oversized'
  | 'too_many_lines'
  | 'bad_encoding'
  | 'malformed'
  | 'not_a_record'
  | 'bad_field'
  | 'missing_field'
  | 'unsupported_event';

export interface CdrFault {
  readonly fault: CdrFaultCode;
  /** For a person; names the field, never its content. */
  readonly message: string;
}

/** A record, or the fault of one. */
export type CdrVerdict = CdrRecord | CdrFault;

export function isFault(verdict: CdrVerdict): verdict is CdrFault {
  return (verdict as CdrFault).fault !== undefined;
}

/** A record with nothing known: every dialect fills what it has. One shape, so that the hot path stays monomorphic. */
export function blankRecord(event: UsageEventName): CdrRecord {
  return {
    event,
    status: null,
    rawStatus: null,
    errorCode: null,
    direction: event === 'received' || event === 'forwarded' ? 'mo' : 'mt',
    gatewayMessageId: null,
    ownRecordId: null,
    attempt: null,
    part: null,
    partsReported: null,
    account: null,
    systemId: null,
    clientRef: null,
    authorizationId: null,
    at: null,
    acceptedAt: null,
    scheduledAt: null,
    submittedAt: null,
    doneAt: null,
    from: null,
    senderType: null,
    senderRegistrationId: null,
    brandId: null,
    campaignId: null,
    dltEntityId: null,
    dltTemplateId: null,
    originCountry: null,
    to: null,
    country: null,
    mcc: null,
    mnc: null,
    ported: null,
    trafficClass: null,
    encoding: null,
    dcs: null,
    udh: null,
    text: null,
    textLength: null,
    validity: null,
    priority: null,
    dlrRequested: null,
    supplier: null,
    connection: null,
    route: null,
    routeGrade: null,
    hops: null,
    supplierMessageId: null,
    smscGt: null,
    servingMsc: null,
    imsi: null,
  };
}
