import { columnLetter, SheetError, type SheetRow } from '../model.js';
import { tooLong } from './csv-sheet.js';
import type { SheetLimits } from './limits.js';
import { XlsxArchive } from './xlsx-archive.js';
import { openWorkbook, type Workbook } from './xlsx-workbook.js';
import { parseXml } from './xml-part.js';

/** Several cells that a person made one: only the first holds a value. Rows from 1, columns from 0, ends inclusive. */
export interface MergedRange {
  text: string;
  fromRow: number;
  toRow: number;
  fromColumn: number;
  toColumn: number;
}

const BATCH_ROWS = 500;
const MAX_COLUMNS = 16_384;
const MS_PER_DAY = 86_400_000;
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);

/**
 * Reads one sheet of a workbook in batches of rows; `merges` is complete when the rows have ended, since a workbook
 * names them last.
 *
 * Numbers are the shortest decimal that is the stored double, so 0.0405 stays 0.0405; dates are ISO 8601 without zone.
 * Errors  SheetError with row and column
 */
export async function* readXlsxSheet(
  bytes: Buffer,
  wanted: string | number | undefined,
  limits: SheetLimits,
  merges: MergedRange[],
): AsyncGenerator<SheetRow[]> {
  const archive = await XlsxArchive.open(bytes, limits);
  const cells = new CellReader(await openWorkbook(archive, wanted, limits), limits, merges);
  for await (const _piece of parseXml(archive, cells.workbook.sheetPart, cells)) {
    void _piece;
    if (cells.rows.length >= BATCH_ROWS) yield cells.rows.splice(0);
  }
  if (cells.rows.length > 0) yield cells.rows.splice(0);
}

/** Puts the tags of a sheet together to rows. */
class CellReader {
  readonly rows: SheetRow[] = [];
  private row = 0;
  private column = -1;
  private type = 'n';
  private style = 0;
  private written = '';
  private reading = false;
  private cells: string[] = [];
  private formulas: Set<number> | null = null;

  constructor(
    readonly workbook: Workbook,
    private readonly limits: SheetLimits,
    private readonly merges: MergedRange[],
  ) {}

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    switch (name) {
      case 'c':
        return this.openCell(attributes);
      case 'v':
      case 't':
        this.reading = true;
        return;
      case 'f':
        (this.formulas ??= new Set()).add(this.column);
        return;
      case 'row':
        return this.openRow(attributes);
      case 'mergeCell':
        this.merges.push(rangeOf(attributes['ref'] ?? ''));
        return;
      default:
    }
  }

  text(piece: string): void {
    if (!this.reading) return;
    this.written += piece;
    if (this.written.length > this.limits.maxCellChars) throw this.tooLong();
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.reading = false;
    else if (name === 'c') this.closeCell();
    else if (name === 'row') this.closeRow();
  }

  tooLong(): SheetError {
    return tooLong(this.row, columnLetter(Math.max(0, this.column)), this.limits.maxCellChars);
  }

  private openRow(attributes: Readonly<Record<string, string>>): void {
    const row = attributes['r'] === undefined ? this.row + 1 : Number(attributes['r']);
    if (!Number.isSafeInteger(row) || row <= this.row || row > 10_000_000)
      throw new SheetError(
        'workbook_malformed',
        `a row after row ${this.row} says that it is ${attributes['r']}`,
        this.row,
        null,
      );
    // A gap in the numbers is blank rows, which matter to where a table ends.
    if (row > this.row + 1 && this.row > 0) this.rows.push({ row: row - 1, cells: [] });
    this.row = row;
    this.column = -1;
    this.cells = [];
    this.formulas = null;
  }

  private openCell(attributes: Readonly<Record<string, string>>): void {
    const ref = attributes['r'];
    this.column = ref === undefined ? this.column + 1 : columnOf(ref);
    if (this.column >= MAX_COLUMNS)
      throw new SheetError('workbook_malformed', `row ${this.row}: ${ref} is no cell`, this.row, null);
    this.type = attributes['t'] ?? 'n';
    this.style = Number(attributes['s'] ?? 0);
    this.written = '';
  }

  private closeCell(): void {
    while (this.cells.length < this.column) this.cells.push('');
    this.cells[this.column] = this.value();
  }

  private closeRow(): void {
    this.rows.push({
      row: this.row,
      cells: this.cells,
      ...(this.formulas === null ? {} : { formulas: this.formulas }),
    });
  }

  private value(): string {
    if (this.written === '') return '';
    switch (this.type) {
      case 's': {
        const text = this.workbook.strings[Number(this.written)];
        if (text === undefined)
          throw new SheetError(
            'workbook_malformed',
            `row ${this.row}, column ${columnLetter(this.column)}: names a shared text that is not there`,
            this.row,
            columnLetter(this.column),
          );
        if (text.length > this.limits.maxCellChars) throw this.tooLong();
        return text;
      }
      case 'n':
        return this.number();
      case 'b':
        return this.written === '1' ? 'TRUE' : 'FALSE';
      default:
        return this.written;
    }
  }

  private number(): string {
    const value = Number(this.written);
    if (!Number.isFinite(value)) return this.written;
    const style = this.workbook.styles[this.style];
    if (style?.date === true) return isoOf(value, this.workbook.date1904);
    const plain = plainDecimal(value);
    return style !== undefined && style.zeros > 0 && /^\d+$/.test(plain) ? plain.padStart(style.zeros, '0') : plain;
  }
}

function columnOf(ref: string): number {
  let column = 0;
  for (let i = 0; i < ref.length; i++) {
    const letter = ref.charCodeAt(i) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  return column - 1;
}

function rangeOf(text: string): MergedRange {
  const [, from = 'A', fromRow = '1', to = from, toRow = fromRow] =
    /^([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?$/.exec(text) ?? [];
  return { text, fromRow: Number(fromRow), toRow: Number(toRow), fromColumn: columnOf(from), toColumn: columnOf(to) };
}

function isoOf(serial: number, date1904: boolean): string {
  const ms = (date1904 ? EPOCH_1904 : EPOCH_1900) + Math.round(serial * MS_PER_DAY);
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(serial) : date.toISOString().slice(0, 19);
}

/** 4.05e-7 → 0.000000405: the shortest decimal of the double, without an exponent. */
export function plainDecimal(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0').slice(0, point)}${digits.length > point ? `.${digits.slice(point)}` : ''}`;
}
