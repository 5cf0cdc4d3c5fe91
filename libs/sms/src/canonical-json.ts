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
  return readCanonical(value as Fields);
}

/** The same for an object that is already parsed: a row of CSV, an element of an array. */
export function readCanonical(fields: Fields): CdrVerdict {
  try {
    return read(fields);
  } catch (error) {
    if (error instanceof FieldFault) return { fault: error.code, message: error.message } satisfies CdrFault;
    throw error;
  }
}

function read(f: Fields): CdrRecord {
  const record = blankRecord(eventOf(f));
  record.gatewayMessageId = text(f, 'id', ID_CHARS);
  record.attempt = int(f, 'attempt', 0, 1000);
  record.part = int(f, 'part', 1, 255);
  record.partsReported = int(f, 'parts', 1, 255);
  record.account = text(f, 'account', NAME_CHARS);
  record.systemId = text(f, 'systemId', NAME_CHARS);
  record.clientRef = text(f, 'clientRef', ID_CHARS);
  record.authorizationId = text(f, 'authorizationId', ID_CHARS);
  record.at = text(f, 'at', 40);
  record.acceptedAt = text(f, 'acceptedAt', 40);
  record.scheduledAt = text(f, 'scheduledAt', 40);
  record.submittedAt = text(f, 'submittedAt', 40);
  record.doneAt = text(f, 'doneAt', 40);
  record.from = text(f, 'from', 64);
  record.senderType = text(f, 'senderType', 32);
  record.senderRegistrationId = text(f, 'senderRegistrationId', NAME_CHARS);
  record.brandId = text(f, 'brandId', NAME_CHARS);
  record.campaignId = text(f, 'campaignId', NAME_CHARS);
  record.dltEntityId = text(f, 'dltEntityId', NAME_CHARS);
  record.dltTemplateId = text(f, 'dltTemplateId', NAME_CHARS);
  record.originCountry = country(f, 'originCountry');
  record.to = text(f, 'to', 64);
  record.country = country(f, 'country');
  record.mcc = code(f, 'mcc', /^\d{3}$/);
  record.mnc = code(f, 'mnc', /^\d{2,3}$/);
  record.ported = ported(f);
  record.trafficClass = text(f, 'trafficClass', 32);
  record.encoding = encoding(f);
  record.dcs = int(f, 'dcs', 0, 255);
  record.udh = udh(f);
  record.text = content(f);
  record.textLength = int(f, 'textLength', 0, TEXT_CHARS);
  record.validity = text(f, 'validity', 40);
  record.priority = int(f, 'priority', 0, 9);
  record.dlrRequested = flag(f, 'dlrRequested');
  record.supplier = text(f, 'supplier', NAME_CHARS);
  record.connection = text(f, 'connection', NAME_CHARS);
  record.route = text(f, 'route', NAME_CHARS);
  record.routeGrade = text(f, 'routeGrade', 32);
  record.hops = int(f, 'hops', 0, 255);
  record.supplierMessageId = text(f, 'supplierMessageId', ID_CHARS);
  record.errorCode = text(f, 'errorCode', 64);
  record.smscGt = text(f, 'smscGt', 32);
  record.servingMsc = text(f, 'servingMsc', 32);
  record.imsi = text(f, 'imsi', 20);
  readStatus(f, record);
  readDirection(f, record);
  return record;
}

function eventOf(f: Fields): UsageEventName {
  const event = text(f, 'event', 32);
  if (event === null) throw new FieldFault('missing_field', 'event is missing');
  if (!EVENTS.has(event)) throw new FieldFault('unsupported_event', 'event is none that a gateway may report');
  return event as UsageEventName;
}

/** A status that says more than the event stays; one in a supplier's spelling is brought to ours beside it. */
function readStatus(f: Fields, record: CdrRecord): void {
  const status = text(f, 'status', 64);
  record.rawStatus = text(f, 'rawStatus', 64) ?? status;
  if (status !== null && record.event === 'unknown') record.status = statusOfStat(status).status;
}

function readDirection(f: Fields, record: CdrRecord): void {
  const direction = text(f, 'direction', 8);
  if (direction === null) record.direction = record.event === 'received' || record.event === 'forwarded' ? 'mo' : 'mt';
  else if (direction === 'mt' || direction === 'mo' || direction === 'at') record.direction = direction;
  else throw new FieldFault('bad_field', 'direction is none of mt, mo, at');
}

/** A string without control characters; a number is taken where it is exact; '' is absent. */
function text(f: Fields, name: string, most: number): string | null {
  const value = f[name];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new FieldFault('bad_field', `${name} is a number that is not exact: send a string`);
    return String(value);
  }
  if (typeof value !== 'string') throw new FieldFault('bad_field', `${name} is no string`);
  if (value.length > most) throw new FieldFault('bad_field', `${name} has more than ${most} characters`);
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c < 32 || c === 127) throw new FieldFault('bad_field', `${name} has a control character`);
  }
  return value;
}

function content(f: Fields): string | null {
  const value = f['text'];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new FieldFault('bad_field', 'text is no string');
  if (value.length > TEXT_CHARS) throw new FieldFault('bad_field', `text has more than ${TEXT_CHARS} characters`);
  return value;
}

function int(f: Fields, name: string, least: number, most: number): number | null {
  const value = f[name];
  if (value === undefined || value === null || value === '') return null;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (!Number.isInteger(number) || (number as number) < least || (number as number) > most) {
    throw new FieldFault('bad_field', `${name} is no whole number from ${least} to ${most}`);
  }
  return number as number;
}

function flag(f: Fields, name: string): boolean | null {
  const value = f[name];
  if (value === undefined || value === null || value === '') return null;
  if (value === true || value === 'true' || value === '1' || value === 1) return true;
  if (value === false || value === 'false' || value === '0' || value === 0) return false;
  throw new FieldFault('bad_field', `${name} is neither true nor false`);
}

/** MCC and MNC must be strings: as numbers they have lost their zeros (262-01 is not 262-1). */
function code(f: Fields, name: string, pattern: RegExp): string | null {
  const value = f[name];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' || !pattern.test(value))
    throw new FieldFault('bad_field', `${name} is no string of digits as in ITU-T E.212`);
  return value;
}

function country(f: Fields, name: string): string | null {
  const value = text(f, name, 2);
  if (value === null) return null;
  if (!/^[A-Za-z]{2}$/.test(value)) throw new FieldFault('bad_field', `${name} is no ISO 3166-1 alpha-2 code`);
  return value.toUpperCase();
}

function encoding(f: Fields): 'gsm7' | 'ucs2' | 'binary' | null {
  const value = text(f, 'encoding', 16);
  if (value === null || value === 'gsm7' || value === 'ucs2' || value === 'binary') return value;
  throw new FieldFault('bad_field', 'encoding is none of gsm7, ucs2, binary');
}

function ported(f: Fields): PortedNetwork | null {
  const value = f['ported'];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'object' || Array.isArray(value)) throw new FieldFault('bad_field', 'ported is no object');
  const p = value as Fields;
  return {
    mcc: code(p, 'mcc', /^\d{3}$/),
    mnc: code(p, 'mnc', /^\d{2,3}$/),
    country: country(p, 'country'),
    at: text(p, 'at', 40),
    by: text(p, 'by', NAME_CHARS) ?? 'gateway',
  };
}

function udh(f: Fields): Concatenation | null {
  const value = f['udh'];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') {
    const header = parseUdh(value);
    if (header === null) throw new FieldFault('bad_field', 'udh is no user data header in hex');
    return header.concatenation;
  }
  if (typeof value !== 'object' || Array.isArray(value))
    throw new FieldFault('bad_field', 'udh is neither hex nor an object');
  const u = value as Fields;
  const ref = int(u, 'ref', 0, 65_535);
  const part = int(u, 'part', 1, 255);
  const total = int(u, 'total', 1, 255);
  if (ref === null || part === null || total === null || part > total) {
    throw new FieldFault('bad_field', 'udh needs ref, part and total, part not above total');
  }
  return { ref, part, total };
}
