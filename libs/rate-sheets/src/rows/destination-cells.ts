import { countriesUnder, countryOf, hasCallingCode, readNetworkCode } from '@ratestream/sms';
import type { SheetMapping } from '../mapping.js';
import { excerpt } from '../model.js';
import type { Cells } from './cells.js';
import { readCodes } from './codes.js';
import { nameKey, readCountry } from './countries.js';
import { ALL_NETWORKS, keyed } from './label-cells.js';

const MAX_MNCS = 200;

/** Where a row's messages go to, as its cells write it. */
export class DestinationCells {
  private readonly countryAliases: ReadonlyMap<string, string>;
  private readonly others: ReadonlySet<string>;
  private readonly operatorAliases: ReadonlyMap<string, string>;
  private readonly countries = new Map<string, string | null>();

  constructor(
    private readonly mapping: SheetMapping,
    private readonly cells: Cells,
  ) {
    this.countryAliases = keyed(mapping.country?.aliases ?? {});
    this.others = new Set((mapping.operator?.others ?? []).map(nameKey));
    this.operatorAliases = keyed(mapping.operator?.aliases ?? {});
  }

  country(): string | null {
    const text = this.cells.text('country');
    if (text === '' || ALL_NETWORKS.has(text.toLowerCase())) return null;
    let country = this.countries.get(text);
    if (country === undefined) {
      country = readCountry(text, this.countryAliases);
      if (this.countries.size < 10_000) this.countries.set(text, country);
    }
    if (country === null)
      this.cells.fault(
        'country',
        'unknown_country',
        `"${excerpt(text)}" is no country that is known; give it an alias`,
      );
    return country;
  }

  network(): { mcc: string | null; mncs: readonly string[] | null } {
    const combined = this.cells.text('mccMnc');
    if (!ALL_NETWORKS.has(combined.toLowerCase())) {
      const code = readNetworkCode(combined);
      if (code === null) this.cells.fault('mccMnc', 'malformed_network', `"${excerpt(combined)}" is no MCC with MNC`);
      else return { mcc: code.mcc, mncs: code.mnc === null ? null : [code.mnc] };
    }
    const mcc = this.cells.text('mcc');
    const mnc = this.cells.text('mnc');
    const anyMcc = ALL_NETWORKS.has(mcc.toLowerCase());
    if (!anyMcc && !/^\d{3}$/.test(mcc))
      this.cells.fault('mcc', 'malformed_network', `"${excerpt(mcc)}" is no MCC: three digits`);
    if (ALL_NETWORKS.has(mnc.toLowerCase())) return { mcc: anyMcc ? null : mcc, mncs: null };
    const mncs = mnc.split(/[,;/|\s]+/).filter((one) => one !== '');
    if (mncs.length > MAX_MNCS || !mncs.every((one) => /^\d{1,3}$/.test(one)))
      this.cells.fault('mnc', 'malformed_network', `"${excerpt(mnc)}" is no MNC: two or three digits`);
    else if (mncs.some((one) => one.length === 1))
      this.cells.fault('mnc', 'malformed_network', `"${excerpt(mnc)}" has lost a zero: write MNCs as text, such as 01`);
    if (anyMcc) this.cells.fault('mcc', 'mnc_without_mcc', 'an MNC means nothing without its MCC');
    return { mcc: anyMcc ? null : mcc, mncs };
  }

  operator(country: string | null, mcc: string | null): { operator: string | null; operatorText: string | null } {
    const source = this.mapping.operator;
    if (source === undefined) return { operator: null, operatorText: null };
    const whole = this.cells.text('operator');
    const at = source.after === undefined ? -1 : whole.indexOf(source.after);
    const name = at < 0 ? whole : whole.slice(at + (source.after?.length ?? 0)).trim();
    const key = nameKey(name);
    if (!source.resolve || mcc !== null || key === '' || this.others.has(key))
      return { operator: null, operatorText: name };
    if (country === null) {
      this.cells.fault(
        'operator',
        'operator_without_country',
        `"${excerpt(name)}" is found by its country, which the row lacks`,
      );
      return { operator: null, operatorText: name };
    }
    return { operator: this.operatorAliases.get(key) ?? name, operatorText: name };
  }

  prefixes(country: string | null): readonly string[] {
    const dialCode = this.digits('dialCode');
    if (dialCode !== null) this.checkCountry('dialCode', country, dialCode);
    const found: string[] = [];
    const prefix = this.cells.text('prefix');
    if (prefix !== '') {
      const list = readCodes(prefix);
      if (list === null || !list.every((one) => /^[1-9]\d{0,14}$/.test(one)))
        this.cells.fault('prefix', 'malformed_prefix', `"${excerpt(prefix)}" is no E.164 prefix`);
      else found.push(...list);
    }
    const codes = this.cells.text('codes');
    if (codes !== '') {
      const list = readCodes(codes);
      if (list === null) this.cells.fault('codes', 'malformed_prefix', `"${excerpt(codes)}" is no list of codes`);
      else found.push(...list.map((one) => `${dialCode ?? ''}${one}`));
      if (dialCode === null)
        this.cells.fault('dialCode', 'missing_dial_code', 'codes need the calling code that they stand behind');
    }
    for (const one of found) this.checkCountry(prefix === '' ? 'codes' : 'prefix', country, one);
    if (found.some((one) => one.length > 15))
      this.cells.fault('codes', 'malformed_prefix', 'a prefix has more than 15 digits');
    return [...new Set(found)];
  }

  private digits(field: string): string | null {
    const text = this.cells
      .text(field)
      .replace(/[\s()-]/g, '')
      .replace(/^(\+|00)/, '');
    if (text === '') return null;
    if (/^[1-9]\d{0,14}$/.test(text)) return text;
    this.cells.fault(field, 'malformed_prefix', `"${excerpt(this.cells.text(field))}" is no calling code`);
    return null;
  }

  private checkCountry(field: string, country: string | null, prefix: string): void {
    if (country === null || countryOf(`+${prefix}`) === country || !hasCallingCode(country)) return;
    const under = countriesUnder(prefix);
    if (under.size === 0 || under.has(country)) return;
    if (this.cells.faults.some(({ code }) => code === 'country_contradicts_code')) return;
    const list = [...under].sort().slice(0, 5).join(', ');
    this.cells.fault(field, 'country_contradicts_code', `${country} has no numbers under ${prefix}, which is ${list}`);
  }
}
