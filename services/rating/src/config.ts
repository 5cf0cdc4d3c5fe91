import { baseConfigSchema, clickhouseConfig, envBoolean, envInteger } from '@ratestream/http';
import { z } from 'zod';

export const ratingConfigSchema = baseConfigSchema
  .extend({
    ...clickhouseConfig,
    /** At most so many usage events in one transaction. */
    maxBatch: envInteger(1, 10_000).default(1_000),
    checkpointIntervalMs: envInteger(1_000, 86_400_000).default(900_000),
    /** Closed messages leave the working set after being quiet so long. */
    quietMs: envInteger(1_000, 86_400_000).default(120_000),
    /** Takes the group's committed offset for intended even where it lies before what was rated: a full replay. */
    replay: envBoolean.default(false),
    /** Makes the keyed hash of recipients; required in production. */
    recipientHashSecret: z
      .string()
      .min(16, { error: 'must have at least 16 characters' })
      .default('ratestream-local-only'),
    /** Automatic retries of unrated messages, in the account's currency per account and day. */
    retryLimitAmount: z
      .string()
      .regex(/^\d{1,12}(\.\d{1,9})?$/, { error: 'must be a decimal amount' })
      .default('500'),
    retryMaxAgeMs: envInteger(0, 31 * 86_400_000).default(86_400_000),
    /** Set where this process owns exactly these partitions instead of sharing them out by the group. */
    ownPartitions: z
      .string()
      .regex(/^\d+(,\d+)*$/, { error: 'must be partition numbers joined by commas' })
      .optional(),
  })
  .refine(
    ({ environment, recipientHashSecret }) =>
      environment !== 'production' || recipientHashSecret !== 'ratestream-local-only',
    {
      error: 'must be set in production',
      path: ['recipientHashSecret'],
    },
  );

export type RatingConfig = z.output<typeof ratingConfigSchema>;
