import { randomUUID } from 'node:crypto';
import { SheetError } from '@ratestream/rate-sheets';
import type { NewImport } from './import-store.js';

/** A column of something else than effective dates names a date a row. */
const MAX_DATES = 24;

/**
 * One import for each effective date of a sheet; the first keeps the id that the upload was answered with.
 *
 * Errors  SheetError where there are more dates than anybody means
 */
export function datesOf(one: NewImport, dates: readonly number[]): NewImport[] {
  if (dates.length > MAX_DATES)
    throw new SheetError('too_many_dates', `the sheet has ${dates.length} effective dates, more than ${MAX_DATES}`);
  const id = randomUUID();
  return dates.map((effectiveFrom, index) => ({
    ...one,
    id: index === 0 ? one.id : randomUUID(),
    effectiveFrom,
    group: { id, place: index + 1, of: dates.length },
  }));
}
