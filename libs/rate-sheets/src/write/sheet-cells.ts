import type { RateRow } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import { LABELS, mappedColumns, surchargeFields, type Label, type SheetMapping } from '../mapping.js';
import { nameKey } from '../rows/countries.js';
import { DateReader } from '../rows/dates.js';
import { surchargeWriter, type Put } from './surcharge-cells.js';

/** A sheet to be written: a header, blank rows before it as the mapping asks, and rows of texts for the rates. */
export interface SheetWriter {
  before: readonly (readonly string[])[];
  /** A rate as a row of its own. */
  cells(rate: RateRow): string[];
  /** Rates that follow one another stand in one row where the layout has room for them: a price with its surcharges. */
  rows(rates: AsyncIterable<readonly RateRow[]>): AsyncGenerator<string[][]>;
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
  const putSurcharge = surchargeWriter(mapping, (price) => priceText(price, mapping));
  const cells = (rate: RateRow): string[] => {
    const made = row();
    const into: Put = (field, text) => put(made, field, text);
    putDestination(rate, mapping, into);
    for (const field of LABELS) {
      if (field !== 'unit' || rate.surcharge === null) putLabel(rate, field, mapping, (text) => put(made, field, text));
    }
    putPriority(rate, mapping, into);
    if (rate.surcharge === null) putPrice(rate, mapping, into);
    else putSurcharge(rate, into);
    if (mapping.currency.column !== undefined) into('currency', currency);
    if (date !== undefined) into('effectiveDate', instant);
    mapping.only.forEach(({ values }, index) => into(`only.${index}`, values[0] ?? null));
    return made;
  };
  const amounts = new Set(
    ['price', 'unit', ...mapping.surcharges.flatMap((_, index) => Object.values(surchargeFields(index)))].flatMap(
      (field) => positions.get(field) ?? [],
    ),
  );
  return { before, cells, rows: (rates) => joinedRows(rates, cells, amounts) };
}

/** Two rows are one where they differ in amounts only, and no amount is in both. */
async function* joinedRows(
  rates: AsyncIterable<readonly RateRow[]>,
  cellsOf: (rate: RateRow) => string[],
  amounts: ReadonlySet<number>,
): AsyncGenerator<string[][]> {
  let open: string[] | null = null;
  for await (const batch of rates) {
    const rows: string[][] = [];
    for (const rate of batch) {
      const cells = cellsOf(rate);
      if (open !== null && rate.surcharge !== null && canJoin(open, cells, amounts))
        for (const at of amounts) open[at] ||= cells[at] ?? '';
      else {
        if (open !== null) rows.push(open);
        open = cells;
      }
    }
    yield rows;
  }
  if (open !== null) yield [open];
}

function canJoin(open: readonly string[], next: readonly string[], amounts: ReadonlySet<number>): boolean {
  return open.every((text, at) =>
    amounts.has(at) ? text === '' || next[at] === '' || next[at] === undefined : text === next[at],
  );
}

function same(name: string, ref: string): boolean {
  return nameKey(name) === nameKey(ref) && name.trim().toLowerCase() === ref.trim().toLowerCase();
}

function putDestination({ country, mcc, mnc, prefix }: RateRow, mapping: SheetMapping, put: Put): void {
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

function putLabel(rate: RateRow, field: Label, mapping: SheetMapping, put: (text: string | null) => void): void {
  const source = mapping[field];
  const value = rate[field];
  const implied = field === 'unit' ? 'part' : null;
  if (source === undefined) {
    if (value !== implied) put(value);
  } else if ('fixed' in source) {
    const said = source.fixed === 'any' ? null : source.fixed === 'domestic' ? rate.country : source.fixed;
    if (value !== said) throw new RangeError(`the layout says ${field} ${source.fixed} of every rate`);
  } else put(Object.entries(source.values).find(([, to]) => to === (value ?? 'any'))?.[0] ?? value);
}

function putPriority({ priority }: RateRow, { priority: source }: SheetMapping, put: Put): void {
  if (source !== undefined && 'fixed' in source) {
    if (priority !== source.fixed) throw new RangeError(`the layout says priority ${source.fixed} of every rate`);
  } else put('priority', priority === 0 ? null : String(priority));
}

function putPrice({ price }: RateRow, mapping: SheetMapping, put: Put): void {
  put('price', priceText(price, mapping));
}

function priceText(price: bigint, { decimal }: SheetMapping): string {
  return formatMoney(price).replace('.', decimal);
}
