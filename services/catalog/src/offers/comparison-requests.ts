import { anyId } from '@ratestream/catalog';
import { pageQuery } from '@ratestream/http';
import { z } from 'zod';
import { instantText } from '../http/requests.js';

const country = z.string().regex(/^[A-Z]{2}$/, { error: 'must be an ISO 3166 alpha-2 code' });
const code = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, { error: 'must be lower case letters, digits, _ . -' });

/** What kind of message is compared; what is left out is one that no rate names. */
const message = {
  /** Absent: now. */
  asOf: instantText.optional(),
  trafficClass: code.optional(),
  senderType: code.optional(),
  originCountry: z.union([country, z.literal('unknown')]).optional(),
  routeGrade: code.optional(),
};
const filter = {
  country: country.optional(),
  mcc: z
    .string()
    .regex(/^\d{3}$/)
    .optional(),
  /** Only where this supplier has a price. */
  supplierId: anyId.optional(),
};

export const comparisonQuery = pageQuery().extend({ ...message, ...filter });
export type ComparisonQuery = z.output<typeof comparisonQuery>;

export const comparisonSheetQuery = z.object({
  ...message,
  ...filter,
  format: z.enum(['csv', 'xlsx']).default('csv'),
});
export type ComparisonSheetQuery = z.output<typeof comparisonSheetQuery>;
export type ComparisonFilter = Omit<ComparisonSheetQuery, 'format'>;
