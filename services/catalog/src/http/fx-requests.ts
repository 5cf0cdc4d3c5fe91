import { MAX_FX_DAYS, publishFxRatesBody } from '@ratestream/catalog';
import { amountText, pageQuery } from '@ratestream/http';
import { ECB } from '@ratestream/fx';
import { z } from 'zod';
import { instantText } from './requests.js';

const currency = z.string().regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 code' });
const source = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, { error: 'must be lower case letters, digits, _ . -' })
  .default(ECB.source);
const day = z.iso.date({ error: 'must be a date such as 2026-04-13' });
const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'must be an IANA time zone' })
  .default('UTC')
  .describe('whose months the rules of a period speak of');

export const daysQuery = pageQuery(1_000).extend({
  source,
  from: day.optional().describe('inclusive'),
  to: day.optional().describe('inclusive'),
  currency: currency.optional().describe('only its rates'),
  knownAt: instantText.optional().describe('as known at an instant; absent: now'),
});
export type DaysQuery = z.output<typeof daysQuery>;

export const conversionQuery = z.object({
  from: currency,
  to: currency,
  source,
  asOf: instantText.optional().describe('billing time; absent: now'),
  knownAt: instantText.optional().describe('rating time; absent: now'),
  timeZone,
  amount: amountText.optional(),
  spreadPercent: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,9})?$/, { error: 'must be a decimal percent, not negative' })
    .optional(),
});
export type ConversionQuery = z.output<typeof conversionQuery>;

export const ecbQuery = z.object({
  /** `accept`: publish the good lines although others are refused. */
  partial: z.enum(['refuse', 'accept']).default('refuse'),
});
export type EcbQuery = z.output<typeof ecbQuery>;

export const manualQuery = pageQuery().extend({ status: z.enum(['staged', 'approved', 'discarded']).optional() });
export type ManualQuery = z.output<typeof manualQuery>;

export const manualParams = z.object({ ratesId: z.string().min(1).max(100) });
export type ManualParams = z.output<typeof manualParams>;

/** Days are whole: what a day does not name has no rate on it. */
export const manualBody = publishFxRatesBody.extend({
  source: source.default('manual'),
  note: z.string().trim().min(1).max(500).describe('where they are from'),
  days: publishFxRatesBody.shape.days.describe(`at most ${MAX_FX_DAYS}`),
});
export type ManualBody = z.output<typeof manualBody>;

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
