import { countriesUnder, countryOf, hasCallingCode, readNetworkCode } from '@ratestream/sms';
import type { SheetMapping } from '../mapping.js';
import { columnLetter, excerpt, type CellFault, type SheetRow } from '../model.js';
import { readCodes } from './codes.js';
import { nameKey, readCountry } from './countries.js';
import { DateReader } from './dates.js';
import { NO_FAULTS, type Draft } from './draft.js';
import { headerKey, type Layout } from './header.js';
import { priceFormat, readPrice, type PriceFormat } from './price.js';

/** What stands where a network is expected and means all of them. */
const ALL_NETWORKS = new Set([
  '',
  '*',
  'all',
  'any',
  'default',
  'other',
  'others',
  'all networks',
  'all other networks',
  '-',
]);
const MAX_MNCS = 200;

type LabelSource = { column: string | number; values: Record<string, string> } | { fixed: string } | undefined;

/** Reads the rows of one sheet into drafts: each cell by itself, every fault of a row at once. */
export class RowReader {
  private readonly price: PriceFormat;
  private readonly dates: DateReader | null;
  private readonly countryAliases: ReadonlyMap<string, string>;
  private readonly others: ReadonlySet<string>;
  private readonly labels: ReadonlyMap<string, ReadonlyMap<string, string>>;
  private readonly wanted: readonly ReadonlySet<string>[];
  private readonly countries = new Map<string, string | null>();
  private cells: readonly string[] = [];
  private formulas: ReadonlySet<number> | undefined;
  private faults: CellFault[] = [];

  constructor(
    private readonly mapping: SheetMapping,
    private readonly layout: Layout,
    private readonly currency: string,
  ) {
    this.price = priceFormat(mapping.decimal, mapping.thousands, mapping.currency.symbols);
    const date = mapping.effectiveDate;
    this.dates = date === undefined ? null : new DateReader(date.format, date.zone);
    this.countryAliases = keyed(mapping.country?.aliases ?? {});
    this.others = new Set((mapping.operator?.others ?? []).map(nameKey));
    this.labels = new Map(
      (['trafficClass', 'senderType', 'unit'] as const).map((field) => {
        const source: LabelSource = mapping[field];
        return [field, keyed(source !== undefined && 'values' in source ? source.values : {})];
      }),
    );
    this.wanted = mapping.only.map(({ values }) => new Set(values.map(headerKey)));
  }

  /** Out: the draft; null for a blank row, which is no row. */
  read({ row, cells, formulas }: SheetRow): Draft | null {
    if (cells.every((cell) => cell.trim() === '')) return null;
    this.cells = cells;
    this.formulas = formulas;
    this.faults = [];
    const draft = this.notWanted(row) ?? this.readCells(row);
    return draft;
  }

  private notWanted(row: number): Draft | null {
    for (const [index, values] of this.wanted.entries()) {
      const field = `only.${index}`;
      const text = this.text(field);
      if (values.has(headerKey(text))) continue;
      this.fault(field, 'not_wanted', `"${excerpt(text)}" is not among what the mapping takes`);
      return emptyDraft(row, this.faults);
    }
    return null;
  }

  private readCells(row: number): Draft {
    const country = this.country();
    const { mcc, mncs } = this.network();
    const { operator, operatorText } = this.operator(country, mcc);
    const prefixes = this.prefixes(country);
    const trafficClass = this.label('trafficClass', /^[a-z0-9][a-z0-9_.-]{0,63}$/);
    const senderType = this.label('senderType', /^[a-z0-9][a-z0-9_.-]{0,63}$/);
    const unit = (this.label('unit', /^(part|message)$/) ?? 'part') as 'part' | 'message';
    const price = this.priceOf();
    const effective = this.effective();
    const nothing = country === null && mcc === null && prefixes.length === 0;
    if (nothing && this.faults.length === 0 && this.mapping.blankDestination === 'refuse')
      this.fault(null, 'no_destination', 'names no country, network or prefix');
    if (this.faults.length > 0 || price === null) return emptyDraft(row, this.faults);
    // A prefix says its country by itself, and rates of prefixes carry none.
    const place = prefixes.length > 0 ? null : country;
    return {
      row,
      faults: NO_FAULTS,
      country: place,
      mcc,
      mncs,
      prefixes,
      operator,
      operatorText,
      trafficClass,
      senderType,
      price,
      unit,
      effective,
    };
  }

  private country(): string | null {
    const text = this.text('country');
    if (text === '' || ALL_NETWORKS.has(text.toLowerCase())) return null;
    let country = this.countries.get(text);
    if (country === undefined) {
      country = readCountry(text, this.countryAliases);
      if (this.countries.size < 10_000) this.countries.set(text, country);
    }
    if (country === null)
      this.fault('country', 'unknown_country', `"${excerpt(text)}" is no country that is known; give it an alias`);
    return country;
  }

  private network(): { mcc: string | null; mncs: readonly string[] | null } {
    const combined = this.text('mccMnc');
    if (!ALL_NETWORKS.has(combined.toLowerCase())) {
      const code = readNetworkCode(combined);
      if (code === null) this.fault('mccMnc', 'malformed_network', `"${excerpt(combined)}" is no MCC with MNC`);
      else return { mcc: code.mcc, mncs: code.mnc === null ? null : [code.mnc] };
    }
    const mcc = this.text('mcc');
    const mnc = this.text('mnc');
    const anyMcc = ALL_NETWORKS.has(mcc.toLowerCase());
    if (!anyMcc && !/^\d{3}$/.test(mcc))
      this.fault('mcc', 'malformed_network', `"${excerpt(mcc)}" is no MCC: three digits`);
    if (ALL_NETWORKS.has(mnc.toLowerCase())) return { mcc: anyMcc ? null : mcc, mncs: null };
    const mncs = mnc.split(/[,;/|\s]+/).filter((one) => one !== '');
    if (mncs.length > MAX_MNCS || !mncs.every((one) => /^\d{1,3}$/.test(one)))
      this.fault('mnc', 'malformed_network', `"${excerpt(mnc)}" is no MNC: two or three digits`);
    else if (mncs.some((one) => one.length === 1))
      this.fault('mnc', 'malformed_network', `"${excerpt(mnc)}" has lost a zero: write MNCs as text, such as 01`);
    if (anyMcc) this.fault('mcc', 'mnc_without_mcc', 'an MNC means nothing without its MCC');
    return { mcc: anyMcc ? null : mcc, mncs };
  }

  private operator(
    country: string | null,
    mcc: string | null,
  ): { operator: string | null; operatorText: string | null } {
    const source = this.mapping.operator;
    if (source === undefined) return { operator: null, operatorText: null };
    const whole = this.text('operator');
    const at = source.after === undefined ? -1 : whole.indexOf(source.after);
    const name = at < 0 ? whole : whole.slice(at + (source.after?.length ?? 0)).trim();
    const key = nameKey(name);
    if (!source.resolve || mcc !== null || key === '' || this.others.has(key))
      return { operator: null, operatorText: name };
    if (country === null) {
      this.fault(
        'operator',
        'operator_without_country',
        `"${excerpt(name)}" is found by its country, which the row lacks`,
      );
      return { operator: null, operatorText: name };
    }
    const alias = Object.entries(source.aliases).find(([from]) => nameKey(from) === key)?.[1];
    return { operator: alias ?? name, operatorText: name };
  }

  private prefixes(country: string | null): readonly string[] {
    const dialCode = this.digits('dialCode');
    if (dialCode !== null) this.checkCountry('dialCode', country, dialCode);
    const found: string[] = [];
    const prefix = this.text('prefix');
    if (prefix !== '') {
      const list = readCodes(prefix);
      if (list === null || !list.every((one) => /^[1-9]\d{0,14}$/.test(one)))
        this.fault('prefix', 'malformed_prefix', `"${excerpt(prefix)}" is no E.164 prefix`);
      else found.push(...list);
    }
    const codes = this.text('codes');
    if (codes !== '') {
      const list = readCodes(codes);
      if (list === null) this.fault('codes', 'malformed_prefix', `"${excerpt(codes)}" is no list of codes`);
      else found.push(...list.map((one) => `${dialCode ?? ''}${one}`));
      if (dialCode === null)
        this.fault('dialCode', 'missing_dial_code', 'codes need the calling code that they stand behind');
    }
    for (const one of found) this.checkCountry(prefix === '' ? 'codes' : 'prefix', country, one);
    if (found.some((one) => one.length > 15))
      this.fault('codes', 'malformed_prefix', 'a prefix has more than 15 digits');
    return [...new Set(found)];
  }

  private digits(field: string): string | null {
    const text = this.text(field)
      .replace(/[\s()-]/g, '')
      .replace(/^(\+|00)/, '');
    if (text === '') return null;
    if (/^[1-9]\d{0,14}$/.test(text)) return text;
    this.fault(field, 'malformed_prefix', `"${excerpt(this.text(field))}" is no calling code`);
    return null;
  }

  private checkCountry(field: string, country: string | null, prefix: string): void {
    if (country === null || countryOf(`+${prefix}`) === country || !hasCallingCode(country)) return;
    const under = countriesUnder(prefix);
    if (under.size === 0 || under.has(country)) return;
    if (this.faults.some(({ code }) => code === 'country_contradicts_code')) return;
    const list = [...under].sort().slice(0, 5).join(', ');
    this.fault(field, 'country_contradicts_code', `${country} has no numbers under ${prefix}, which is ${list}`);
  }

  private label(field: 'trafficClass' | 'senderType' | 'unit', pattern: RegExp): string | null {
    const source: LabelSource = this.mapping[field];
    if (source === undefined) return null;
    if ('fixed' in source) return source.fixed;
    const text = this.text(field);
    const translated = this.labels.get(field)?.get(nameKey(text)) ?? text.toLowerCase().replace(/[\s-]+/g, '_');
    if (ALL_NETWORKS.has(translated)) return null;
    if (pattern.test(translated)) return translated;
    this.fault(
      field,
      `unknown_${field === 'unit' ? 'unit' : field === 'senderType' ? 'sender_type' : 'traffic_class'}`,
      `"${excerpt(text)}" is none; translate it in the mapping`,
    );
    return null;
  }

  private priceOf(): bigint | null {
    const cell = readPrice(this.text('price'), this.price);
    if (cell.fault !== undefined) {
      this.fault('price', cell.fault.code, cell.fault.message);
      return null;
    }
    const named = this.text('currency').toUpperCase();
    const column =
      named === ''
        ? null
        : (Object.entries(this.mapping.currency.symbols).find(([sign]) => sign.toUpperCase() === named)?.[1] ?? named);
    const currency = column ?? cell.currency ?? this.mapping.currency.fixed ?? null;
    const field = this.layout.columns.has('currency') ? 'currency' : 'price';
    if (currency === null) this.fault(field, 'missing_currency', 'neither the row nor the mapping says a currency');
    else if (currency !== this.currency)
      this.fault(field, 'other_currency', `the price is in ${excerpt(currency)}, the card in ${this.currency}`);
    return cell.price;
  }

  private effective(): number | null {
    const text = this.text('effectiveDate');
    if (this.dates === null || text === '') return null;
    const at = this.dates.read(text);
    if (at === null)
      this.fault('effectiveDate', 'malformed_date', `"${excerpt(text)}" is no date of the mapping's format`);
    return at;
  }

  private text(field: string): string {
    const at = this.layout.columns.get(field);
    if (at === undefined) return '';
    const text = this.cells[at]?.trim() ?? '';
    const first = text.charCodeAt(0);
    // '=' and '@': what a spreadsheet would execute; a workbook says it of the cell itself.
    if (this.formulas?.has(at) === true || first === 61 || first === 64) {
      this.fault(field, 'formula', 'is a formula, whose value nobody has seen; paste values');
      return '';
    }
    return text;
  }

  private fault(field: string | null, code: string, message: string): void {
    // A formula reads as nothing; that nothing is there is no second fault.
    if (this.faults.some((known) => known.code === 'formula' && known.field === field)) return;
    const at = field === null ? undefined : this.layout.columns.get(field);
    this.faults.push({ column: at === undefined ? null : columnLetter(at), field: field ?? '', code, message });
  }
}

function emptyDraft(row: number, faults: readonly CellFault[]): Draft {
  return {
    row,
    faults,
    country: null,
    mcc: null,
    mncs: null,
    prefixes: [],
    operator: null,
    operatorText: null,
    trafficClass: null,
    senderType: null,
    price: 0n,
    unit: 'part',
    effective: null,
  };
}

function keyed(values: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(values).map(([text, value]) => [nameKey(text), value]));
}
