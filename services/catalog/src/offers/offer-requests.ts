import { anyId, newId, type Derivation } from '@ratestream/catalog';
import { pageQuery } from '@ratestream/http';
import { z } from 'zod';
import { instantText } from '../http/requests.js';

const country = z.string().regex(/^[A-Z]{2}$/, { error: 'must be an ISO 3166 alpha-2 code' });
const countries = z.array(country).min(1).max(300);
const code = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/);
const signed = z.string().regex(/^-?\d{1,9}(\.\d{1,9})?$/, { error: 'must be a decimal as text' });
const amount = z.string().regex(/^\d{1,9}(\.\d{1,9})?$/, { error: 'must be a decimal as text, not negative' });

const markup = z.strictObject({
  /** Percent of the cost that is added. */
  percent: signed.default('0'),
  fixed: signed.default('0'),
  floor: amount.nullable().default(null),
  ceiling: amount.nullable().default(null),
});

export const offerBody = z.strictObject({
  /** Of an offer that is there: this is its next version. */
  id: newId.optional(),
  name: z.string().trim().min(1).max(200),
  currency: z.string().regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 code' }),
  from: z
    .strictObject({
      /** Buy prices in force then; absent: now. */
      asOf: instantText.optional(),
      countries: countries.optional(),
      /** A price for each; null: one for every class. */
      trafficClasses: z.array(code.nullable()).min(1).max(20).default([null]),
      senderType: code.optional(),
      originCountry: z.union([country, z.literal('unknown')]).optional(),
      routeGrade: code.optional(),
      suppliers: z
        .strictObject({
          included: z.array(anyId).min(1).max(500).optional(),
          excluded: z.array(anyId).max(500).default([]),
        })
        .prefault({}),
      /** Suppliers that a destination must have to be offered: two, so that one may fail. */
      minSuppliers: z.int().min(1).max(100).default(1),
    })
    .prefault({}),
  markup: markup.prefault({}),
  /** The first group that names the destination's country replaces the markup. */
  groups: z
    .array(z.strictObject({ name: z.string().min(1).max(200), countries, markup }))
    .max(300)
    .default([]),
  rounding: z
    .strictObject({ mode: z.enum(['half_up', 'half_even', 'up', 'down']), places: z.int().min(0).max(9) })
    .default({ mode: 'half_up', places: 6 } satisfies Derivation['rounding']),
  validUntil: instantText.nullable().default(null),
  targetCardId: anyId.nullable().default(null),
});
export type OfferBody = z.output<typeof offerBody>;

const version = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, { error: 'must be a version number' })
  .transform(Number)
  .optional();
/** Absent: the newest. */
export const offerQuery = z.object({ version });
export type OfferQuery = z.output<typeof offerQuery>;
export const offersQuery = pageQuery();
export type OffersQuery = z.output<typeof offersQuery>;
export const offerRowsQuery = pageQuery(5_000).extend({ version });
export type OfferRowsQuery = z.output<typeof offerRowsQuery>;
export const offerSheetQuery = z.object({ version, format: z.enum(['csv', 'xlsx']).default('csv') });
export type OfferSheetQuery = z.output<typeof offerSheetQuery>;

export const stageBody = z
  .strictObject({
    version: z.int().min(1).optional(),
    /** Absent: the offer's own target. */
    cardId: anyId.optional(),
    /** Absent: from the approval on. */
    effectiveFrom: instantText.nullable().default(null),
    /** `full`: the offer replaces the card's rates. `partial`: what it lacks stays. */
    mode: z.enum(['full', 'partial']).default('full'),
  })
  .prefault({});
export type StageBody = z.output<typeof stageBody>;
