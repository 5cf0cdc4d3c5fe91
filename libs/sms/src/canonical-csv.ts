import { type CsvErrorCode, parse } from 'csv-parse/sync';
import { readCanonical } from './canonical-json.js';
import type { CdrVerdict } from './record.js';

/** A row and the line it began on. */
export interface CsvRow {
  /** 1-based line in the record */
  readonly line: number;
  readonly text: string;
  readonly verdict: CdrVerdict;
}

interface ParsedRow {
  record: string[];
  raw: string;
  info: { lines: number };
}

/**
 * Reads canonical CSV (RFC 4180, comma). Columns are named as the fields of canonical JSON, `ported.mcc` for a nested one.
 *
 * In      columns: names where the text has no header line; a first line with the cell `event` is one
 * Out     one verdict a row; what follows a quote that never closes is one malformed row
 */
export function parseCanonicalCsv(text: string, columns: readonly string[] | null): CsvRow[] {
  const rows: CsvRow[] = [];
  let names = columns;
  let lineBefore = 0;
  for (const { record, raw, lines } of cells(text, rows)) {
    const line = lineBefore + 1;
    lineBefore = lines;
    const row = raw.replace(/\r?\n$/, '');
    if (record.length === 1 && record[0] === '') continue;
    if (record.includes('event') && record.every((cell) => /^[A-Za-z.]*$/.test(cell))) {
      names = record;
      continue;
    }
    rows.push({ line, text: row, verdict: names === null ? NO_HEADER : verdictOf(names, record) });
  }
  return rows.sort((a, b) => a.line - b.line);
}

const NO_HEADER: CdrVerdict = {
  fault: 'malformed',
  message: 'no header line with the column event, and no header columns',
};

function cells(text: string, faults: CsvRow[]): { record: string[]; raw: string; lines: number }[] {
  const options = {
    relax_column_count: true,
    relax_quotes: false,
    skip_records_with_error: true,
    info: true,
    raw: true,
    bom: true,
    max_record_size: 65_536,
    on_skip(error: { code: CsvErrorCode; lines?: number } | undefined, raw: string | undefined) {
      faults.push({
        line: error?.lines ?? 1,
        text: (raw ?? '').slice(0, 65_536),
        verdict: { fault: 'malformed', message: `not CSV: ${error?.code ?? 'unreadable'}` },
      });
      return undefined;
    },
  };
  try {
    const rows = parse(text, options as object) as unknown as ParsedRow[];
    return rows.map(({ record, raw, info }) => ({ record, raw, lines: info.lines }));
  } catch {
    faults.push({ line: 1, text: text.slice(0, 65_536), verdict: { fault: 'malformed', message: 'not CSV' } });
    return [];
  }
}

function verdictOf(names: readonly string[], row: readonly string[]): CdrVerdict {
  if (row.length !== names.length) {
    return { fault: 'malformed', message: `${row.length} cells for ${names.length} columns` };
  }
  const fields: Record<string, unknown> = {};
  let ported: Record<string, unknown> | null = null;
  let udh: Record<string, unknown> | null = null;
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const cell = row[i] as string;
    if (cell === '') continue;
    if (name.startsWith('ported.')) (ported ??= {})[name.slice(7)] = cell;
    else if (name.startsWith('udh.')) (udh ??= {})[name.slice(4)] = cell;
    else fields[name] = cell;
  }
  if (ported !== null) fields['ported'] = ported;
  if (udh !== null) fields['udh'] = udh;
  return readCanonical(fields);
}
