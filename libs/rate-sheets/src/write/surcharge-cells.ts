import { parseInstant } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { parseMoney } from '@ratestream/money';
import { surchargeFields, type SheetMapping, type SurchargeMapping } from '../mapping.js';
import { DateReader } from '../rows/dates.js';

/** Puts a text into the column of a field; null leaves it empty. */
export type Put = (field: string, text: string | null) => void;

/**
 * Writes surcharges into the columns that a mapping has for them.
 *
 * Errors  RangeError where no column has its name, unit and dates, or where its row would need a price besides
 */
export function surchargeWriter(
  mapping: SheetMapping,
  textOf: (price: bigint) => string,
): (rate: RateRow, put: Put) => void {
  const places = mapping.surcharges.map((surcharge, index) => ({
    surcharge,
    fields: surchargeFields(index),
    from: endOf(surcharge.validFrom),
    until: endOf(surcharge.validUntil),
  }));
  return (rate, put) => {
    const found = places.find(
      ({ surcharge, from, until }) =>
        surcharge.name === rate.surcharge &&
        surcharge.unit === rate.unit &&
        isSayable(from, rate.validFrom) &&
        isSayable(until, rate.validUntil) &&
        hasPrice(surcharge, rate),
    );
    if (found === undefined) throw new RangeError(`the layout cannot say the surcharge "${rate.rateId}"`);
    const { surcharge, fields, from, until } = found;
    if (surcharge.column !== undefined) put(fields.price, textOf(rate.price));
    if (from instanceof DateReader) put(fields.validFrom, textAt(from, rate.validFrom));
    if (until instanceof DateReader) put(fields.validUntil, textAt(until, rate.validUntil));
  };
}

/** How an end of the validity is said: by a column, by an instant for all, or not at all (null). */
type End = DateReader | number | null;

function endOf(when: SurchargeMapping['validFrom']): End {
  if (when === undefined) return null;
  return typeof when === 'string' ? parseInstant(when) : new DateReader(when.format, when.zone);
}

function textAt(dates: DateReader, at: number | null): string | null {
  return at === null ? null : dates.write(at);
}

function isSayable(end: End, value: number | null): boolean {
  return end instanceof DateReader || end === value;
}

function hasPrice({ fixed }: SurchargeMapping, { price }: RateRow): boolean {
  return fixed === undefined || parseMoney(fixed) === price;
}
