import { CatalogView } from '@ratestream/catalog';
import { createKafka, createSerdes, startCatalogFeed } from '@ratestream/kafka';
import { createLogger } from '@ratestream/observability';
import { RateBook } from '@ratestream/pricing';

/**
 * Loads the catalog as rating does at its start, and prints how long it took and what it weighs: resident memory that was not there
 * before, at its highest and once garbage is collected. What was freed and not given back counts.
 */
const [brokers = '', registryUrl = ''] = process.argv.slice(2);
const kafka = createKafka({
  brokers: brokers.split(','),
  clientId: 'bench-load',
  logger: createLogger({ service: 'bench', level: 'error' }),
});
const before = process.memoryUsage.rss();
const startedAt = performance.now();
const book = new RateBook();
let rates = 0;
const view = new CatalogView({
  onVersionUsable: (version, rows) => {
    rates += rows.length;
    book.addVersion(version, rows);
  },
});
const serdes = await createSerdes(kafka, registryUrl);
const feed = await startCatalogFeed(kafka, serdes, view, { rates: true });
const seconds = (performance.now() - startedAt) / 1_000;
globalThis.gc?.();
const megabytes = Math.round((process.memoryUsage.rss() - before) / 2 ** 20);
const highest = Math.round((process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20);
console.log(JSON.stringify({ rates, seconds, megabytes, highest }));
await feed.stop();
process.exit(0);
