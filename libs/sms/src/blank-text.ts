import { isFault, type CdrVerdict } from './record.js';
import type { RecordFormat } from './read-records.js';

/** Canonical fields that carry no content: what is kept of a reject. Everything else is blanked. */
const KEPT = new Set([
  'id',
  'event',
  'attempt',
  'part',
  'parts',
  'account',
  'systemId',
  'clientRef',
  'authorizationId',
  'at',
  'acceptedAt',
  'scheduledAt',
  'submittedAt',
  'doneAt',
  'from',
  'senderType',
  'originCountry',
  'to',
  'mcc',
  'mnc',
  'country',
  'trafficClass',
  'encoding',
  'dcs',
  'udh',
  'textLength',
  'supplier',
  'connection',
  'route',
  'supplierMessageId',
  'status',
  'rawStatus',
  'errorCode',
  'dlrRequested',
  'direction',
]);
const KEPT_CHARS = 128;
const BLANK = '…';

/**
 * A raw line as a reject may show it: the content of the message is blanked.
 *
 * In      verdict: of this line; format: of its source, null when the source is unknown
 * Out     what is known to be no content stays. Where the shape is not known (malformed, unknown source), every letter
 *         and digit becomes `x`, so that a person sees the shape and nobody reads a text.
 */
export function blankText(line: string, format: RecordFormat | null, verdict: CdrVerdict): string {
  if (format === 'canonical-json') return blankJson(line) ?? masked(line);
  if (format === 'kannel-access-log') return blankKannel(line) ?? masked(line);
  if (format === 'canonical-csv' && !isFault(verdict)) return blankCells(verdict);
  return masked(line);
}

function blankJson(line: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const kept: Record<string, unknown> = {};
  let others = 0;
  for (const [name, field] of Object.entries(value)) {
    if (!KEPT.has(name)) {
      if (name === 'text') kept[name] = BLANK;
      else others += 1;
    } else if (typeof field === 'string')
      kept[name] = field.length > KEPT_CHARS ? field.slice(0, KEPT_CHARS) + BLANK : field;
    else kept[name] = typeof field === 'object' && field !== null ? BLANK : field;
  }
  if (others > 0) kept['otherFields'] = others;
  return JSON.stringify(kept);
}

/** From `[msg:` to the header behind it. */
function blankKannel(line: string): string | null {
  const open = line.indexOf('[msg:');
  if (open < 0) return /\[(SMSC|FID|to):/.test(line) ? line.slice(0, 512) : null;
  const length = /^\d{0,9}/.exec(line.slice(open + 5, open + 15))?.[0] ?? '';
  const udh = line.lastIndexOf('] [udh:');
  return `${line.slice(0, open)}[msg:${length}:${BLANK}${udh > open ? line.slice(udh) : ''}`;
}

/** A row whose cells were understood is shown as the object it stands for. */
function blankCells(verdict: CdrVerdict): string {
  const record: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(verdict)) {
    if (value !== null) record[name] = name === 'text' ? BLANK : value;
  }
  return JSON.stringify(record);
}

function masked(line: string): string {
  return line.slice(0, 1024).replace(/[\p{L}\p{N}]/gu, 'x');
}
