import type { NumberRow } from '@ratestream/events';
import { RowReader, type RawRow, type RowResult } from './row-fault.js';

/** Columns of an uploaded numbering plan; only `prefix` is needed. */
export const NUMBER_COLUMNS = ['prefix', 'country', 'mcc', 'mnc', 'operator'] as const;

/** Checks one range of a numbering plan: the range, or every fault of the row. */
export function parseNumberRow(raw: RawRow): RowResult<NumberRow> {
  const read = new RowReader(raw);
  const prefix = read.optional('prefix', /^\+?[1-9]\d{0,14}$/, 'is no E.164 prefix')?.replace('+', '') ?? null;
  if (read.text('prefix') === '') read.fault('prefix', 'missing', 'a prefix is needed');
  const country = read.optionalUpper('country', /^[A-Z]{2}$/, 'is no ISO 3166 alpha-2 code');
  const mcc = read.optional('mcc', /^\d{3}$/, 'is no MCC: three digits');
  const mnc = read.optional('mnc', /^\d{2,3}$/, 'is no MNC: two or three digits, as text');
  const operator = read.optional('operator', /^.{1,200}$/s, 'is longer than 200 characters');
  if (mnc !== null && mcc === null && read.text('mcc') === '')
    read.fault('mnc', 'mnc_without_mcc', 'an MNC means nothing without its MCC');
  if (read.faults.length > 0 || prefix === null) return { faults: read.faults };
  return { row: { prefix, country, mcc, mnc, operator } };
}
