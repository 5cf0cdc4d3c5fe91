import { Readable } from 'node:stream';
import { invalid } from '@ratestream/http';
import { sheetWriter, writeCsv, writeXlsx, type SheetMapping } from '@ratestream/rate-sheets';
import type { RateRow } from '@ratestream/events';

export interface ExportedSheet {
  mapping: SheetMapping;
  header: readonly string[];
  currency: string;
  effectiveFrom: number;
  rates: AsyncGenerator<readonly RateRow[]>;
}

export const SHEET_TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;

/** The sheet as bytes. Errors: 422 where the layout cannot say one of the first rates; a later one ends the stream. */
export async function exportSheet(sheet: ExportedSheet, format: keyof typeof SHEET_TYPES): Promise<Readable> {
  const writer = sheetWriter(sheet);
  const first = await sheet.rates.next();
  const head: readonly RateRow[] = first.done === true ? [] : first.value;
  try {
    for (const rate of head) writer.cells(rate);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid([{ parameter: 'mapping', code: 'layout_too_narrow', detail: error.message }]);
  }
  const rates = withHead(head, sheet.rates);
  return format === 'csv'
    ? Readable.from(writeCsv(writer, rates, sheet.mapping))
    : writeXlsx(writer, rates, sheet.mapping);
}

async function* withHead(
  head: readonly RateRow[],
  rest: AsyncGenerator<readonly RateRow[]>,
): AsyncGenerator<readonly RateRow[]> {
  yield head;
  yield* rest;
}
