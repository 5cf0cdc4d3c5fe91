import { blankRecord, type CdrFault, type CdrRecord, type CdrVerdict, type UsageEventName } from './record.js';
import { parseSmppReceipt } from './receipt.js';
import { type ReceiptStatus, statusOfMask } from './status.js';
import { parseUdh } from './udh.js';

/** What bearerbox writes before the fields, and the event it stands for; null: told by the receipt. */
const VERBS: ReadonlyMap<string, UsageEventName | null> = new Map<string, UsageEventName | null>([
  ['Sent SMS', 'submitted'],
  ['FAILED Send SMS', 'submit_rejected'],
  ['DISCARDED Send SMS', 'submit_rejected'],
  ['Receive SMS', 'received'],
  ['Receive DLR', null],
]);
const TIME = /(?:^|\s)(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}) /;
/** A syslog prefix is short; a text must not pass for the time of its line. */
const PREFIX_CHARS = 160;
const NIL_ID = '00000000-0000-0000-0000-000000000000';

const malformed = (message: string): CdrFault => ({ fault: 'malformed', message });
const LOG_MARK: CdrFault = { fault: 'not_a_record', message: 'a line of the log that is about no message' };

/**
 * Reads one line of Kannel's bearerbox access log.
 *
 * In      the line, with or without a syslog prefix, in the default format or with `[ID:%I]`
 * Out     `Sent SMS` is submitted (attempt 1), `FAILED Send SMS` submit_rejected, `Receive SMS` received, `Receive DLR`
 *         what its receipt says, else its DLR type, else unknown. The id of a DLR line is the line's own: bearerbox
 *         gives a receipt a new one, so a receipt finds its message by FID.
 * Errors  as values: a field twice (a sender that forges the next field), no time, no recipient, a broken header
 * Source  Kannel 1.4.5 user guide, "Log files"; gw/bb_smscconn.c
 * Example '2012-07-10 17:22:10 Sent SMS [SMSC:m] … [to:22363710077] [flags:-1:2:-1:-1:-1] [msg:14:0064…005D] [udh:0:]'
 *         → submitted, ucs2, 7 characters
 */
export function parseKannelLine(line: string): CdrVerdict {
  const time = TIME.exec(line.length > PREFIX_CHARS ? line.slice(0, PREFIX_CHARS) : line);
  if (time === null) return malformed('no time at the start of the line');
  const from = time.index + time[0].length;
  const open = line.indexOf('[', from);
  if (open < 0) return LOG_MARK;
  const verb = line.slice(from, open).trim();
  const event = VERBS.get(verb);
  if (event === undefined) return { fault: 'not_a_record', message: 'a line that stands for no usage event' };
  const fields = readFields(line, open);
  if (typeof fields === 'string') return malformed(fields);
  return event === null ? receipt(fields, time[1] as string) : message(fields, time[1] as string, event);
}

interface KannelFields {
  smsc: string | null;
  service: string | null;
  account: string | null;
  billing: string | null;
  id: string | null;
  foreignId: string | null;
  from: string | null;
  to: string | null;
  /** message class, coding, MWI, compression, DLR mask */
  flags: number[] | null;
  length: number;
  body: string;
  udh: string;
}

type FieldName = Exclude<keyof KannelFields, 'flags' | 'length' | 'body' | 'udh'>;
const NAMES: ReadonlyMap<string, FieldName> = new Map<string, FieldName>([
  ['SMSC', 'smsc'],
  ['SVC', 'service'],
  ['ACT', 'account'],
  ['BINF', 'billing'],
  ['ID', 'id'],
  ['FID', 'foreignId'],
  ['from', 'from'],
  ['to', 'to'],
]);

/** The fields of a line, or what is wrong with it. */
function readFields(line: string, open: number): KannelFields | string {
  const fields: KannelFields = {
    smsc: null,
    service: null,
    account: null,
    billing: null,
    id: null,
    foreignId: null,
    from: null,
    to: null,
    flags: null,
    length: -1,
    body: '',
    udh: '',
  };
  let seen = 0;
  for (let at = open; at >= 0 && at < line.length && line.charCodeAt(at) === BRACKET;) {
    const colon = line.indexOf(':', at);
    if (colon < 0) return 'a field without a colon';
    const name = line.slice(at + 1, colon);
    if (name === 'msg') return withBody(line, colon, fields);
    let end = line.indexOf('] [', colon);
    if (end < 0) end = line.lastIndexOf(']');
    if (end < colon) return 'a field that does not end';
    const value = line.slice(colon + 1, end);
    if (name === 'flags') {
      if (fields.flags !== null) return 'the field flags twice';
      fields.flags = value.split(':').map(Number);
    } else {
      const known = NAMES.get(name);
      if (known !== undefined) {
        const bit = 1 << ORDER.indexOf(known);
        if ((seen & bit) !== 0) return `the field ${name} twice`;
        seen |= bit;
        if (value.length > 255 || CONTROL.test(value))
          return `the field ${name} is too long or has a control character`;
        if (value !== '') fields[known] = value;
      }
    }
    at = line.charCodeAt(end + 1) === 32 ? end + 2 : -1;
  }
  return 'no msg field: the line is cut off';
}

const BRACKET = 91;
const CLOSING = 93;
const ORDER = [...NAMES.values()];
// Spelled as text: control characters are what is looked for.
const CONTROL = new RegExp('[\\u0000-\\u001f\\u007f]');

/** The body is anything, brackets included: it ends at the last header field, or at the end of the line. */
function withBody(line: string, colon: number, fields: KannelFields): KannelFields | string {
  const second = line.indexOf(':', colon + 1);
  const length = second < 0 ? NaN : Number(line.slice(colon + 1, second));
  if (!Number.isInteger(length) || length < 0) return 'msg has no length';
  const udhAt = line.lastIndexOf('] [udh:');
  const last = line.trimEnd().length - 1;
  const end = udhAt >= second ? udhAt : line.charCodeAt(last) === CLOSING ? last : -1;
  if (end <= second) return 'msg does not end: the line is cut off';
  fields.length = length;
  fields.body = line.slice(second + 1, end);
  if (udhAt >= second) {
    const close = line.indexOf(']', udhAt + 7);
    const inner = line.indexOf(':', udhAt + 7);
    if (close < 0 || inner < 0 || inner > close) return 'udh does not end: the line is cut off';
    fields.udh = line.slice(inner + 1, close);
  }
  return fields;
}

/** What messages and receipts have in common. */
function common(fields: KannelFields, time: string, event: UsageEventName): CdrRecord {
  const record = blankRecord(event);
  record.at = time;
  record.account = fields.account;
  record.systemId = fields.service;
  record.clientRef = fields.billing;
  record.connection = fields.smsc;
  record.supplierMessageId = fields.foreignId;
  record.from = fields.from;
  record.to = fields.to;
  return record;
}

function message(fields: KannelFields, time: string, event: UsageEventName): CdrVerdict {
  if (fields.to === null) return { fault: 'missing_field', message: 'to is empty' };
  const record = common(fields, time, event);
  record.gatewayMessageId = fields.id === NIL_ID ? null : fields.id;
  record.direction = event === 'received' ? 'mo' : 'mt';
  record.attempt = event === 'received' ? 0 : 1;
  if (fields.udh !== '') {
    const header = parseUdh(fields.udh);
    if (header === null) return malformed('udh is no user data header');
    record.udh = header.concatenation;
  }
  const mask = fields.flags?.[4];
  if (mask !== undefined && mask >= 0) record.dlrRequested = mask > 0;
  readBody(fields, record);
  return record;
}

function receipt(fields: KannelFields, time: string): CdrVerdict {
  const said = parseSmppReceipt(fields.body);
  const mask = fields.flags?.[4];
  const masked: ReceiptStatus | null = mask === undefined ? null : statusOfMask(mask);
  const status = said !== null && said.rawStatus !== null ? said.status : masked;
  const record = common(fields, time, status?.event ?? 'unknown');
  record.ownRecordId = fields.id === NIL_ID ? null : fields.id;
  record.supplierMessageId ??= said?.supplierMessageId ?? null;
  record.status = status?.status ?? null;
  record.rawStatus = said?.rawStatus ?? (masked === null ? null : String(mask));
  record.errorCode = said?.errorCode ?? null;
  return record;
}

/** Octets are written as hex: two digits for each that the length counts. Text is written as it is, or masked. */
function readBody(fields: KannelFields, record: CdrRecord): void {
  const { body, length } = fields;
  const coding = fields.flags?.[1];
  if (length > 0 && body.length === 2 * length && /^[0-9A-Fa-f]+$/.test(body)) {
    const wide = coding === 2 || (coding !== 1 && length % 2 === 0);
    record.encoding = wide ? 'ucs2' : 'binary';
    record.text = wide ? Buffer.from(body, 'hex').swap16().toString('utf16le') : null;
    record.textLength = wide ? length / 2 : length;
    return;
  }
  if (coding === 0) record.encoding = 'gsm7';
  else if (coding === 1) record.encoding = 'binary';
  else if (coding === 2) record.encoding = 'ucs2';
  // Bearerbox counts octets and prints one character for each: another length means that somebody masked the text.
  if (body.length === length || Buffer.byteLength(body) === length) {
    record.text = body;
    record.textLength = body.length;
  } else record.textLength = coding === 2 ? length >> 1 : length;
}
