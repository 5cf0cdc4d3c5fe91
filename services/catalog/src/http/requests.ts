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

export const getQuery = z.object({ asOf: instantText.optional() });
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

export const ratesQuery = z.object({
  /** Absent: at once. */
  effectiveFrom: instantText.optional(),
  backdated: flag,
  /** `accept`: publish the good rows although others are refused. */
  partial: z.enum(['refuse', 'accept']).default('refuse'),
});
export type RatesQuery = z.output<typeof ratesQuery>;

export const numbersQuery = z.object({ partial: z.enum(['refuse', 'accept']).default('refuse') });
export type NumbersQuery = z.output<typeof numbersQuery>;

export const newNumbersQuery = numbersQuery.extend({ id: anyId });
export type NewNumbersQuery = z.output<typeof newNumbersQuery>;
