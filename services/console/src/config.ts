import { httpConfig } from '@ratestream/http';
import { z } from 'zod';

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** The services behind the entry port, in the order a message meets them. */
export const UPSTREAMS = ['catalog', 'ingest', 'rating', 'balance', 'analytics'] as const;
export type Upstream = (typeof UPSTREAMS)[number];

/** Where the services are, read from `CATALOG_URL` and so on; their admin ports, where the page shall show lag, from `CATALOG_ADMIN_URL`. */
export const configSchema = z.object({
  ...httpConfig,
  catalogUrl: url,
  ingestUrl: url,
  ratingUrl: url,
  balanceUrl: url,
  analyticsUrl: url,
  catalogAdminUrl: url.optional(),
  ingestAdminUrl: url.optional(),
  ratingAdminUrl: url.optional(),
  balanceAdminUrl: url.optional(),
  analyticsAdminUrl: url.optional(),
});

export type ConsoleConfig = z.output<typeof configSchema>;

/** Name in the path → base URL. What is not in here is no service, whatever a path says. */
export function upstreamsOf(config: ConsoleConfig): ReadonlyMap<Upstream, string> {
  return new Map(UPSTREAMS.map((name) => [name, config[`${name}Url`]]));
}

/** Name → admin port, for those that are known. */
export function adminUrlsOf(config: ConsoleConfig): ReadonlyMap<Upstream, string> {
  return new Map(
    UPSTREAMS.flatMap((name) => {
      const adminUrl = config[`${name}AdminUrl`];
      return adminUrl === undefined ? [] : [[name, adminUrl] as const];
    }),
  );
}
