import type { RateRow } from '@ratestream/events';

/** A row of the file as text. `row` counts from 1 as a person sees it: the row of the sheet, the line of a CSV. */
export interface SheetRow {
  row: number;
  cells: readonly string[];
  /** Columns (from 0) whose cell is a formula; absent where there is none. */
  formulas?: ReadonlySet<number>;
}

/** Why a cell, a row (`column` null) or the sheet keeps its rates out. */
export interface CellFault {
  /** Letter of the column as spreadsheets count: A, B … */
  column: string | null;
  /** What the mapping takes the column for; '' for the whole row. */
  field: string;
  code: string;
  message: string;
}

/** Every row that is not blank has exactly one. */
export interface RowVerdict {
  row: number;
  verdict: 'accepted' | 'refused';
  /** What the row prices: several for a list of codes or an operator with several networks. */
  rateIds: string[];
  /** Every reason against a refused row; empty for an accepted one. */
  faults: CellFault[];
}

/** Something that a person should know before approving. An `error` has kept its row out, a `warning` has not. */
export interface Finding {
  row: number | null;
  column: string | null;
  code: string;
  severity: 'error' | 'warning';
  message: string;
}

export type MncPadding = 'none' | 'left' | 'right';

export type ChangeKind = 'new' | 'increase' | 'decrease' | 'changed' | 'unchanged' | 'withdrawn';

/** What happens to one rate; `changed` is the same price on other terms. */
export interface RateChange {
  rateId: string;
  change: ChangeKind;
  /** Decimal strings; null where there is none. */
  before: string | null;
  after: string | null;
  /** Of the price before, two places, half-even; null where that is none or zero. */
  percent: string | null;
  /** What else is different: unit, basis, timeout, priority, validity (microseconds UTC). */
  terms: { term: string; before: string | null; after: string | null }[];
}

/** A sell rate that is below its buy rate once the sheet is in force. */
export interface MarginLoss {
  sellCard: string;
  sellRateId: string;
  sell: string;
  buyCard: string;
  buyRateId: string;
  buy: string;
  /** sell − buy: negative. */
  margin: string;
  /** It is so already without this sheet. */
  before: boolean;
}

export type { RateRow };

/** Letter of a column counted from 0: 0 → A, 26 → AA. */
export function columnLetter(index: number): string {
  let rest = index;
  let letters = '';
  do {
    letters = String.fromCharCode(65 + (rest % 26)) + letters;
    rest = Math.floor(rest / 26) - 1;
  } while (rest >= 0);
  return letters;
}

/** The sheet cannot be read as a whole; says where. Whoever made the file is at fault. */
export class SheetError extends Error {
  override readonly name = 'SheetError';
  constructor(
    readonly code: string,
    message: string,
    readonly row: number | null = null,
    readonly column: string | null = null,
  ) {
    super(message);
  }
}

/** Bounded: a hostile cell does not come back whole in the answer. */
export function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
