import { isUtf8 } from 'node:buffer';
import { parseCanonicalCsv } from './canonical-csv.js';
import { parseCanonicalJson } from './canonical-json.js';
import { sliceJsonArray } from './json-array.js';
import { parseKannelLine } from './kannel-access-log.js';
import type { CdrFaultCode, CdrVerdict } from './record.js';

export type RecordFormat = 'canonical-json' | 'canonical-csv' | 'kannel-access-log';

/** One line (row, element) of a raw record, with its own verdict. */
export interface CdrLine {
  /** 1-based; rows of CSV name the line they begin on, elements of an array their place */
  readonly line: number;
  readonly text: string;
  readonly verdict: CdrVerdict;
}

export interface RecordLimits {
  readonly bytes: number;
  readonly lines: number;
  readonly lineChars: number;
}

/** What one record of a topic may hold. */
export const RECORD_LIMITS: RecordLimits = { bytes: 1_048_576, lines: 10_000, lineChars: 65_536 };

/**
 * Reads the bytes of one raw record: one line or many.
 *
 * In      format: what the source writes; columns: names of CSV cells where no header line comes with them
 * Out     one verdict a line; blank lines are none; a record without any line is one fault. Canonical JSON may be one
 *         object, NDJSON, or an array; Kannel's log may hold Latin-1.
 * Never   throws on content
 */
export function readRecords(
  value: Buffer | null,
  format: RecordFormat,
  columns: readonly string[] | null = null,
  limits: RecordLimits = RECORD_LIMITS,
): CdrLine[] {
  if (value === null || value.length === 0) return whole('', 'empty', 'no value');
  if (value.length > limits.bytes) {
    return whole(head(value), 'oversized', `${value.length} bytes, at most ${limits.bytes}`);
  }
  const utf8 = isUtf8(value);
  if (!utf8 && format !== 'kannel-access-log') return whole(head(value), 'bad_encoding', 'not UTF-8');
  const text = utf8 ? value.toString('utf8') : value.toString('latin1');
  const lines = linesOf(text.charCodeAt(0) === BOM ? text.slice(1) : text, format, columns, limits);
  if (lines.length > limits.lines)
    return whole(text.slice(0, 4096), 'too_many_lines', `more than ${limits.lines} lines`);
  return lines.length === 0 ? whole('', 'empty', 'no line') : lines;
}

const BOM = 0xfeff;

function linesOf(
  text: string,
  format: RecordFormat,
  columns: readonly string[] | null,
  limits: RecordLimits,
): CdrLine[] {
  if (format === 'canonical-csv') return parseCanonicalCsv(text, columns);
  if (format === 'kannel-access-log') return split(text, parseKannelLine, limits);
  const first = text.charCodeAt(0);
  if (first === 91 || (first <= 32 && text.trimStart().startsWith('['))) return elements(text, limits);
  if (first === 123 && /^\{\s*\n/.test(text)) return [{ line: 1, text, verdict: parseCanonicalJson(text) }];
  return split(text, parseCanonicalJson, limits);
}

function elements(text: string, limits: RecordLimits): CdrLine[] {
  const slices = sliceJsonArray(text);
  if (slices === null) return whole(text.slice(0, limits.lineChars), 'malformed', 'not a JSON array');
  return slices.map((slice, i) => ({ line: i + 1, text: slice, verdict: bounded(slice, parseCanonicalJson, limits) }));
}

function split(text: string, parse: (line: string) => CdrVerdict, limits: RecordLimits): CdrLine[] {
  const lines: CdrLine[] = [];
  let line = 0;
  for (let at = 0; at < text.length;) {
    line += 1;
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const trimmedEnd = end > at && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    const one = at === 0 && trimmedEnd === text.length ? text : text.slice(at, trimmedEnd);
    if (one.length > 0 && one.trim() !== '') lines.push({ line, text: one, verdict: bounded(one, parse, limits) });
    at = end + 1;
    if (lines.length > limits.lines) break;
  }
  return lines;
}

function bounded(text: string, parse: (line: string) => CdrVerdict, limits: RecordLimits): CdrVerdict {
  if (text.length > limits.lineChars) {
    return { fault: 'oversized', message: `${text.length} characters in a line, at most ${limits.lineChars}` };
  }
  return parse(text);
}

function whole(text: string, fault: CdrFaultCode, message: string): CdrLine[] {
  return [{ line: 1, text, verdict: { fault, message } }];
}

/** The first bytes as they are, for a person to look at. */
function head(value: Buffer): string {
  return value.subarray(0, 4096).toString('latin1');
}
