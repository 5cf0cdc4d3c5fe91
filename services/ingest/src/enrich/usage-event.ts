import type { Account, Source } from '@ratestream/catalog';
import { messageIdOf, type UsageEvent, usageEventId } from '@ratestream/events';
import {
  type CdrRecord,
  countryOf,
  type NumberKind,
  normaliseNumber,
  normaliseSender,
  normaliseSupplierId,
  type ZoneClock,
} from '@ratestream/sms';
import { fingerprintOf, type LinePlace, sourceRecordIdOf } from './identity.js';
import { type Numbering, networkOf } from './network.js';
import { countRecordParts } from './parts.js';
import { connectionIdOf, type SourceView } from './source-view.js';
import { readTimes } from './times.js';

/** All that a decision on a line stands on; nothing is fetched inside it. */
export interface EnrichInput {
  readonly record: CdrRecord;
  readonly source: Source;
  readonly clock: ZoneClock;
  readonly place: LinePlace;
  /** broker time of the raw record, micros */
  readonly appendedAt: number;
  /** latest instant seen of this source */
  readonly after: number | undefined;
  /** null: correlation will tell */
  readonly account: Account | null;
  readonly view: SourceView;
  readonly numbering: Numbering | null;
  hashText(text: string): string;
}

export interface EnrichFault {
  readonly reason: 'bad_time' | 'bad_recipient' | 'missing_field';
  readonly message: string;
}

const RECEIPTS: ReadonlySet<string> = new Set([
  'delivered',
  'undelivered',
  'expired',
  'rejected',
  'deleted',
  'unknown',
  'converted',
]);

/** Reports about a message that another record names. */
export function isReceipt(record: CdrRecord): boolean {
  return RECEIPTS.has(record.event) || (record.ownRecordId !== null && record.gatewayMessageId === null);
}

/**
 * Makes the usage event of a record whose source, and account if it names one, are known.
 *
 * Out     the event; `account` empty and `messageId` preliminary where correlation has to tell them
 * Errors  as values: a time or a recipient that cannot be read
 */
export function enrich(input: EnrichInput): UsageEvent | EnrichFault {
  const { record, source, clock, place, appendedAt, account, view } = input;
  const read = readTimes(record, clock, appendedAt, input.after);
  if (typeof read === 'string') return { reason: 'bad_time', message: `${read} is no time, or far ahead of now` };
  const receipt = isReceipt(record);
  const recipient = recipientOf(record, receipt);
  if (typeof recipient === 'object' && recipient !== null) return recipient;
  const sender = record.from === null ? null : normaliseSender(record.from);
  const country = recipient === null ? record.country : (countryOf(recipient) ?? record.country);
  const counted = countRecordParts(record);
  const connection = connectionIdOf(source, record.connection);
  const known = connection === null ? undefined : view.connections.get(connection);
  const identity = {
    source: source.id,
    sourceRecordId: sourceRecordIdOf(source.identity, record, place),
    attempt: record.attempt ?? defaultAttempt(record),
    part: record.udh?.part ?? record.part ?? 1,
    event: record.event,
  };
  const chain = account === null ? NOBODY : (view.chain(account.id) as string[]);
  return {
    usageEventId: usageEventId(identity),
    messageId: messageIdOf(source.id, record.gatewayMessageId ?? identity.sourceRecordId),
    identity,
    fingerprint: fingerprintOf(record, counted.parts, counted.textLength, input.hashText),
    rawRef: { topic: 'cdr.raw', partition: place.partition, offset: place.offset },
    rawAppendedAt: appendedAt,
    catalogPosition: view.position,
    service: 'sms',
    direction: record.direction,
    account: account === null ? null : account.id,
    rootPayer: chain[chain.length - 1] ?? '',
    chain,
    systemId: record.systemId,
    clientRef: record.clientRef,
    authorizationId: record.authorizationId,
    gatewayMessageId: record.gatewayMessageId,
    times: read.times,
    timeEstimated: read.estimated,
    sender: sender === null ? null : sender.value,
    senderType: record.senderType ?? (sender === null ? null : senderTypeOf(sender.kind, sender.value)),
    senderRegistrationId: record.senderRegistrationId,
    brandId: record.brandId,
    campaignId: record.campaignId,
    dltEntityId: record.dltEntityId,
    dltTemplateId: record.dltTemplateId,
    originCountry: record.originCountry,
    originResolvedBy: record.originCountry === null ? null : 'declaration',
    recipient,
    country,
    network: networkOf(record, recipient, country, input.numbering, clock),
    ...trafficClassOf(record, source, account),
    encoding: counted.encoding,
    dcs: record.dcs,
    udh: record.udh,
    textHash: record.text === null || record.text === '' ? null : input.hashText(record.text),
    textLength: counted.textLength,
    parts: counted.parts,
    validity: record.validity,
    priority: record.priority,
    dlrRequested: record.dlrRequested,
    supplier: record.supplier ?? (known === undefined ? null : known.supplierId),
    connection,
    route: record.route ?? (known === undefined ? null : known.route),
    routeGrade: record.routeGrade ?? (known === undefined ? null : known.routeGrade),
    hops: record.hops,
    supplierMessageId:
      record.supplierMessageId === null
        ? null
        : {
            raw: record.supplierMessageId,
            normalised: normaliseSupplierId(record.supplierMessageId, known?.idFormat ?? null),
          },
    status: record.status ?? (receipt && record.event !== 'converted' ? record.event : null),
    rawStatus: record.rawStatus,
    errorCode: record.errorCode,
    smscGt: record.smscGt,
    servingMsc: record.servingMsc,
    imsi: record.imsi,
    durationSec: null,
    answeredAt: null,
    hangupCause: null,
  };
}

const NOBODY: string[] = [];

/** A receipt's message knows its recipient already; anything else must say where it goes. */
function recipientOf(record: CdrRecord, receipt: boolean): string | null | EnrichFault {
  if (record.to === null) {
    return receipt ? null : { reason: 'missing_field', message: 'to is missing' };
  }
  const number = normaliseNumber(record.to);
  if (number.ok) return number.value;
  return receipt ? null : { reason: 'bad_recipient', message: `to is no number: ${number.fault}` };
}

/** 0 before any submission. A receipt that does not say is about the first, unless correlation knows better. */
function defaultAttempt(record: CdrRecord): number {
  switch (record.event) {
    case 'accepted':
    case 'received':
    case 'forwarded':
    case 'blocked':
    case 'lookup':
    case 'converted':
      return 0;
    default:
      return 1;
  }
}

function senderTypeOf(kind: NumberKind, value: string): string {
  if (kind === 'alphanumeric') return 'alphanumeric';
  if (kind === 'short_code') return 'short_code';
  return TOLL_FREE.test(value) ? 'toll_free' : 'long_code';
}

/** Of the North American plan; other plans' freephone numbers send no messages. */
const TOLL_FREE = /^\+18(00|33|44|55|66|77|88)/;

/** Gateway field → the source's class → the account's default; recorded, since putting it right is a re-rating. */
function trafficClassOf(
  record: CdrRecord,
  source: Source,
  account: Account | null,
): Pick<UsageEvent, 'trafficClass' | 'classResolvedBy'> {
  if (record.trafficClass !== null) return { trafficClass: record.trafficClass, classResolvedBy: 'gateway' };
  if (source.trafficClass !== null) return { trafficClass: source.trafficClass, classResolvedBy: 'source' };
  if (account !== null) return { trafficClass: account.defaultTrafficClass, classResolvedBy: 'account' };
  return { trafficClass: 'any', classResolvedBy: null };
}
