import { columnLetter, type CellFault, type SheetRow } from '../model.js';
import type { Layout } from './header.js';

/** The cells of the row that is read now, by what the mapping takes them for, and what is wrong with them. */
export class Cells {
  faults: CellFault[] = [];
  private cells: readonly string[] = [];
  private formulas: ReadonlySet<number> | undefined;

  constructor(private readonly layout: Layout) {}

  begin({ cells, formulas }: SheetRow): void {
    this.cells = cells;
    this.formulas = formulas;
    this.faults = [];
  }

  has(field: string): boolean {
    return this.layout.columns.has(field);
  }

  text(field: string): string {
    const at = this.layout.columns.get(field);
    if (at === undefined) return '';
    const text = this.cells[at]?.trim() ?? '';
    const first = text.charCodeAt(0);
    // '=' and '@': what a spreadsheet would execute; a workbook says it of the cell itself.
    if (this.formulas?.has(at) === true || first === 61 || first === 64) {
      this.fault(field, 'formula', 'is a formula, whose value nobody has seen; paste values');
      return '';
    }
    return text;
  }

  fault(field: string | null, code: string, message: string): void {
    // A formula reads as nothing; that nothing is there is no second fault.
    if (this.faults.some((known) => known.code === 'formula' && known.field === field)) return;
    const at = field === null ? undefined : this.layout.columns.get(field);
    this.faults.push({ column: at === undefined ? null : columnLetter(at), field: field ?? '', code, message });
  }
}
