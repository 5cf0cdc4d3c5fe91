import type { RawRow } from '@ratestream/catalog';
import { columnName } from './csv-reader.js';

const WHOLE_NUMBERS = new Set(['timeout_sec', 'priority']);

/**
 * A row of a JSON body in the form of a CSV row. Prices, MCCs and MNCs must be strings: a JSON number may have been
 * rounded, and has lost its leading zeros.
 *
 * Out     the row by column name, or the fault
 */
export function jsonRow(value: unknown, columns: readonly string[]): { raw: RawRow } | { fault: string } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { fault: 'is no object' };
  const raw: Record<string, string | undefined> = {};
  for (const [name, cell] of Object.entries(value)) {
    const column = columnName(name);
    if (!columns.includes(column)) return { fault: `"${name.slice(0, 60)}" is none of ${columns.join(', ')}` };
    if (cell === null) continue;
    if (typeof cell === 'string') raw[column] = cell;
    else if (WHOLE_NUMBERS.has(column) && Number.isInteger(cell)) raw[column] = String(cell);
    else return { fault: `"${name}" must be a string` };
  }
  return { raw };
}
