import type { RateRow } from '@ratestream/events';
import type { SheetMapping } from '../mapping.js';
import type { SheetWriter } from './sheet-cells.js';

/** Characters with which a spreadsheet takes a cell for a formula. A price or MNC never begins with one. */
const FORMULA_START = /^[=+\-@\t\r]/;

/** The sheet as CSV, in pieces. */
export async function* writeCsv(
  writer: SheetWriter,
  rates: AsyncIterable<readonly RateRow[]>,
  mapping: SheetMapping,
): AsyncGenerator<string> {
  const delimiter = mapping.delimiter === 'auto' ? (mapping.decimal === ',' ? ';' : ',') : mapping.delimiter;
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell) => quoted(cell, delimiter)).join(delimiter)}\n`;
  for (const row of writer.before) yield line(row);
  for await (const rows of writer.rows(rates)) yield rows.map(line).join('');
}

function quoted(text: string, delimiter: string): string {
  const safe = FORMULA_START.test(text) ? `'${text}` : text;
  return safe.includes(delimiter) || /["\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
