import { envInteger, httpConfig, kafkaConfig, postgresConfig } from '@ratestream/http';
import { z } from 'zod';

/** Environment of the balance service, see README. */
export const configSchema = z.object({
  ...httpConfig,
  ...kafkaConfig,
  ...postgresConfig,
  /** Rated events in one transaction, at most. */
  balanceBatchEvents: envInteger(1, 50_000).default(2_000),
  /** Pause after a batch that was not full; the most that it adds to the latency of an event. */
  balanceLingerMs: envInteger(0, 10_000).default(50),
  /** How long a batch waits for the catalog view to reach its events before it is read again. */
  catalogWaitMs: envInteger(100, 600_000).default(10_000),
});

export type BalanceConfig = z.output<typeof configSchema>;
