import type { Source } from '@ratestream/catalog';
import type { Fingerprint, UsageEvent } from '@ratestream/events';
import type { CdrRecord } from '@ratestream/sms';

/** Where a line lies, for sources whose records have no ids. */
export interface LinePlace {
  /** Of the original record: a replay keeps it. */
  readonly partition: number;
  readonly offset: number;
  /** 1-based */
  readonly line: number;
  /** What the header `record-base` names: a closed file's digest, or a request's idempotency key. */
  readonly base: string | null;
  /** Line of the base that this record's first line is. */
  readonly firstLine: number;
}

/**
 * The id of a record within its source, by the source's recipe.
 *
 * gateway-id  the gateway's message id; else the record's own id; else connection, supplier id and the record's time as
 *             written (ids are recycled, so the time is part of it); else the base and line; else the place in the topic
 * file-line   the base and line; else the place
 * offset      the place: such a record is charged again when it is sent again
 *
 * A report that is not terminal may come several times for one attempt, so its status is part of the id.
 */
export function sourceRecordIdOf(recipe: Source['identity'], record: CdrRecord, place: LinePlace): string {
  const id = recipe === 'gateway-id' ? idInRecord(record) : null;
  if (id !== null) return record.event === 'unknown' ? `${id}#${record.status ?? record.rawStatus ?? 'unknown'}` : id;
  if (recipe !== 'offset' && place.base !== null) return `${place.base}:${place.firstLine + place.line - 1}`;
  return `cdr.raw/${place.partition}/${place.offset}/${place.line}`;
}

function idInRecord(record: CdrRecord): string | null {
  if (record.gatewayMessageId !== null) return record.gatewayMessageId;
  if (record.ownRecordId !== null) return record.ownRecordId;
  const { connection, supplierMessageId, at } = record;
  return supplierMessageId !== null && at !== null ? `${connection ?? ''}|${supplierMessageId}|${at}` : null;
}

const FINGERPRINT_VERSION = 1;
const S = '\u001f';

/**
 * What a record says about business, hashed before anything is looked up: the same line read with another catalog has
 * the same fingerprint. Times are taken as written. The text is in it by its length and parts alone. The hash is keyed:
 * it travels to `rated`, beside most of what it is made of, and without a key the missing digits of a recipient could
 * be guessed. Another key makes a re-sent record a conflict, never a second charge.
 */
export function fingerprintOf(
  r: CdrRecord,
  parts: UsageEvent['parts'],
  textLength: number | null,
  keyedHash: (text: string) => string,
): Fingerprint {
  const { ported, udh } = r;
  // join writes null as nothing
  const text = [
    r.event,
    r.direction,
    r.dlrRequested,
    r.status,
    r.rawStatus,
    r.errorCode,
    r.gatewayMessageId,
    r.attempt,
    r.part,
    r.account,
    r.systemId,
    r.clientRef,
    r.authorizationId,
    r.at,
    r.acceptedAt,
    r.scheduledAt,
    r.submittedAt,
    r.doneAt,
    r.from,
    r.senderType,
    r.senderRegistrationId,
    r.brandId,
    r.campaignId,
    r.dltEntityId,
    r.dltTemplateId,
    r.originCountry,
    r.to,
    r.country,
    r.mcc,
    r.mnc,
    r.trafficClass,
    r.encoding,
    r.dcs,
    r.validity,
    r.priority,
    r.supplier,
    r.connection,
    r.route,
    r.routeGrade,
    r.hops,
    r.supplierMessageId,
    r.smscGt,
    r.servingMsc,
    r.imsi,
    ported === null ? null : [ported.mcc, ported.mnc, ported.country, ported.at, ported.by].join('/'),
    udh === null ? null : `${udh.ref}/${udh.part}/${udh.total}`,
    textLength,
    parts.reported,
    parts.computed8,
    parts.computed16,
  ].join(S);
  return { version: FINGERPRINT_VERSION, hash: keyedHash(`fingerprint${S}${text}`) };
}
