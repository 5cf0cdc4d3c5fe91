import type { RateRow } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import { formatInstant } from '../instant.js';

/** A rate as the cells of an uploaded sheet, in the order of RATE_COLUMNS: what is written so is read as the same rate. */
export function rateCells(row: RateRow): (string | number | null)[] {
  return [
    row.country,
    row.mcc,
    row.mnc,
    row.prefix,
    row.trafficClass,
    formatMoney(row.price),
    row.unit,
    row.basis,
    row.timeoutSec,
    row.timeoutPolicy,
    row.senderType,
    row.originCountry,
    row.routeGrade,
    row.priority === 0 ? null : row.priority,
    row.surcharge,
    row.validFrom === null ? null : formatInstant(row.validFrom),
    row.validUntil === null ? null : formatInstant(row.validUntil),
  ];
}
