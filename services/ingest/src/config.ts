import { baseConfigSchema, envInteger } from '@ratestream/http';
import { z } from 'zod';

const LOCAL_SECRET = 'ratestream-local-only';

/** Settings of the ingest service: each field is read from the variable of its name (`maxBatch` ← `MAX_BATCH`). */
export const ingestConfigSchema = baseConfigSchema
  .extend({
    /** Raw records, at most, in one transaction. */
    maxBatch: envInteger(1, 10_000).default(1_000),
    /** Makes the keyed hash of texts; required in production. */
    textHashSecret: z.string().min(16, { error: 'must have at least 16 characters' }).default(LOCAL_SECRET),
    /** A posted body, as it comes over the wire. */
    maxBodyBytes: envInteger(1_024, 268_435_456).default(16_777_216),
    /** The same after gunzip. */
    maxInflatedBytes: envInteger(1_024, 1_073_741_824).default(67_108_864),
    /** A view of the catalog older than this pauses all input. */
    maxCatalogAgeMs: envInteger(1_000, 3_600_000).default(60_000),
    /** Set where this process owns exactly these partitions instead of sharing them out by the group. */
    ownPartitions: z
      .string()
      .regex(/^\d+(,\d+)*$/, { error: 'must be partition numbers joined by commas' })
      .optional(),
  })
  .refine(({ environment, textHashSecret }) => environment !== 'production' || textHashSecret !== LOCAL_SECRET, {
    error: 'must be set in production',
    path: ['textHashSecret'],
  });

export type IngestConfig = z.output<typeof ingestConfigSchema>;
