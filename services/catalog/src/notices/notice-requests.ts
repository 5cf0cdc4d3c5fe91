import { anyId } from '@ratestream/catalog';
import { pageQuery } from '@ratestream/http';
import { z } from 'zod';

export const noticesQuery = pageQuery().extend({ cardId: anyId.optional(), accountId: anyId.optional() });
export type NoticesQuery = z.output<typeof noticesQuery>;

export const sheetQuery = z.object({
  /** `changes`: what does not stay as it is, old and new. `full`: the whole price list as it will be. */
  kind: z.enum(['changes', 'full']).default('changes'),
  format: z.enum(['csv', 'xlsx']).default('csv'),
});
export type SheetQuery = z.output<typeof sheetQuery>;

export const lossQuery = pageQuery(5_000);
export type LossQuery = z.output<typeof lossQuery>;
