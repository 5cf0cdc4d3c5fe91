/** Why a row was refused; one per fault, so a row may have several. */
export interface RowFault {
  field: string;
  code: string;
  message: string;
}

/** A row as text, by column name; what is absent is the same as empty. */
export type RawRow = Readonly<Record<string, string | undefined>>;

export type RowResult<T> = { row: T; faults?: never } | { row?: never; faults: RowFault[] };

/** Reads the columns of a row and gathers what is wrong with them. */
export class RowReader {
  readonly faults: RowFault[] = [];

  constructor(private readonly raw: RawRow) {}

  /** A trimmed value that matches, or null when it is empty. */
  optional(field: string, pattern: RegExp, message: string): string | null {
    const text = this.raw[field]?.trim() ?? '';
    if (text === '') return null;
    if (pattern.test(text)) return text;
    this.fault(field, 'malformed', `"${shorten(text)}" ${message}`);
    return null;
  }

  optionalUpper(field: string, pattern: RegExp, message: string): string | null {
    const text = this.raw[field]?.trim().toUpperCase() ?? '';
    if (text === '') return null;
    if (pattern.test(text)) return text;
    this.fault(field, 'malformed', `"${shorten(text)}" ${message}`);
    return null;
  }

  text(field: string): string {
    return this.raw[field]?.trim() ?? '';
  }

  fault(field: string, code: string, message: string): void {
    this.faults.push({ field, code, message });
  }
}

/** Bounded: a hostile cell does not come back whole in the answer. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
