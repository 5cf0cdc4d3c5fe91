import { baseConfigSchema, clickhouseConfig, envBoolean, envInteger, postgresConfig } from '@ratestream/http';
import { z } from 'zod';

/** Everything the catalog is told from outside; variables are named after the fields (`IMPORT_MAX_ROWS`). */
export const catalogConfigSchema = baseConfigSchema.extend({
  ...postgresConfig,
  /** Secret of the first admin key; usually `BOOTSTRAP_ADMIN_KEY_FILE`. Absent: keys are issued by keys only. */
  bootstrapAdminKey: z.string().min(16, { error: 'must have at least 16 characters' }).optional(),
  /** How long the topic may be silent before a heartbeat shows readers that their view is fresh. */
  heartbeatIntervalMs: envInteger(200, 60_000).default(5_000),
  /** How often this process looks for events that another one has committed. */
  followIntervalMs: envInteger(50, 60_000).default(500),
  importMaxBytes: envInteger(1_000, 2_000_000_000).default(134_217_728),
  importMaxRows: envInteger(1, 10_000_000).default(1_000_000),
  /** Uploads at the same time; each holds its rows in memory. */
  importMaxConcurrent: envInteger(1, 100).default(2),
  /** How long the request with a rate sheet waits for its verdicts; after that it answers 202 and the reading goes on. */
  importWaitMs: envInteger(0, 120_000).default(20_000),
  /** Rates of all cards of one bulk change: its approval holds them in memory. */
  bulkMaxRates: envInteger(1, 10_000_000).default(2_000_000),
  /** Rates of all buy cards that are compared; as many are kept in memory. */
  comparisonMaxRates: envInteger(1, 20_000_000).default(3_000_000),
  /** How often this process looks for notices that another one has planned, or left behind. */
  noticeIntervalMs: envInteger(100, 600_000).default(5_000),
  /** What is staged is approved by another person than those who made it. */
  importSecondApprover: envBoolean.default(true),
  /** Where past traffic is read for what-ifs and margins; absent: they say that it is not known, and all else works. */
  clickhouseUrl: clickhouseConfig.clickhouseUrl.optional(),
  clickhouseDatabase: clickhouseConfig.clickhouseDatabase,
  /** How long the request with a what-if waits for its result; after that it answers 202 and the reading goes on. */
  whatIfWaitMs: envInteger(0, 120_000).default(10_000),
  whatIfTimeoutMs: envInteger(1_000, 86_400_000).default(600_000),
  whatIfMaxConcurrent: envInteger(1, 16).default(2),
  /** Rated legs that one what-if may read. */
  whatIfMaxRows: envInteger(1, 2_000_000_000).default(100_000_000),
  /** History of the ECB's reference rates, CSV or the bank's ZIP of it; absent: no exchange rate is pulled. */
  fxFeedUrl: z.url({ protocol: /^https?$/ }).optional(),
  fxFeedIntervalSec: envInteger(60, 604_800).default(3_600),
  fxFeedTimeoutMs: envInteger(100, 600_000).default(30_000),
  /** Of a file of exchange rates, pulled or uploaded. */
  fxMaxBytes: envInteger(1_000, 1_000_000_000).default(16_777_216),
});

export type CatalogConfig = z.output<typeof catalogConfigSchema>;
