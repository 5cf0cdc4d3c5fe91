import { createHash } from 'node:crypto';
import type { NumberRow, RateRow } from '@ratestream/events';
import { isPlainRate } from './plain.js';

const FIELD = '\u001f';
const ROW = '\n';
const BATCH_ROWS = 2_000;

/**
 * Digest of the rows of a version, in their order; what `sha256` of a published version names.
 *
 * Out     SHA-256 as hex over the rows' fields, price in nano-units, null as nothing
 * Why     a reader knows that the chunks it has are exactly what was published
 */
export function rateRowsHash(rows: Iterable<RateRow>): string {
  return hashLines(rows, rateLine);
}

/** The same for the rows of a numbering plan. */
export function numberRowsHash(rows: Iterable<NumberRow>): string {
  return hashLines(rows, numberLine);
}

/** Rates that say nothing new are written as they were before there was more to say, so old digests hold. */
function rateLine(row: RateRow): string {
  const fields = [
    row.rateId,
    row.country,
    row.mcc,
    row.mnc,
    row.prefix,
    row.trafficClass,
    row.price.toString(),
    row.unit,
    row.basis,
    row.timeoutSec,
    row.timeoutPolicy,
  ];
  if (!isPlainRate(row))
    fields.push(
      row.senderType,
      row.originCountry,
      row.routeGrade,
      row.priority,
      row.surcharge,
      row.validFrom,
      row.validUntil,
    );
  return fields.join(FIELD);
}

function numberLine(row: NumberRow): string {
  return [row.prefix, row.country, row.mcc, row.mnc, row.operator].join(FIELD);
}

function hashLines<T>(rows: Iterable<T>, line: (row: T) => string): string {
  const hash = createHash('sha256');
  let text = '';
  let lines = 0;
  for (const row of rows) {
    text += line(row) + ROW;
    if (++lines % BATCH_ROWS !== 0) continue;
    hash.update(text);
    text = '';
  }
  return hash.update(text).digest('hex');
}
