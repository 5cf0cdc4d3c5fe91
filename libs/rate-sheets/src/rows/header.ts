import { mappedColumns, type ColumnRef, type SheetMapping } from '../mapping.js';
import { columnLetter, excerpt, SheetError, type SheetRow } from '../model.js';

const SEARCHED_ROWS = 50;

/** Where each mapped field stands, from 0, and the header as it was written. */
export interface Layout {
  columns: ReadonlyMap<string, number>;
  /** Row of the header; 0 where there is none. */
  headerRow: number;
  header: readonly string[];
}

/** Headers are the same when they differ in case, spaces or line ends only. */
export function headerKey(text: ColumnRef): string {
  return String(text).trim().replace(/\s+/g, ' ').toLowerCase();
}

/**
 * Finds the header while rows come in.
 *
 * Out     `take` answers true while the row lies before the rates; afterwards `layout` is known
 * Errors  SheetError naming every column that is missing or there twice (two tables side by side)
 */
export class HeaderFinder {
  layout: Layout | null = null;
  private readonly wanted: Map<string, ColumnRef>;
  private best: { row: number; missing: string[] } | null = null;
  private seen = 0;
  private skip: number;

  constructor(private readonly mapping: SheetMapping) {
    this.wanted = mappedColumns(mapping);
    this.skip = mapping.skipRows;
    const onlyPositions = [...this.wanted.values()].every((ref) => typeof ref === 'number');
    if (mapping.headerRow === 0) {
      if (!onlyPositions) throw new SheetError('missing_column', 'without a header every column is a position');
      this.layout = { columns: this.resolve([]).columns, headerRow: 0, header: [] };
    }
  }

  take(row: SheetRow): boolean {
    if (this.layout !== null) {
      if (this.skip === 0) return false;
      this.skip -= 1;
      return true;
    }
    const { headerRow } = this.mapping;
    if (headerRow !== undefined && row.row < headerRow) return true;
    const { columns, missing } = this.resolve(row.cells);
    if (missing.length === 0 && row.cells.some((cell) => cell.trim() !== '')) {
      this.refuseRepeated(row);
      this.layout = { columns, headerRow: row.row, header: row.cells.map((cell) => cell.trim()) };
      return true;
    }
    this.seen += 1;
    if (this.best === null || missing.length < this.best.missing.length) this.best = { row: row.row, missing };
    if (headerRow !== undefined || this.seen >= SEARCHED_ROWS) throw this.notFound();
    return true;
  }

  /** The file has ended. */
  notFound(): SheetError {
    if (this.best === null) return new SheetError('empty', 'the sheet is empty', 1, 'A');
    const { row, missing } = this.best;
    const names = missing.map((name) => `"${excerpt(name)}"`).join(', ');
    return new SheetError('missing_column', `row ${row}: the header lacks ${names}`, row, null);
  }

  private resolve(cells: readonly string[]): { columns: Map<string, number>; missing: string[] } {
    const keys = cells.map(headerKey);
    const columns = new Map<string, number>();
    const missing: string[] = [];
    for (const [field, ref] of this.wanted) {
      const at = typeof ref === 'number' ? ref - 1 : keys.indexOf(headerKey(ref));
      if (at < 0) missing.push(String(ref));
      else columns.set(field, at);
    }
    return { columns, missing };
  }

  private refuseRepeated({ row, cells }: SheetRow): void {
    const keys = cells.map(headerKey);
    for (const ref of this.wanted.values()) {
      if (typeof ref !== 'string') continue;
      const again = keys.indexOf(headerKey(ref), keys.indexOf(headerKey(ref)) + 1);
      if (again < 0) continue;
      const column = columnLetter(again);
      throw new SheetError(
        'two_tables',
        `row ${row}, column ${column}: "${excerpt(String(ref))}" is there a second time; map by position, or keep one table`,
        row,
        column,
      );
    }
  }
}
