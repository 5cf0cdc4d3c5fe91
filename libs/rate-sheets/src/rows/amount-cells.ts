import { parseInstant } from '@ratestream/catalog';
import { parseMoney, type Nano } from '@ratestream/money';
import { surchargeFields, type SheetMapping, type SurchargeMapping } from '../mapping.js';
import { excerpt } from '../model.js';
import type { Cells } from './cells.js';
import { DateReader } from './dates.js';
import type { Fee } from './draft.js';
import { priceFormat, readPrice, type PriceFormat } from './price.js';

type End = 'validFrom' | 'validUntil';

/** What a row costs: its price and the surcharges beside it, and when they count. */
export class AmountCells {
  private readonly format: PriceFormat;
  private readonly dates = new Map<string, DateReader>();
  /** What the price cell of the row names; its surcharges are in it too. */
  private ofPrice: string | null = null;
  private readonly instants = new Map<string, number | null>();

  constructor(
    private readonly mapping: SheetMapping,
    private readonly cells: Cells,
    private readonly currency: string,
  ) {
    this.format = priceFormat(mapping.decimal, mapping.thousands, mapping.currency.symbols);
    const put = (field: string, date: { format: string; zone: string } | string | undefined): void => {
      if (typeof date === 'object') this.dates.set(field, new DateReader(date.format, date.zone));
      else if (date !== undefined) this.instants.set(field, parseInstant(date));
    };
    put('effectiveDate', mapping.effectiveDate);
    for (const [index, surcharge] of mapping.surcharges.entries()) {
      const fields = surchargeFields(index);
      put(fields.validFrom, surcharge.validFrom);
      put(fields.validUntil, surcharge.validUntil);
    }
  }

  /** Out: null where the row has none, with the fault unless the mapping lets it be blank. Read before the surcharges. */
  price(): Nano | null {
    const source = this.mapping.price;
    this.ofPrice = null;
    if (source === undefined) return null;
    const text = this.cells.text('price');
    return text === '' && source.optional ? null : this.amount('price', text, undefined);
  }

  fees(): readonly Fee[] {
    const { surcharges } = this.mapping;
    return surcharges.length === 0 ? NO_FEES : surcharges.flatMap((one, index) => this.fee(one, index) ?? []);
  }

  effective(): number | null {
    return this.date('effectiveDate');
  }

  private fee(surcharge: SurchargeMapping, index: number): Fee | null {
    const { name, unit, zeros, fixed } = surcharge;
    const fields = surchargeFields(index);
    const price = fixed === undefined ? this.feeOf(fields.price, surcharge) : parseMoney(fixed);
    if (price === null || (price === 0n && zeros === 'skip')) return null;
    const [validFrom, validUntil] = [this.end(fields, 'validFrom'), this.end(fields, 'validUntil')];
    if (validFrom !== null && validUntil !== null && validUntil <= validFrom)
      this.cells.fault(fields.validUntil, 'never_valid', `the surcharge "${name}" ends before it begins`);
    return { name, price, unit, validFrom, validUntil };
  }

  private feeOf(field: string, { currency }: SurchargeMapping): Nano | null {
    const text = this.cells.text(field);
    return text === '' ? null : this.amount(field, text, currency);
  }

  private end(fields: Record<End, string>, end: End): number | null {
    const field = fields[end];
    return this.instants.get(field) ?? this.date(field);
  }

  private amount(field: string, text: string, stated: string | undefined): Nano | null {
    const cell = readPrice(text, this.format);
    if (cell.fault !== undefined) {
      this.cells.fault(field, cell.fault.code, cell.fault.message);
      return null;
    }
    if (field === 'price') this.ofPrice = cell.currency;
    const { currency, at } =
      stated === undefined ? this.currencyOf(field, cell.currency) : { currency: cell.currency ?? stated, at: field };
    if (currency === null) this.cells.fault(at, 'missing_currency', 'neither the row nor the mapping says a currency');
    else if (currency !== this.currency)
      this.cells.fault(at, 'other_currency', `the price is in ${excerpt(currency)}, the card in ${this.currency}`);
    return cell.price;
  }

  private currencyOf(field: string, ofCell: string | null): { currency: string | null; at: string } {
    const named = this.cells.text('currency').toUpperCase();
    const { symbols, fixed } = this.mapping.currency;
    const column =
      named === '' ? null : (Object.entries(symbols).find(([sign]) => sign.toUpperCase() === named)?.[1] ?? named);
    return {
      currency: column ?? ofCell ?? this.ofPrice ?? fixed ?? null,
      at: this.cells.has('currency') ? 'currency' : field,
    };
  }

  private date(field: string): number | null {
    const reader = this.dates.get(field);
    const text = reader === undefined ? '' : this.cells.text(field);
    if (reader === undefined || text === '') return null;
    const at = reader.read(text);
    if (at === null) this.cells.fault(field, 'malformed_date', `"${excerpt(text)}" is no date of the mapping's format`);
    return at;
  }
}

const NO_FEES: readonly Fee[] = [];
