import { createHash } from 'node:crypto';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RawRow } from '@ratestream/catalog';
import { invalid, ProblemError } from '@ratestream/http';
import { CsvError, parse } from 'csv-parse';

export interface CsvLimits {
  maxBytes: number;
  maxRows: number;
}

export interface CsvSheet {
  columns: readonly string[];
  required: string;
}

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

/** Longer than any honest row; an open quote cannot swallow the rest of the file into memory. */
const MAX_RECORD_BYTES = 16_384;

/**
 * Reads a CSV as it arrives, row by row, and never holds the text whole.
 *
 * In      UTF-8 with a header line; `trafficClass` and `traffic_class` are the same column
 * Out     calls onRow(line, row) or onFault(line, …) once for each row; SHA-256 of the bytes, hex
 * Errors  422 for a header that cannot be used or broken quoting (nothing after it can be trusted), 413 over a limit
 */
export async function readCsv(
  input: Readable,
  sheet: CsvSheet,
  limits: CsvLimits,
  onRow: (line: number, raw: RawRow) => void,
  onFault: (line: number, code: string, message: string) => void,
): Promise<string> {
  const hash = createHash('sha256');
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_RECORD_BYTES,
  });
  let header: string[] | null = null;
  let rows = 0;
  const take = ({ record, info }: CsvRecord): void => {
    if (header === null) {
      header = readHeader(record, sheet);
      return;
    }
    if ((rows += 1) > limits.maxRows) throw tooLarge(`more than ${limits.maxRows} rows`);
    if (record.length > header.length)
      onFault(info.lines, 'too_many_cells', `has ${record.length} cells under ${header.length} columns`);
    else onRow(info.lines, rowOf(header, record));
  };
  const meter = metered(hash, limits.maxBytes);
  feed(input, meter);
  try {
    await pipeline(meter, parser, async (records: AsyncIterable<CsvRecord>) => {
      for await (const record of records) take(record);
    });
  } catch (error) {
    // The rest of the body is read and thrown away: destroying it would cut the connection before the answer.
    input.unpipe(meter);
    input.resume();
    if (error instanceof CsvError) throw malformed(error);
    throw error;
  }
  if (header === null) throw invalid([{ code: 'empty', detail: 'There is no header line.' }]);
  return hash.digest('hex');
}

function rowOf(header: readonly string[], record: readonly string[]): RawRow {
  const raw: Record<string, string | undefined> = {};
  for (const [index, column] of header.entries()) raw[column] = record[index];
  return raw;
}

function readHeader(cells: readonly string[], { columns, required }: CsvSheet): string[] {
  const header = cells.map(columnName);
  const faults = header.flatMap((column, index) => {
    if (!columns.includes(column))
      return [{ code: 'unknown_column', detail: `"${column.slice(0, 60)}" is none of ${columns.join(', ')}.` }];
    return header.indexOf(column) < index ? [{ code: 'repeated_column', detail: `"${column}" is there twice.` }] : [];
  });
  if (!header.includes(required))
    faults.push({ code: 'missing_column', detail: `The column "${required}" is needed.` });
  if (faults.length > 0) throw invalid(faults);
  return header;
}

/** `trafficClass`, `Traffic Class` and `traffic_class` are one column. */
export function columnName(text: string): string {
  return text
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
}

function feed(input: Readable, meter: Transform): void {
  input.once('error', (error) => meter.destroy(error));
  input.once('close', () => {
    if (!input.readableEnded) meter.destroy(new ProblemError(400, 'aborted', 'The body ended early.'));
  });
  input.pipe(meter);
}

function metered(hash: ReturnType<typeof createHash>, maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      if (bytes > maxBytes) done(tooLarge(`more than ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
}

function tooLarge(what: string): ProblemError {
  return new ProblemError(413, 'body_too_large', `The sheet has ${what}; split it, or raise the limit.`);
}

function malformed(error: CsvError): ProblemError {
  const line = (error as { lines?: unknown }).lines;
  return new ProblemError(422, 'csv_malformed', `The CSV cannot be read from line ${String(line)} on: ${error.code}.`, [
    { code: 'csv_malformed', detail: error.message.slice(0, 300), pointer: `/lines/${String(line)}` },
  ]);
}
