import { baseConfigSchema, clickhouseConfig, envInteger, postgresConfig } from '@ratestream/http';
import { z } from 'zod';

/** All that the service takes from its environment; `httpPort` is `HTTP_PORT` and so on. */
export const configSchema = baseConfigSchema.extend({
  ...postgresConfig,
  ...clickhouseConfig,
  /** Rows of one ClickHouse insert, at most. */
  sinkMaxRows: envInteger(1, 1_000_000).default(10_000),
  /** Longest that a row waits for more rows to be written with it. */
  sinkLingerMs: envInteger(0, 10_000).default(1_000),
  /** Records that the fold of block totals takes in one transaction, at most. */
  foldMaxRecords: envInteger(1, 100_000).default(5_000),
  /** Base URL of balance’s HTTP; unset, conservation compares ClickHouse and the fold alone. */
  balanceUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** An operator’s key with the permission `read`. */
  balanceApiKey: z.string().min(1).optional(),
});

export type AnalyticsConfig = z.output<typeof configSchema>;
