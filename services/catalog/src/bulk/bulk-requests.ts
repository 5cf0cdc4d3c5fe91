import { anyId } from '@ratestream/catalog';
import { pageQuery } from '@ratestream/http';
import { parseMoney } from '@ratestream/money';
import { z } from 'zod';
import { instantText } from '../http/requests.js';

const decimal = z
  .string()
  .regex(/^-?\d{1,9}(\.\d{1,9})?$/, { error: 'must be a decimal as text with at most nine places, such as "-2.5"' });
const price = decimal.refine((text) => !text.startsWith('-'), { error: 'is not negative' });
const list = <T extends z.ZodType>(item: T) => z.array(item).min(1).max(2_000);
const code = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/);

/** Cards by id, or all that a filter finds among those that the caller sees. */
const cards = z.union([
  z.strictObject({ ids: z.array(anyId).min(1).max(500) }),
  z.strictObject({
    side: z.enum(['sell', 'buy']).optional(),
    service: z.enum(['sms', 'voice']).optional(),
    /** The reseller whose cards; `operator`: the operator's; absent: anybody's. */
    owner: anyId.optional(),
    /** Name of the card with `*` for any text: `Retail *`. */
    name: z.string().min(1).max(200).optional(),
  }),
]);

/** Rates that change: those that are in every list given. Surcharges stay as they are. */
const select = z
  .strictObject({
    /** Of the destination: as the rate names it, or as its MCC or prefix lies in. */
    countries: list(z.string().regex(/^[A-Z]{2}$/, { error: 'must be an ISO 3166 alpha-2 code' })).optional(),
    mcc: list(z.string().regex(/^\d{3}$/)).optional(),
    mnc: list(z.string().regex(/^\d{2,3}$/)).optional(),
    /** Rates of E.164 prefixes that begin with one of these. */
    prefixes: list(z.string().regex(/^[1-9]\d{0,14}$/)).optional(),
    /** `any`: rates that name no class. */
    trafficClasses: list(code).optional(),
    /** `any`: rates that name no sender type. */
    senderTypes: list(code).optional(),
  })
  .prefault({});

const change = z
  .strictObject({
    /** Percent of the price that is added: "5", "-2.5". */
    percent: decimal.optional(),
    /** Added to the price, in the card's currency. */
    add: decimal.optional(),
    /** The new price. */
    set: price.optional(),
    rounding: z
      .strictObject({
        mode: z.enum(['half_up', 'half_even', 'up', 'down']),
        places: z.int().min(0).max(9),
      })
      .default({ mode: 'half_even', places: 9 }),
    /** Not below, not above: before the rounding. */
    floor: price.nullable().default(null),
    ceiling: price.nullable().default(null),
  })
  .refine(({ percent, add, set }) => [percent, add, set].filter((one) => one !== undefined).length === 1, {
    error: 'needs exactly one of percent, add and set',
  })
  .refine(({ floor, ceiling }) => floor === null || ceiling === null || parseMoney(floor) <= parseMoney(ceiling), {
    error: 'has a floor above its ceiling',
  });

export const bulkBody = z.strictObject({
  cards,
  select,
  change,
  /** Absent: from the approval on. */
  effectiveFrom: instantText.nullable().default(null),
});
export type BulkBody = z.output<typeof bulkBody>;
export type BulkSelect = BulkBody['select'];
export type PriceChange = BulkBody['change'];

export const revertBody = z.strictObject({ effectiveFrom: instantText.nullable().default(null) }).prefault({});
export type RevertBody = z.output<typeof revertBody>;

export const bulkApproval = z
  .strictObject({
    backdated: z.boolean().default(false),
    waiveNotice: z.string().trim().min(1).max(1_000).nullable().default(null),
  })
  .prefault({});
export type BulkApproval = z.output<typeof bulkApproval>;

export const bulkQuery = pageQuery();
export type BulkQuery = z.output<typeof bulkQuery>;
export const bulkCardsQuery = pageQuery();
export type BulkCardsQuery = z.output<typeof bulkCardsQuery>;
