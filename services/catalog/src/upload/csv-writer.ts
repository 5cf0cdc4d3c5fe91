import { NUMBER_COLUMNS, RATE_COLUMNS, rateCells } from '@ratestream/catalog';
import type { NumberRow, RateChunk } from '@ratestream/events';

/** Characters with which a spreadsheet takes a cell for a formula. */
const FORMULA_START = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\n\r]/;

/** One cell that no spreadsheet executes: a quote mark is put before text that looks like a formula. */
export function csvCell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = typeof value !== 'number' && FORMULA_START.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The rows of a version as the CSV that an upload takes, chunk by chunk. */
export async function* ratesCsv(chunks: AsyncIterable<RateChunk>): AsyncGenerator<string> {
  yield line(RATE_COLUMNS);
  for await (const { rates } of chunks) yield rates.map((row) => line(rateCells(row))).join('');
}

export async function* numbersCsv(chunks: AsyncIterable<RateChunk>): AsyncGenerator<string> {
  yield line(NUMBER_COLUMNS);
  for await (const { numbers } of chunks) yield numbers.map(numberLine).join('');
}

function numberLine({ prefix, country, mcc, mnc, operator }: NumberRow): string {
  return line([prefix, country, mcc, mnc, operator]);
}

function line(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}
