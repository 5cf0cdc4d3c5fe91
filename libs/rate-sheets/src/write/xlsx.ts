import { PassThrough, type Readable } from 'node:stream';
import type { RateRow } from '@ratestream/events';
import exceljs from 'exceljs';
import type { SheetMapping } from '../mapping.js';
import type { SheetWriter } from './sheet-cells.js';

/**
 * The sheet as a workbook, streamed: rows are written out as they come and not kept.
 *
 * Every cell is text, prices too: a number would be a double, and MNCs would lose their zeros.
 */
export function writeXlsx(
  writer: SheetWriter,
  rates: AsyncIterable<readonly RateRow[]>,
  mapping: SheetMapping,
): Readable {
  const output = new PassThrough();
  const workbook = new exceljs.stream.xlsx.WorkbookWriter({
    stream: output,
    useStyles: false,
    useSharedStrings: false,
  });
  const sheet = workbook.addWorksheet(typeof mapping.sheet === 'string' ? mapping.sheet : 'Rates');
  const write = async (): Promise<void> => {
    for (const row of writer.before) sheet.addRow(row).commit();
    for await (const rows of writer.rows(rates)) {
      for (const row of rows) sheet.addRow(row).commit();
    }
    sheet.commit();
    await workbook.commit();
  };
  write().catch((error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))));
  return output;
}
