import { mappedColumns, type SheetMapping } from '../mapping.js';
import { columnLetter, SheetError, type CellFault, type SheetRow } from '../model.js';
import type { MergedRange } from '../read/xlsx-sheet.js';
import { headerKey, type Layout } from './header.js';

/**
 * Refuses a second header below the first: its prices may mean something else.
 *
 * In      whether the row before this one was blank
 * Errors  SheetError with row and column
 */
export function refuseSecondTable({ row, cells }: SheetRow, layout: Layout, blankBefore: boolean): void {
  const { columns, header, headerRow } = layout;
  if (headerRow === 0) return;
  const price = columns.get('price') ?? columns.get('surcharges.0') ?? -1;
  const text = cells[price]?.trim() ?? '';
  if (text === '') return;
  const repeated = headerKey(text) === headerKey(header[price] ?? '');
  const another =
    blankBefore && !/\d/.test(text) && [...columns.values()].filter((at) => /\p{L}/u.test(cells[at] ?? '')).length >= 2;
  if (!repeated && !another) return;
  const column = columnLetter(price);
  throw new SheetError(
    'two_tables',
    `row ${row}, column ${column}: a second table begins here; keep one table a sheet`,
    row,
    column,
  );
}

/** Rows whose value stands in another row of a merged cell, up to the last row. */
export function mergedRows(
  merges: readonly MergedRange[],
  mapping: SheetMapping,
  { columns, headerRow }: Layout,
  last: number,
): Map<number, CellFault> {
  const rows = new Map<number, CellFault>();
  const fields = [...mappedColumns(mapping).keys()];
  for (const { text, fromRow, toRow, fromColumn, toColumn } of merges) {
    const field = fields.find((name) => {
      const at = columns.get(name) ?? -1;
      return at >= fromColumn && at <= toColumn;
    });
    if (field === undefined) continue;
    const fault = {
      column: columnLetter(columns.get(field) as number),
      field,
      code: 'merged_cells',
      message: `${text} is one merged cell: only its first row would have the value`,
    };
    for (let row = Math.max(fromRow, headerRow + 1); row <= Math.min(toRow, last); row += 1) rows.set(row, fault);
  }
  return rows;
}
