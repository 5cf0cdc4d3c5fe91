import { parseInstant } from '@ratestream/catalog';
import { z } from 'zod';
import { IANAZone } from 'luxon';
import { DECIMAL_PRICE } from './rows/price.js';

/** A column: its header's text (case and spaces do not matter), or its position counted from 1. */
const column = z.union([z.string().trim().min(1).max(200), z.int().min(1).max(1_000)]);
const code = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'must be lower case letters, digits, _ . -');
const iso2 = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 alpha-2 code');
const currencyCode = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code');
const words = z.array(z.string().trim().min(1).max(200)).max(200);
const valuesTo = <T extends z.ZodType>(target: T) =>
  z.record(z.string().min(1).max(200), target).refine((map) => Object.keys(map).length <= 2_000, {
    message: 'has more than 2 000 entries',
  });
const dates = {
  column,
  /** `iso`, or Luxon tokens such as `dd.MM.yyyy`. */
  format: z.string().min(1).max(50).default('iso'),
  /** IANA zone of dates that carry none. */
  zone: z
    .string()
    .max(64)
    .refine((zone) => IANAZone.isValidZone(zone), { message: 'must be an IANA time zone' })
    .default('UTC'),
};
/** An instant for every row, or a column of dates. */
const when = z.union([
  z.string().refine((text) => parseInstant(text) !== null, { message: 'must be an ISO 8601 instant with zone' }),
  z.strictObject(dates),
]);
/** ISO 3166 alpha-2, `unknown`, `any`, or `domestic`: the country of the row's own destination. */
const origin = z
  .string()
  .regex(/^([A-Z]{2}|unknown|any|domestic)$/, 'must be an ISO 3166 alpha-2 code, unknown, any or domestic');
const priority = z.int().min(-1_000_000).max(1_000_000);
/** A column whose texts are translated, or the same value for every row. */
const labelled = <T extends z.ZodType<string>>(target: T) =>
  z.union([z.strictObject({ column, values: valuesTo(target).default({}) }), z.strictObject({ fixed: target })]);

const surcharge = z
  .strictObject({
    /** The component's name; two entries of one name are two dates of it. */
    name: code,
    /** A cell that is blank adds nothing. */
    column: column.optional(),
    /** The same fee for every row. */
    fixed: z.string().regex(DECIMAL_PRICE, 'must be a decimal with at most 9 places').optional(),
    /** A cell of 0 is a fee of nothing, which goes before a wider row's fee; `skip`: it adds nothing. */
    zeros: z.enum(['keep', 'skip']).default('keep'),
    unit: z.enum(['part', 'message']).default('part'),
    /** Absent: that of the cell, else of the row. */
    currency: currencyCode.optional(),
    /** Inclusive. */
    validFrom: when.optional(),
    /** Exclusive. */
    validUntil: when.optional(),
  })
  .refine(({ column: at, fixed }) => (at === undefined) !== (fixed === undefined), {
    message: 'needs either a column or a fixed fee',
  });

/**
 * How a supplier's sheet is read: which column means what, and how its texts are written.
 * The same mapping writes the sheet, so an export has the layout of what came in.
 */
export const sheetMappingSchema = z
  .strictObject({
    /** Name or position (from 1) of the sheet in a workbook; absent: the first one. */
    sheet: z.union([z.string().min(1).max(100), z.int().min(1).max(1_000)]).optional(),
    /** Row of the header, from 1. 0: there is none, columns are positions. Absent: the first row that names every column. */
    headerRow: z.int().min(0).max(10_000).optional(),
    /** Rows between the header and the first rate. */
    skipRows: z.int().min(0).max(10_000).default(0),
    delimiter: z.enum(['auto', ',', ';', '\t', '|']).default('auto'),
    encoding: z.enum(['auto', 'utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).default('auto'),
    decimal: z.enum(['.', ',']).default('.'),
    thousands: z.enum(['', ',', '.', ' ', "'"]).default(''),
    /** ISO 3166 alpha-2, alpha-3 or an English name, by `aliases` first. */
    country: z.strictObject({ column, aliases: valuesTo(iso2).default({}) }).optional(),
    mcc: column.optional(),
    /** One MNC or a list of them. */
    mnc: column.optional(),
    /** Both in one: `26201`, `262-01`, `262/01`. */
    mccMnc: column.optional(),
    /** The side on which the sheet fills MNCs up to three digits with zeros; `auto` looks at the whole sheet. */
    mncPadding: z.enum(['auto', 'none', 'left', 'right']).default('auto'),
    /** An E.164 prefix that is itself the destination. */
    prefix: column.optional(),
    /** A calling code that belongs to the row's country: checked against it, and put before each of `codes`. */
    dialCode: column.optional(),
    /** National codes under `dialCode`: `7400, 7403-7405`; each is a destination. */
    codes: column.optional(),
    operator: z
      .strictObject({
        column,
        /** Take what follows the first occurrence of this text, such as ` - `. */
        after: z.string().min(1).max(50).optional(),
        /** Find the network by the operator's name in its country; a name that is not found refuses the row. */
        resolve: z.boolean().default(false),
        /** Names that mean every other network of the country. */
        others: words.default(['other', 'others', 'all networks', 'all other networks', 'default', 'all']),
        /** The sheet's name → the name in the list of networks. */
        aliases: valuesTo(z.string().min(1).max(200)).default({}),
      })
      .optional(),
    trafficClass: labelled(code).optional(),
    senderType: labelled(code).optional(),
    /** Where messages come from; texts are read as countries are, by `values` first: `{ International: 'any' }`. */
    originCountry: labelled(origin).optional(),
    routeGrade: labelled(code).optional(),
    /** Whole numbers; of rates that match one message the highest is asked first. Blank: 0. */
    priority: z.union([z.strictObject({ column }), z.strictObject({ fixed: priority })]).optional(),
    /** Absent: the sheet has surcharges alone. `optional`: a row may leave its price blank where it has a surcharge. */
    price: z.strictObject({ column, optional: z.boolean().default(false) }).optional(),
    /** Fees beside the price: each makes a row of its own, with the row's destination, class, sender type, origin and grade. */
    surcharges: z.array(surcharge).max(20).default([]),
    /** Looked for in this order: its column, the price cell (`€ 0,05`, `0.05 USD`), `fixed`. Nothing found refuses the row. */
    currency: z.strictObject({
      column: column.optional(),
      fixed: currencyCode.optional(),
      symbols: valuesTo(currencyCode).default({}),
    }),
    unit: labelled(z.enum(['part', 'message'])).optional(),
    effectiveDate: z.strictObject(dates).optional(),
    /** Only rows whose cell is one of these texts are wanted; the others are refused as `not_wanted`. */
    only: z
      .array(z.strictObject({ column, values: words }))
      .max(20)
      .default([]),
    /** What a row without any destination is. */
    blankDestination: z.enum(['refuse', 'default']).default('refuse'),
  })
  .refine(({ price, surcharges }) => price !== undefined || surcharges.length > 0, {
    path: ['price'],
    message: 'a sheet has prices, surcharges or both',
  });

export type SheetMapping = z.output<typeof sheetMappingSchema>;
export type SheetMappingInput = z.input<typeof sheetMappingSchema>;
export type ColumnRef = string | number;
export type SurchargeMapping = SheetMapping['surcharges'][number];

/** Fields whose texts stand for a value, by a column or one for the whole sheet. */
export const LABELS = ['trafficClass', 'senderType', 'originCountry', 'routeGrade', 'unit'] as const;
export type Label = (typeof LABELS)[number];
/** Names of the columns of one surcharge, as `mappedColumns` has them. */
export const surchargeFields = (index: number) =>
  ({
    price: `surcharges.${index}`,
    validFrom: `surcharges.${index}.validFrom`,
    validUntil: `surcharges.${index}.validUntil`,
  }) as const;

/** What a sheet speaks of: the rest of a card stays as it is when the sheet takes its place. */
export interface SheetScope {
  usage: boolean;
  surcharges: ReadonlySet<string>;
}
export function scopeOf({ price, surcharges }: SheetMapping): SheetScope {
  return { usage: price !== undefined, surcharges: new Set(surcharges.map(({ name }) => name)) };
}

/** The columns that a mapping reads, by what they mean; `only.0` … for its filters. */
export function mappedColumns(mapping: SheetMapping): Map<string, ColumnRef> {
  const columns = new Map<string, ColumnRef>();
  const put = (field: string, ref: ColumnRef | undefined): void => {
    if (ref !== undefined) columns.set(field, ref);
  };
  put('country', mapping.country?.column);
  put('operator', mapping.operator?.column);
  put('mcc', mapping.mcc);
  put('mnc', mapping.mnc);
  put('mccMnc', mapping.mccMnc);
  put('prefix', mapping.prefix);
  put('dialCode', mapping.dialCode);
  put('codes', mapping.codes);
  for (const field of [...LABELS, 'priority'] as const) {
    const source = mapping[field];
    if (source !== undefined && 'column' in source) put(field, source.column);
  }
  put('price', mapping.price?.column);
  for (const [index, surcharge] of mapping.surcharges.entries()) {
    const fields = surchargeFields(index);
    put(fields.price, surcharge.column);
    for (const end of ['validFrom', 'validUntil'] as const) {
      const date = surcharge[end];
      if (typeof date === 'object') put(fields[end], date.column);
    }
  }
  put('currency', mapping.currency.column);
  put('effectiveDate', mapping.effectiveDate?.column);
  mapping.only.forEach(({ column: ref }, index) => put(`only.${index}`, ref));
  return columns;
}
