import {
  blankRecord,
  type CdrFault,
  type CdrFaultCode,
  type CdrRecord,
  type CdrVerdict,
  type PortedNetwork,
  USAGE_EVENTS,
  type UsageEventName,
} from './record.js';
import { statusOfStat } from './status.js';
import { type Concatenation, parseUdh } from './udh.js';

/** Thrown inside this file alone: a field at fault ends the reading of its record. */
class FieldFault extends Error {
  constructor(
    readonly code: CdrFaultCode,
    message: string,
  ) {
    super(message);
  }
}

type Fields = Record<string, unknown>;

const EVENTS: ReadonlySet<string> = new Set(USAGE_EVENTS);
const ID_CHARS = 255;
const NAME_CHARS = 128;
const TEXT_CHARS = 65_536;
const MCC = /^\d{3}$/;
const MNC = /^\d{2,3}$/;

/**
 * Reads one canonical record (README: the canonical record).
 *
 * In      JSON text of one object
 * Out     the record, or the fault with the field's name; a field that is not in the contract is ignored
 * Never   throws on content; never repeats content in a message
 */
export function parseCanonicalJson(json: string): CdrVerdict {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { fault: 'malformed', message: 'not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { fault: 'malformed', message: 'not a JSON object' };
  // A control character in a string of JSON stands behind a backslash, but for DEL, which may stand as it is.
  return readCanonical(value as Fields, !json.includes('\\') && !json.includes('\u007f'));
}

/**
 * The same for an object that is already parsed: a row of CSV, an element of an array.
 *
 * In      clean: no string in it has a control character, so none is looked for
 */
export function readCanonical(fields: Fields, clean = false): CdrVerdict {
  try {
    return read(fields, clean);
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    const { code, message } = firstFault(fields) ?? error;
    return { fault: code, message } satisfies CdrFault;
  }
}

/** One look at each field that is there, not at all fifty that may be. */
function read(fields: Fields, clean: boolean): CdrRecord {
  const record = blankRecord(eventOf(fields['event']));
  for (const name in fields) READERS.get(name)?.(record, fields[name], clean);
  settleStatus(record);
  return record;
}

/** Of several faults the first in the order of the contract is told, however the fields lie. */
function firstFault(fields: Fields): FieldFault | null {
  const record = blankRecord('unknown');
  try {
    eventOf(fields['event']);
    for (const [name, reader] of READERS) reader(record, fields[name], false);
    return null;
  } catch (error) {
    if (error instanceof FieldFault) return error;
    throw error;
  }
}

function eventOf(value: unknown): UsageEventName {
  const event = text(value, 'event', 32, false);
  if (event === null) throw new FieldFault('missing_field', 'event is missing');
  if (!EVENTS.has(event)) throw new FieldFault('unsupported_event', 'event is none that a gateway may report');
  return event as UsageEventName;
}

type FieldReader = (record: CdrRecord, value: unknown, clean: boolean) => void;

/** Every field but `event`, in the order of the contract. */
const READERS: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['id', (r, v, c) => void (r.gatewayMessageId = text(v, 'id', ID_CHARS, c))],
  ['attempt', (r, v) => void (r.attempt = int(v, 'attempt', 0, 1000))],
  ['part', (r, v) => void (r.part = int(v, 'part', 1, 255))],
  ['parts', (r, v) => void (r.partsReported = int(v, 'parts', 1, 255))],
  ['account', (r, v, c) => void (r.account = text(v, 'account', NAME_CHARS, c))],
  ['systemId', (r, v, c) => void (r.systemId = text(v, 'systemId', NAME_CHARS, c))],
  ['clientRef', (r, v, c) => void (r.clientRef = text(v, 'clientRef', ID_CHARS, c))],
  ['authorizationId', (r, v, c) => void (r.authorizationId = text(v, 'authorizationId', ID_CHARS, c))],
  ['at', (r, v, c) => void (r.at = text(v, 'at', 40, c))],
  ['acceptedAt', (r, v, c) => void (r.acceptedAt = text(v, 'acceptedAt', 40, c))],
  ['scheduledAt', (r, v, c) => void (r.scheduledAt = text(v, 'scheduledAt', 40, c))],
  ['submittedAt', (r, v, c) => void (r.submittedAt = text(v, 'submittedAt', 40, c))],
  ['doneAt', (r, v, c) => void (r.doneAt = text(v, 'doneAt', 40, c))],
  ['from', (r, v, c) => void (r.from = text(v, 'from', 64, c))],
  ['senderType', (r, v, c) => void (r.senderType = text(v, 'senderType', 32, c))],
  ['senderRegistrationId', (r, v, c) => void (r.senderRegistrationId = text(v, 'senderRegistrationId', NAME_CHARS, c))],
  ['brandId', (r, v, c) => void (r.brandId = text(v, 'brandId', NAME_CHARS, c))],
  ['campaignId', (r, v, c) => void (r.campaignId = text(v, 'campaignId', NAME_CHARS, c))],
  ['dltEntityId', (r, v, c) => void (r.dltEntityId = text(v, 'dltEntityId', NAME_CHARS, c))],
  ['dltTemplateId', (r, v, c) => void (r.dltTemplateId = text(v, 'dltTemplateId', NAME_CHARS, c))],
  ['originCountry', (r, v, c) => void (r.originCountry = country(v, 'originCountry', c))],
  ['to', (r, v, c) => void (r.to = text(v, 'to', 64, c))],
  ['country', (r, v, c) => void (r.country = country(v, 'country', c))],
  ['mcc', (r, v) => void (r.mcc = code(v, 'mcc', MCC))],
  ['mnc', (r, v) => void (r.mnc = code(v, 'mnc', MNC))],
  ['ported', (r, v, c) => void (r.ported = ported(v, c))],
  ['trafficClass', (r, v, c) => void (r.trafficClass = text(v, 'trafficClass', 32, c))],
  ['encoding', (r, v, c) => void (r.encoding = encoding(v, c))],
  ['dcs', (r, v) => void (r.dcs = int(v, 'dcs', 0, 255))],
  ['udh', (r, v) => void (r.udh = udh(v))],
  ['text', (r, v) => void (r.text = content(v))],
  ['textLength', (r, v) => void (r.textLength = int(v, 'textLength', 0, TEXT_CHARS))],
  ['validity', (r, v, c) => void (r.validity = text(v, 'validity', 40, c))],
  ['priority', (r, v) => void (r.priority = int(v, 'priority', 0, 9))],
  ['dlrRequested', (r, v) => void (r.dlrRequested = flag(v, 'dlrRequested'))],
  ['supplier', (r, v, c) => void (r.supplier = text(v, 'supplier', NAME_CHARS, c))],
  ['connection', (r, v, c) => void (r.connection = text(v, 'connection', NAME_CHARS, c))],
  ['route', (r, v, c) => void (r.route = text(v, 'route', NAME_CHARS, c))],
  ['routeGrade', (r, v, c) => void (r.routeGrade = text(v, 'routeGrade', 32, c))],
  ['hops', (r, v) => void (r.hops = int(v, 'hops', 0, 255))],
  ['supplierMessageId', (r, v, c) => void (r.supplierMessageId = text(v, 'supplierMessageId', ID_CHARS, c))],
  ['errorCode', (r, v, c) => void (r.errorCode = text(v, 'errorCode', 64, c))],
  ['smscGt', (r, v, c) => void (r.smscGt = text(v, 'smscGt', 32, c))],
  ['servingMsc', (r, v, c) => void (r.servingMsc = text(v, 'servingMsc', 32, c))],
  ['imsi', (r, v, c) => void (r.imsi = text(v, 'imsi', 20, c))],
  ['status', (r, v, c) => void (r.status = text(v, 'status', 64, c))],
  ['rawStatus', (r, v, c) => void (r.rawStatus = text(v, 'rawStatus', 64, c))],
  ['direction', (r, v, c) => void (r.direction = direction(v, c) ?? r.direction)],
]);

/** A status that says more than the event stays; one in a supplier's spelling is brought to ours beside it. */
function settleStatus(record: CdrRecord): void {
  const { status } = record;
  if (status === null) return;
  record.rawStatus ??= status;
  record.status = record.event === 'unknown' ? statusOfStat(status).status : null;
}

function direction(value: unknown, clean: boolean): CdrRecord['direction'] | null {
  const written = text(value, 'direction', 8, clean);
  if (written === null || written === 'mt' || written === 'mo' || written === 'at') return written;
  throw new FieldFault('bad_field', 'direction is none of mt, mo, at');
}

/** A string without control characters; a number is taken where it is exact; '' is absent. */
function text(value: unknown, name: string, most: number, clean: boolean): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new FieldFault('bad_field', `${name} is a number that is not exact: send a string`);
    return String(value);
  }
  if (typeof value !== 'string') throw new FieldFault('bad_field', `${name} is no string`);
  if (value.length > most) throw new FieldFault('bad_field', `${name} has more than ${most} characters`);
  if (!clean && hasControl(value)) throw new FieldFault('bad_field', `${name} has a control character`);
  return value;
}

function hasControl(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c < 32 || c === 127) return true;
  }
  return false;
}

function content(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new FieldFault('bad_field', 'text is no string');
  if (value.length > TEXT_CHARS) throw new FieldFault('bad_field', `text has more than ${TEXT_CHARS} characters`);
  return value;
}

function int(value: unknown, name: string, least: number, most: number): number | null {
  if (value === undefined || value === null || value === '') return null;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (!Number.isInteger(number) || (number as number) < least || (number as number) > most) {
    throw new FieldFault('bad_field', `${name} is no whole number from ${least} to ${most}`);
  }
  return number as number;
}

function flag(value: unknown, name: string): boolean | null {
  if (value === undefined || value === null || value === '') return null;
  if (value === true || value === 'true' || value === '1' || value === 1) return true;
  if (value === false || value === 'false' || value === '0' || value === 0) return false;
  throw new FieldFault('bad_field', `${name} is neither true nor false`);
}

/** MCC and MNC must be strings: as numbers they have lost their zeros (262-01 is not 262-1). */
function code(value: unknown, name: string, pattern: RegExp): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' || !pattern.test(value))
    throw new FieldFault('bad_field', `${name} is no string of digits as in ITU-T E.212`);
  return value;
}

function country(value: unknown, name: string, clean: boolean): string | null {
  const written = text(value, name, 2, clean);
  if (written === null) return null;
  if (!/^[A-Za-z]{2}$/.test(written)) throw new FieldFault('bad_field', `${name} is no ISO 3166-1 alpha-2 code`);
  return written.toUpperCase();
}

function encoding(value: unknown, clean: boolean): CdrRecord['encoding'] {
  const written = text(value, 'encoding', 16, clean);
  if (written === null || written === 'gsm7' || written === 'ucs2' || written === 'binary') return written;
  throw new FieldFault('bad_field', 'encoding is none of gsm7, ucs2, binary');
}

function ported(value: unknown, clean: boolean): PortedNetwork | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'object' || Array.isArray(value)) throw new FieldFault('bad_field', 'ported is no object');
  const p = value as Fields;
  return {
    mcc: code(p['mcc'], 'mcc', MCC),
    mnc: code(p['mnc'], 'mnc', MNC),
    country: country(p['country'], 'country', clean),
    at: text(p['at'], 'at', 40, clean),
    by: text(p['by'], 'by', NAME_CHARS, clean) ?? 'gateway',
  };
}

function udh(value: unknown): Concatenation | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') {
    const header = parseUdh(value);
    if (header === null) throw new FieldFault('bad_field', 'udh is no user data header in hex');
    return header.concatenation;
  }
  if (typeof value !== 'object' || Array.isArray(value))
    throw new FieldFault('bad_field', 'udh is neither hex nor an object');
  const u = value as Fields;
  const ref = int(u['ref'], 'ref', 0, 65_535);
  const part = int(u['part'], 'part', 1, 255);
  const total = int(u['total'], 'total', 1, 255);
  if (ref === null || part === null || total === null || part > total) {
    throw new FieldFault('bad_field', 'udh needs ref, part and total, part not above total');
  }
  return { ref, part, total };
}
