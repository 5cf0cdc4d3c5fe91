import type { RateRow } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import { mappedColumns, type SheetMapping } from '../mapping.js';
import { nameKey } from '../rows/countries.js';
import { DateReader } from '../rows/dates.js';

/** A sheet to be written: a header, blank rows before it as the mapping asks, and a row of texts for each rate. */
export interface SheetWriter {
  before: readonly (readonly string[])[];
  cells(rate: RateRow): string[];
  /** Column of the price, from 0. */
  priceAt: number;
}

export interface WriterOptions {
  mapping: SheetMapping;
  /** Header of the sheet that came in, so that columns stand where they stood; empty: one after the other. */
  header: readonly string[];
  currency: string;
  effectiveFrom: number;
}

/**
 * Writes rates in the layout of a mapping: what `SheetAnalysis` reads with the same mapping is the same rates.
 *
 * Errors  RangeError where the layout cannot say a rate: a prefix without a prefix column, a class without a class column
 */
export function sheetWriter({ mapping, header, currency, effectiveFrom }: WriterOptions): SheetWriter {
  const positions = new Map<string, number>();
  const names = [...header];
  for (const [field, ref] of mappedColumns(mapping)) {
    const known = typeof ref === 'number' ? ref - 1 : names.findIndex((name) => same(name, ref));
    positions.set(field, known >= 0 ? known : names.push(String(ref)) - 1);
  }
  const width = Math.max(names.length, ...[...positions.values()].map((at) => at + 1));
  const row = (): string[] => Array.from({ length: width }, () => '');
  const headerRow = row().map((_, at) => names[at] ?? '');
  const blanks = (count: number): string[][] => Array.from({ length: count }, row);
  const before =
    mapping.headerRow === 0
      ? blanks(mapping.skipRows)
      : [...blanks((mapping.headerRow ?? 1) - 1), headerRow, ...blanks(mapping.skipRows)];
  const date = mapping.effectiveDate;
  const instant = date === undefined ? '' : new DateReader(date.format, date.zone).write(effectiveFrom);
  const put = (cells: string[], field: string, text: string | null): void => {
    const at = positions.get(field);
    if (at !== undefined) cells[at] = text ?? '';
    else if (text !== null) throw new RangeError(`the layout has no column for ${field}`);
  };
  return {
    before,
    priceAt: positions.get('price') ?? 0,
    cells(rate) {
      const cells = row();
      putDestination(rate, mapping, (field, text) => put(cells, field, text));
      for (const field of ['trafficClass', 'unit'] as const)
        putLabel(rate, field, mapping, (text) => put(cells, field, text));
      put(cells, 'price', priceText(rate, mapping));
      if (mapping.currency.column !== undefined) put(cells, 'currency', currency);
      if (date !== undefined) put(cells, 'effectiveDate', instant);
      mapping.only.forEach(({ values }, index) => put(cells, `only.${index}`, values[0] ?? null));
      return cells;
    },
  };
}

function same(name: string, ref: string): boolean {
  return nameKey(name) === nameKey(ref) && name.trim().toLowerCase() === ref.trim().toLowerCase();
}

function putDestination(
  { country, mcc, mnc, prefix }: RateRow,
  mapping: SheetMapping,
  put: (field: string, text: string | null) => void,
): void {
  if (mapping.country !== undefined) put('country', country);
  else if (country !== null && mcc === null) put('country', country);
  if (prefix !== null) put('prefix', prefix);
  if (mcc === null) return;
  const filled = mnc === null ? null : filledUp(mnc, mapping);
  if (mapping.mccMnc !== undefined)
    return put('mccMnc', filled === null ? mcc : `${mcc}${mapping.mncPadding === 'none' ? '-' : ''}${filled}`);
  put('mcc', mcc);
  put('mnc', filled);
}

/** Only where the mapping says a side: with `auto` a sheet of two-digit MNCs is read as it stands. */
function filledUp(mnc: string, { mncPadding }: SheetMapping): string {
  if (mncPadding === 'left') return mnc.padStart(3, '0');
  return mncPadding === 'right' ? mnc.padEnd(3, '0') : mnc;
}

function putLabel(
  rate: RateRow,
  field: 'trafficClass' | 'unit',
  mapping: SheetMapping,
  put: (text: string | null) => void,
): void {
  const source = mapping[field];
  const value = rate[field];
  const implied = field === 'unit' ? 'part' : null;
  if (source === undefined) {
    if (value !== implied) put(value);
  } else if ('fixed' in source) {
    if (value !== source.fixed) throw new RangeError(`the layout says ${field} ${source.fixed} of every rate`);
  } else put(Object.entries(source.values).find(([, to]) => to === value)?.[0] ?? value);
}

function priceText({ price }: RateRow, { decimal }: SheetMapping): string {
  return formatMoney(price).replace('.', decimal);
}
