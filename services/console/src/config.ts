import { httpConfig } from '@ratestream/http';
import { z } from 'zod';

const serviceUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** Where the services behind the entry port are; read from `CATALOG_URL` and so on. */
export const configSchema = z.object({
  ...httpConfig,
  catalogUrl: serviceUrl,
  ingestUrl: serviceUrl,
  ratingUrl: serviceUrl,
  balanceUrl: serviceUrl,
  analyticsUrl: serviceUrl,
});

export type ConsoleConfig = z.output<typeof configSchema>;

/** Name in the path → base URL. What is not in here is no service, whatever a path says. */
export function upstreamsOf(
  config: Pick<ConsoleConfig, `${'catalog' | 'ingest' | 'rating' | 'balance' | 'analytics'}Url`>,
): ReadonlyMap<string, string> {
  return new Map([
    ['catalog', config.catalogUrl],
    ['ingest', config.ingestUrl],
    ['rating', config.ratingUrl],
    ['balance', config.balanceUrl],
    ['analytics', config.analyticsUrl],
  ]);
}
