import { anyId, parseInstant } from '@ratestream/catalog';
import { pageQuery } from '@ratestream/http';
import { z } from 'zod';

export const instantText = z.string().transform((text, context) => {
  const micros = parseInstant(text);
  if (micros !== null) return micros;
  context.addIssue({ code: 'custom', message: 'must be an ISO 8601 instant with zone, such as 2026-05-01T12:00:00Z' });
  return z.NEVER;
});
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

export const listQuery = pageQuery();
export type ListQuery = z.output<typeof listQuery>;

export const getQuery = z.object({
  asOf: instantText
    .optional()
    .describe(
      'Rate cards: which version prices what is billed at this instant (`inForce`). Everything else has one time, and this is the same as knownAt.',
    ),
  knownAt: instantText
    .optional()
    .describe(
      'The state as it was known at this instant. Absent: as known now. Only rate cards may be asked for two different times.',
    ),
});
export type GetQuery = z.output<typeof getQuery>;

export const idParams = z.object({ id: anyId });
export type IdParams = z.output<typeof idParams>;

export const versionParams = z.object({
  id: anyId,
  version: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, { error: 'must be a version number' })
    .transform(Number),
});
export type VersionParams = z.output<typeof versionParams>;

export const versionsQuery = pageQuery().extend({
  asOf: instantText
    .optional()
    .describe('Billing time that `inForce` is said for. Absent: `knownAt`, and without that now.'),
  knownAt: instantText
    .optional()
    .describe('Versions published later are left out, and later withdrawals undone. Absent: as known now.'),
});
export type VersionsQuery = z.output<typeof versionsQuery>;

export const rateListQuery = pageQuery(5_000).extend({
  format: z.enum(['csv', 'json']).default('csv').describe('`csv`: all rates that match, streamed. `json`: in pages.'),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, { error: 'must be an ISO 3166 alpha-2 code' })
    .transform((text) => text.toUpperCase())
    .optional(),
  mcc: z
    .string()
    .regex(/^\d{3}$/, { error: 'must be three digits' })
    .optional(),
  mnc: z
    .string()
    .regex(/^\d{2,3}$/, { error: 'must be two or three digits' })
    .optional(),
  prefix: z
    .string()
    .regex(/^\d{1,15}$/, { error: 'must be E.164 digits without +' })
    .optional()
    .describe('Rates of this prefix and of longer ones that begin with it'),
});
export type RateListQuery = z.output<typeof rateListQuery>;

export const waiveNotice = z
  .string()
  .trim()
  .min(1)
  .max(1_000)
  .optional()
  .describe(
    'Where accounts pay by the card: why they are told later than its noticeDays say. Kept with the notice. Absent: 422 where they would be.',
  );
export const withdrawQuery = z.object({ waiveNotice });
export type WithdrawQuery = z.output<typeof withdrawQuery>;

export const ratesQuery = z.object({
  effectiveFrom: instantText.optional().describe('The first billing time that the version prices. Absent: at once.'),
  backdated: flag.describe(
    '`true`: effectiveFrom may lie in the past. Corrects after the fact what is rated from here on; what was rated before keeps its price until it is re-rated.',
  ),
  supersede: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, { error: 'must be a version number' })
    .transform(Number)
    .optional()
    .describe('A scheduled version, not yet in force, that is withdrawn in the same step.'),
  partial: z
    .enum(['refuse', 'accept'])
    .default('refuse')
    .describe('`accept`: publish the good rows although others are refused.'),
  waiveNotice,
});
export type RatesQuery = z.output<typeof ratesQuery>;

export const numbersQuery = z.object({ partial: z.enum(['refuse', 'accept']).default('refuse') });
export type NumbersQuery = z.output<typeof numbersQuery>;

export const newNumbersQuery = numbersQuery.extend({ id: anyId });
export type NewNumbersQuery = z.output<typeof newNumbersQuery>;
