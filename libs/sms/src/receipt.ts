import { type ReceiptStatus, statusOfStat } from './status.js';

/** What the text of a delivery receipt says. Its times are local to somewhere and often to the minute: evidence only. */
export interface SmppReceipt {
  readonly supplierMessageId: string | null;
  readonly status: ReceiptStatus;
  readonly rawStatus: string | null;
  readonly errorCode: string | null;
  readonly submitted: number | null;
  readonly delivered: number | null;
  /** As written: YYMMDDhhmm or YYMMDDhhmmss. */
  readonly submitDate: string | null;
  readonly doneDate: string | null;
}

/** One field: its name, a colon, and what stands before the next name. `text` is last and takes the rest. */
const FIELD = /(?:^|[\s,])(id|sub|dlvrd|submit date|done date|stat|err):\s*([^\s,]*)/giy;
const TEXT_STARTS = /(?:^|[\s,])text:/i;
/** UCP style: status, done, submitted, …, recipient, …, message id. */
const UCP = /^(\d{2}),(\d{10,12}),(\d{10,12}),([^,]{0,64}),(\d{0,20}),([^,]{0,64}),([^,]{1,64})$/;
const LONGEST = 1024;

/**
 * Reads the text of an SMPP delivery receipt.
 *
 * In      any of the dialects in use: fields in any order and case, any of them missing, ids in hex, decimal or as
 *         UUID, comma-separated UCP notifications
 * Out     null when it is no receipt: neither an id nor a status is in it. A status nobody knows is `unknown`, with
 *         the word beside it.
 * Source  SMPP 3.4 appendix B
 * Example 'id:0178611321 sub:001 dlvrd:001 submit date:1507061458 done date:1507061458 stat:DELIVRD err:000 text:.'
 *         → supplierMessageId '0178611321', delivered
 */
export function parseSmppReceipt(body: string): SmppReceipt | null {
  const text = body.length > LONGEST ? body.slice(0, LONGEST) : body;
  return readFields(text) ?? readUcp(text.trim());
}

function readFields(text: string): SmppReceipt | null {
  const end = TEXT_STARTS.exec(text)?.index ?? text.length;
  const fields = new Map<string, string>();
  for (let at = 0; at < end;) {
    FIELD.lastIndex = at;
    const found = FIELD.exec(text);
    if (found === null) {
      const next = nextGap(text, at + 1);
      if (next < 0) break;
      at = next;
      continue;
    }
    if (found.index >= end) break;
    const name = (found[1] as string).toLowerCase();
    if (!fields.has(name)) fields.set(name, found[2] as string);
    at = FIELD.lastIndex;
  }
  const id = nonEmpty(fields.get('id'));
  const stat = nonEmpty(fields.get('stat'));
  if (stat === null && (id === null || fields.size < 2)) return null;
  return {
    supplierMessageId: id,
    status: statusOfStat(stat ?? ''),
    rawStatus: stat,
    errorCode: nonEmpty(fields.get('err')),
    submitted: count(fields.get('sub')),
    delivered: count(fields.get('dlvrd')),
    submitDate: date(fields.get('submit date')),
    doneDate: date(fields.get('done date')),
  };
}

function readUcp(text: string): SmppReceipt | null {
  const found = UCP.exec(text);
  if (found === null) return null;
  const [, status, done, submitted, , , , id] = found as unknown as string[];
  const stat = { '00': 'DELIVRD', '01': 'BUFFERED', '02': 'UNDELIV' }[status as string] ?? '';
  return {
    supplierMessageId: id as string,
    status: statusOfStat(stat),
    rawStatus: status as string,
    errorCode: null,
    submitted: null,
    delivered: null,
    submitDate: date(submitted),
    doneDate: date(done),
  };
}

/** Where the next field may begin; only there, so that a long text costs one pass. */
function nextGap(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 32 || code === 44) return i;
  }
  return -1;
}

function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}

function count(value: string | undefined): number | null {
  return value !== undefined && /^\d{1,3}$/.test(value) ? Number(value) : null;
}

function date(value: string | undefined): string | null {
  return value !== undefined && /^\d{10}(\d{2})?$/.test(value) ? value : null;
}
