import { formatInstant } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import { percentOf, type Table } from '@ratestream/rate-sheets';
import type { NoticeChange } from './notice-changes.js';

const PLACE = [
  'Country',
  'MCC',
  'MNC',
  'Prefix',
  'Traffic class',
  'Sender type',
  'Origin country',
  'Route grade',
  'Surcharge',
  'Unit',
] as const;

export interface SheetTerms {
  currency: string;
  effectiveFrom: number;
}

/** What changes for a customer: old and new price of every rate that does not stay as it is. */
export function changesTable(changes: Iterable<NoticeChange>, { currency, effectiveFrom }: SheetTerms): Table {
  const instant = formatInstant(effectiveFrom);
  return {
    name: 'Changes',
    columns: [...PLACE, 'Currency', 'Old price', 'New price', 'Change', 'Change %', 'Effective from'],
    rows: mapped(changes, ({ rate, change, before, after }) =>
      change === 'unchanged'
        ? null
        : [
            ...placeOf(rate),
            currency,
            before === null ? null : formatMoney(before),
            after === null ? null : formatMoney(after),
            change,
            before === null || after === null ? null : percentOf(before, after),
            instant,
          ],
    ),
  };
}

/** The whole price list as it will be. */
export function fullTable(rates: AsyncIterable<readonly RateRow[]>, { currency, effectiveFrom }: SheetTerms): Table {
  const instant = formatInstant(effectiveFrom);
  return {
    name: 'Price list',
    columns: [...PLACE, 'Currency', 'Price', 'Effective from', 'Valid from', 'Valid until'],
    rows: (async function* () {
      for await (const batch of rates)
        for (const rate of batch)
          yield [
            ...placeOf(rate),
            currency,
            formatMoney(rate.price),
            instant,
            instantOf(rate.validFrom),
            instantOf(rate.validUntil),
          ];
    })(),
  };
}

function placeOf(rate: RateRow): (string | null)[] {
  const { country, mcc, mnc, prefix, trafficClass, senderType, originCountry, routeGrade, surcharge, unit } = rate;
  return [country, mcc, mnc, prefix, trafficClass, senderType, originCountry, routeGrade, surcharge, unit];
}

function instantOf(micros: number | null): string | null {
  return micros === null ? null : formatInstant(micros);
}

function* mapped<T>(items: Iterable<T>, row: (item: T) => (string | null)[] | null): Generator<(string | null)[]> {
  for (const item of items) {
    const cells = row(item);
    if (cells !== null) yield cells;
  }
}
