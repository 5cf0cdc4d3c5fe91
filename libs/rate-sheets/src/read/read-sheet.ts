import type { SheetMapping } from '../mapping.js';
import { SheetError, type SheetRow } from '../model.js';
import { readCsvSheet } from './csv-sheet.js';
import { SHEET_LIMITS, type SheetLimits } from './limits.js';
import { readXlsxSheet, type MergedRange } from './xlsx-sheet.js';

export type SheetFormat = 'csv' | 'xlsx';

export interface SheetReading {
  format: SheetFormat;
  /** Rows in batches, blank ones included. */
  rows: AsyncIterable<SheetRow[]>;
  /** Complete when the rows have ended. */
  merges: MergedRange[];
}

/** Reads a file by what it begins with, whatever it is called. Errors: SheetError, also while the rows are read. */
export function readSheet(bytes: Buffer, mapping: SheetMapping, limits: SheetLimits = SHEET_LIMITS): SheetReading {
  const merges: MergedRange[] = [];
  switch (bytes.subarray(0, 4).toString('hex')) {
    case '504b0304':
      return { format: 'xlsx', rows: readXlsxSheet(bytes, mapping.sheet, limits, merges), merges };
    case 'd0cf11e0':
      throw new SheetError(
        'xls_not_supported',
        'this is a workbook of the old .xls kind, or protected: save it as .xlsx',
      );
    case '25504446':
      throw new SheetError('not_a_sheet', 'this is a PDF');
    case '1f8b0800':
      throw new SheetError('not_a_sheet', 'this is a gzip: send the file that is in it');
    default:
      return { format: 'csv', rows: readCsvSheet(bytes, mapping, limits), merges };
  }
}
