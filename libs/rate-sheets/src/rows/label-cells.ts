import { UNKNOWN_ORIGIN } from '@ratestream/catalog';
import { LABELS, type Label, type SheetMapping } from '../mapping.js';
import { excerpt } from '../model.js';
import type { Cells } from './cells.js';
import { nameKey, readCountry } from './countries.js';

/** What stands where a value is expected and means all of them. */
export const ALL_NETWORKS: ReadonlySet<string> = new Set([
  '',
  '*',
  'all',
  'any',
  'default',
  'other',
  'others',
  'all networks',
  'all_networks',
  'all other networks',
  'all_other_networks',
  '-',
]);

const CODE = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
const PATTERN = { trafficClass: CODE, senderType: CODE, routeGrade: CODE, unit: /^(part|message)$/ } as const;
const UNKNOWN = {
  trafficClass: 'unknown_traffic_class',
  senderType: 'unknown_sender_type',
  routeGrade: 'unknown_route_grade',
  unit: 'unknown_unit',
} as const;
/** The row's own destination: what a sheet calls domestic. */
const DOMESTIC = 'domestic';
const MAX_PRIORITY = 1_000_000;

/** Dimensions that a row names by a word: class, sender type, origin, grade, unit and priority. */
export class LabelCells {
  private readonly values: ReadonlyMap<Label, ReadonlyMap<string, string>>;

  constructor(
    private readonly mapping: SheetMapping,
    private readonly cells: Cells,
  ) {
    this.values = new Map(
      LABELS.map((field) => {
        const source = mapping[field];
        return [field, keyed(source !== undefined && 'values' in source ? source.values : {})];
      }),
    );
  }

  /** null: any. */
  label(field: keyof typeof PATTERN): string | null {
    const source = this.mapping[field];
    if (source === undefined) return null;
    if ('fixed' in source) return ALL_NETWORKS.has(source.fixed) ? null : source.fixed;
    const text = this.cells.text(field);
    const translated = this.values.get(field)?.get(nameKey(text)) ?? text.toLowerCase().replace(/[\s-]+/g, '_');
    if (ALL_NETWORKS.has(translated)) return null;
    if (PATTERN[field].test(translated)) return translated;
    this.cells.fault(field, UNKNOWN[field], `"${excerpt(text)}" is none; translate it in the mapping`);
    return null;
  }

  /** In: the country that the row's messages go to, which is what `domestic` means. */
  origin(destination: string | null): string | null {
    const source = this.mapping.originCountry;
    if (source === undefined) return null;
    const text = 'fixed' in source ? source.fixed : this.cells.text('originCountry');
    const key = nameKey(text);
    const named = 'fixed' in source ? text : (this.values.get('originCountry')?.get(key) ?? key);
    if (ALL_NETWORKS.has(named)) return null;
    if (named === UNKNOWN_ORIGIN) return UNKNOWN_ORIGIN;
    if (named === DOMESTIC) {
      if (destination === null)
        this.cells.fault('originCountry', 'domestic_without_country', 'is domestic, and the row names no one country');
      return destination;
    }
    const country = /^[A-Z]{2}$/.test(named) ? named : readCountry(text);
    if (country === null)
      this.cells.fault(
        'originCountry',
        'unknown_origin',
        `"${excerpt(text)}" is no country that is known; translate it in the mapping`,
      );
    return country;
  }

  priority(): number {
    const source = this.mapping.priority;
    if (source === undefined) return 0;
    if ('fixed' in source) return source.fixed;
    // Our own export puts a sign before what a spreadsheet would take for a formula.
    const text = this.cells.text('priority').replace(/^'/, '');
    if (text === '') return 0;
    const value = /^[+-]?\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
    if (Math.abs(value) <= MAX_PRIORITY) return value + 0;
    this.cells.fault('priority', 'malformed_priority', `"${excerpt(text)}" is no whole number up to ${MAX_PRIORITY}`);
    return 0;
  }
}

/** By names as `nameKey` makes them. */
export function keyed(values: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(values).map(([text, value]) => [nameKey(text), value]));
}
