import { PassThrough, Readable } from 'node:stream';
import exceljs from 'exceljs';

/** A table for people: names of columns and rows of texts; null is an empty cell. */
export interface Table {
  name: string;
  columns: readonly string[];
  rows: Iterable<readonly (string | null)[]> | AsyncIterable<readonly (string | null)[]>;
}

/** Characters with which a spreadsheet takes a cell for a formula. */
const FORMULA_START = /^[=+\-@\t\r]/;
/** Prices, differences and percents begin with a sign and are no formulas. */
const NUMBER = /^-?\d+(\.\d+)?$/;
const LINES_A_PIECE = 1_000;
/** What a workbook does not take in the name of a sheet. */
const NOT_IN_NAMES = /[*?:\\/[\]]/g;
const MAX_NAME = 31;

/**
 * Writes a table as CSV or as a workbook, streamed.
 *
 * Never   a cell that a spreadsheet executes: a quote mark is put before what looks like a formula. Cells of a workbook
 *         are texts, prices too: a number would be a double, and MNCs would lose their zeros
 */
export function writeTable(table: Table, format: 'csv' | 'xlsx'): Readable {
  return format === 'csv' ? Readable.from(csvOf(table)) : workbookOf(table);
}

async function* csvOf({ columns, rows }: Table): AsyncGenerator<string> {
  let piece = line(columns);
  let lines = 0;
  for await (const row of rows) {
    piece += line(row);
    if ((lines += 1) % LINES_A_PIECE !== 0) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function workbookOf({ name, columns, rows }: Table): Readable {
  const stream = new PassThrough();
  const workbook = new exceljs.stream.xlsx.WorkbookWriter({ stream, useStyles: false, useSharedStrings: false });
  const sheet = workbook.addWorksheet(name.replaceAll(NOT_IN_NAMES, '_').slice(0, MAX_NAME));
  const write = async (): Promise<void> => {
    sheet.addRow(columns.map(harmless)).commit();
    for await (const row of rows) sheet.addRow(row.map(harmless)).commit();
    sheet.commit();
    await workbook.commit();
  };
  write().catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  return stream;
}

function line(cells: readonly (string | null)[]): string {
  return `${cells.map(quoted).join(',')}\n`;
}

function quoted(cell: string | null): string {
  const text = harmless(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function harmless(cell: string | null): string {
  const text = cell ?? '';
  return FORMULA_START.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}
