import type { RawRow, RowFault, RowResult } from './row-fault.js';

/** A row that was not taken, with all that is wrong with it. */
export interface RefusedRow {
  /** Line in the file, counted from 1; in a JSON array the index + 1. */
  line: number;
  faults: RowFault[];
}

/**
 * Collects the rows of an upload: good ones in order, refused ones with line and reasons. Every row ends in one of the two.
 * A key that came before is refused and names the line that had it.
 */
export class RowSheet<T> {
  readonly rows: T[] = [];
  readonly refused: RefusedRow[] = [];
  private readonly lineOfKey = new Map<string, number>();

  constructor(
    private readonly parse: (raw: RawRow) => RowResult<T>,
    private readonly keyOf: (row: T) => string,
    private readonly keyField: string,
  ) {}

  add(line: number, raw: RawRow): void {
    const { row, faults } = this.parse(raw);
    if (faults !== undefined) {
      this.refused.push({ line, faults });
      return;
    }
    const key = this.keyOf(row);
    const first = this.lineOfKey.get(key);
    if (first !== undefined) {
      this.refused.push({
        line,
        faults: [{ field: this.keyField, code: 'duplicate_key', message: `"${key}" is on line ${first} already` }],
      });
      return;
    }
    this.lineOfKey.set(key, line);
    this.rows.push(row);
  }

  /** A line that could not even be read as a row. */
  refuse(line: number, code: string, message: string): void {
    this.refused.push({ line, faults: [{ field: '', code, message }] });
  }
}
