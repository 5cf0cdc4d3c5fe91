import { anyId, newId } from '@ratestream/catalog';
import { pageQuery } from '@ratestream/http';
import { sheetMappingSchema } from '@ratestream/rate-sheets';
import { z } from 'zod';
import { instantText } from './requests.js';

const mode = z.enum(['full', 'partial']);
/** Id of a saved mapping, or a whole mapping as JSON. */
const mapping = z.string().min(1).max(200_000);

/** Of the query, or fields of the form. `mapping` is needed in one of the two. */
export const importFields = z.object({
  mapping: mapping.optional(),
  /** `full`: an A–Z replacement, what the sheet lacks is withdrawn. `partial`: what it lacks stays. */
  mode: mode.optional(),
  /** Absent: the sheet says it, or it counts from the approval on. */
  effectiveFrom: instantText.optional(),
});
export type ImportFields = z.output<typeof importFields>;

export const importParams = z.object({ id: anyId, importId: z.string().min(1).max(100) });
export type ImportParams = z.output<typeof importParams>;

export const rowsQuery = pageQuery(5_000).extend({ verdict: z.enum(['accepted', 'refused']).optional() });
export type RowsQuery = z.output<typeof rowsQuery>;
export const findingsQuery = pageQuery(5_000).extend({ severity: z.enum(['error', 'warning']).optional() });
export type FindingsQuery = z.output<typeof findingsQuery>;
export const diffQuery = pageQuery(5_000).extend({
  change: z.enum(['new', 'increase', 'decrease', 'changed', 'unchanged', 'withdrawn']).optional(),
});
export type DiffQuery = z.output<typeof diffQuery>;
export const lossesQuery = pageQuery(5_000);
export type LossesQuery = z.output<typeof lossesQuery>;

export const exportQuery = z.object({
  format: z.enum(['csv', 'xlsx']).default('csv'),
  mapping: mapping.optional(),
});
export type ExportQuery = z.output<typeof exportQuery>;

export const approvalBody = z
  .strictObject({
    /** Publish although rows that the mapping wanted are refused. */
    acceptRefused: z.boolean().default(false),
    /** Publish although the instant is past. */
    backdated: z.boolean().default(false),
    /** A scheduled version that is withdrawn in the same step. */
    supersedes: z.int().min(1).nullable().default(null),
    /** Why it takes effect earlier than the card's notice days allow; kept with the notice. */
    waiveNotice: z.string().trim().min(1).max(1_000).nullable().default(null),
    /** Of a sheet with several effective dates: all of them, in their order. */
    group: z.boolean().default(false),
  })
  .prefault({});
export type ApprovalBody = z.output<typeof approvalBody>;

const mappingFields = {
  supplierId: newId.nullable().default(null),
  name: z.string().trim().min(1).max(200),
  mapping: sheetMappingSchema,
};
export const createMappingBody = z.strictObject({ id: newId.optional(), ...mappingFields });
export type CreateMappingBody = z.output<typeof createMappingBody>;
export const changeMappingBody = z.strictObject(mappingFields);
export type ChangeMappingBody = z.output<typeof changeMappingBody>;
export const mappingsQuery = pageQuery().extend({ supplierId: anyId.optional() });
export type MappingsQuery = z.output<typeof mappingsQuery>;
