import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { mappedColumns, type SheetMapping } from '../mapping.js';
import { columnLetter, SheetError, type SheetRow } from '../model.js';
import { headerKey } from '../rows/header.js';
import { decodeText } from './decode-text.js';
import type { SheetLimits } from './limits.js';

const BATCH_ROWS = 1_000;
const DELIMITERS = [',', ';', '\t', '|'] as const;
const SNIFFED_CHARS = 65_536;
const SNIFFED_LINES = 60;

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

/** Reads a CSV in batches of rows, blank ones included. Errors: SheetError with the row where reading ends. */
export async function* readCsvSheet(
  bytes: Buffer,
  mapping: SheetMapping,
  limits: SheetLimits,
): AsyncGenerator<SheetRow[]> {
  const texts = decodeText(bytes, mapping.encoding);
  const first = texts.next();
  const head = first.done === true ? '' : first.value;
  const input = Readable.from(rest(head, texts), { objectMode: true });
  const parser = parse({
    delimiter: mapping.delimiter === 'auto' ? sniffDelimiter(head, mapping) : mapping.delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: false,
    max_record_size: limits.maxCellChars * 4,
  });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  let batch: SheetRow[] = [];
  let endOfLast = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      // A quoted cell may hold line ends: the row begins behind the last one.
      const row = Math.min(endOfLast + 1, info.lines);
      endOfLast = info.lines;
      checkCells(row, record, limits);
      batch.push({ row, cells: record });
      if (batch.length === BATCH_ROWS) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error, endOfLast + 1) : error;
  } finally {
    input.destroy();
  }
  if (batch.length > 0) yield batch;
}

function* rest(head: string, texts: Generator<string>): Generator<string> {
  // A stream takes an empty text for its end.
  if (head !== '') yield head.charCodeAt(0) === 0xfeff ? head.slice(1) : head;
  for (const text of texts) if (text !== '') yield text;
}

function checkCells(row: number, cells: readonly string[], { maxCellChars }: SheetLimits): void {
  const at = cells.findIndex((cell) => cell.length > maxCellChars);
  if (at >= 0) throw tooLong(row, columnLetter(at), maxCellChars);
}

export function tooLong(row: number | null, column: string | null, maxCellChars: number): SheetError {
  const place = row === null ? 'a cell' : `row ${row}, column ${column}`;
  return new SheetError('cell_too_long', `${place}: has more than ${maxCellChars} characters`, row, column);
}

function unreadable(error: CsvError, read: number): SheetError {
  const place = error as { column?: unknown; index?: unknown; lines?: unknown };
  // The parser runs ahead of the rows that were handed over, so its own count goes first.
  const row = typeof place.lines === 'number' ? place.lines : read;
  const index = typeof place.column === 'number' ? place.column : typeof place.index === 'number' ? place.index : 0;
  const column = columnLetter(index);
  const long = error.code === 'CSV_MAX_RECORD_SIZE';
  const message = long ? 'the row is too long: a quote may be open' : `the CSV cannot be read on: ${error.code}`;
  return new SheetError(
    long ? 'cell_too_long' : 'csv_malformed',
    `row ${row}, column ${column}: ${message}`,
    row,
    column,
  );
}

/** The delimiter under which one of the first lines holds most of the mapped headers; of equals the one seen most. */
export function sniffDelimiter(head: string, mapping: SheetMapping): string {
  const wanted = new Set([...mappedColumns(mapping).values()].filter((ref) => typeof ref === 'string').map(headerKey));
  const lines = head.slice(0, SNIFFED_CHARS).split(/\r?\n|\r/, SNIFFED_LINES);
  let best: string = ',';
  let bestScore = -1;
  for (const delimiter of DELIMITERS) {
    let score = 0;
    for (const line of lines) {
      const cells = line.split(delimiter);
      const names = cells.filter((cell) => wanted.has(headerKey(cell.replaceAll('"', '')))).length;
      score = Math.max(score, names * 1_000 + Math.min(999, cells.length));
    }
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}
