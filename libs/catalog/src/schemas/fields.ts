import { MoneyFormatError, formatMoney, parseMoney } from '@ratestream/money';
import { z } from 'zod';
import { parseInstant } from '../instant.js';
import { DEFAULT_FX, DEFAULT_PRECEDENCE, OPERATOR } from '../model.js';

/** Longest wait for a receipt that terms may ask for: the receipt horizon, 7 d (domain.md §1). */
export const RECEIPT_HORIZON_SEC = 604_800;
export const DEFAULT_TIMEOUT_SEC = 259_200;

/** No '|' and no control characters: ids are joined into Kafka keys. */
export const anyId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/, 'must be 1–128 of A–Z a–z 0–9 . _ : @ -, not beginning with a sign');
/** An id for something new; OPERATOR is nobody's. */
export const id = anyId.refine((text) => text !== OPERATOR, { message: `"${OPERATOR}" is reserved` });
export const name = z.string().trim().min(1).max(200);
export const label = z.string().trim().min(1).max(200).nullable();
export const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code');
export const country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 alpha-2 code');
export const trafficClass = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'must be lower case letters, digits, _ . -')
  .refine((text) => text !== 'any', {
    message: '"any" is said by leaving the class out',
  });
export const service = z.enum(['sms', 'voice']);
export const chargeBasis = z.enum(['accept', 'submit', 'delivered', 'final_not_rejected']);
export const timeoutPolicy = z.enum(['settle', 'release']);
export const timeoutSec = z.int().min(1).max(RECEIPT_HORIZON_SEC);
export const micros = z.int().min(0);
export const count = z.int().min(0);
export const number = z.int().min(1);

export const timeZone = z.string().max(64).refine(isTimeZone, { message: 'must be an IANA time zone' });

/** A decimal string, in its shortest form afterwards. JSON numbers are refused: they may have been rounded already. */
export const money = z.string().transform((text, context) => {
  try {
    return formatMoney(parseMoney(text));
  } catch (error) {
    if (!(error instanceof MoneyFormatError)) throw error;
    context.addIssue({ code: 'custom', message: 'must be a decimal with at most 9 places, as a string' });
    return z.NEVER;
  }
});
export const moneyNotNegative = money.refine((text) => !text.startsWith('-'), { message: 'must not be negative' });

/** ISO 8601 with zone, or whole microseconds UTC. */
export const instant = z.union([micros, z.string()]).transform((value, context) => {
  const parsed = typeof value === 'number' ? value : parseInstant(value);
  if (parsed === null) {
    context.addIssue({ code: 'custom', message: 'must be an ISO 8601 instant with zone, at most microseconds' });
    return z.NEVER;
  }
  return parsed;
});

/** Up to 12 digits before the point and 9 after it, no sign. */
export const decimal = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,9})?$/, 'must be a decimal with at most 9 places, as a string');
export const signedDecimal = z
  .string()
  .regex(/^-?\d{1,12}(\.\d{1,9})?$/, 'must be a decimal with at most 9 places, as a string');
const positive = decimal.refine((text) => /[1-9]/.test(text), { message: 'must be above zero' });
export const fxSource = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'must be lower case letters, digits, _ . -');
export const isoDate = z.iso.date();

export const fxTerms = z
  .strictObject({
    rule: z.enum(['event', 'invoice', 'period_end', 'period_average', 'fixed']).default(DEFAULT_FX.rule),
    source: fxSource.default(DEFAULT_FX.source),
    fallback: z.enum(['previous', 'next']).default(DEFAULT_FX.fallback),
    spreadPercent: decimal.nullable().default(null),
    /** `USD/EUR`: euro for one dollar. */
    fixed: z.record(z.string().regex(/^[A-Z]{3}\/[A-Z]{3}$/, 'must be FROM/TO'), positive).default({}),
  })
  .refine(({ rule, fixed }) => rule !== 'fixed' || Object.keys(fixed).length > 0, {
    path: ['fixed'],
    message: 'the rule `fixed` needs at least one rate',
  });

export const fxDay = z.strictObject({ date: isoDate, publishedAt: micros, rates: z.record(currency, positive) });

export const precedence = z
  .array(z.enum(['originCountry', 'routeGrade', 'trafficClass', 'senderType', 'destination']))
  .refine((order) => new Set(order).size === DEFAULT_PRECEDENCE.length && order.length === DEFAULT_PRECEDENCE.length, {
    message: 'must name each of the five dimensions once',
  })
  .nullable();

export const noticeDays = z.strictObject({
  increase: z.int().min(0).max(365).default(7),
  decrease: z.int().min(0).max(365).default(0),
});

const markup = z.strictObject({
  percent: signedDecimal.default('0'),
  fixed: signedDecimal.default('0'),
  floor: decimal.nullable().default(null),
  ceiling: decimal.nullable().default(null),
});
export const derivation = z
  .strictObject({
    fromCardId: id,
    markup,
    groups: z
      .array(z.strictObject({ name, countries: z.array(country).min(1).max(300), markup }))
      .max(300)
      .default([]),
    rounding: z
      .strictObject({ mode: z.enum(['half_up', 'half_even', 'up', 'down']), places: z.int().min(0).max(9) })
      .default({ mode: 'half_up', places: 6 }),
    fx: fxTerms.default(DEFAULT_FX),
  })
  .nullable();

/** Which card prices which class and region; one class and country has one card. */
export const binding = z.strictObject({
  trafficClass: trafficClass.nullable().default(null),
  countries: z.array(country).min(1).max(300).nullable().default(null),
  cardId: id,
});

/** Who was told of what. */
export const notice = z.strictObject({
  id,
  kind: z.enum(['prices', 'withdrawal', 'terms']),
  cardId: id.nullable(),
  version: number.nullable(),
  accountId: id,
  effectiveFrom: micros,
  issuedAt: micros,
  changes: z
    .strictObject({
      new: count,
      increase: count,
      decrease: count,
      changed: count,
      unchanged: count,
      withdrawn: count,
    })
    .nullable(),
});

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return !/^[+-]/.test(text);
  } catch {
    return false;
  }
}
