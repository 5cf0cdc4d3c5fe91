import { bootstrapService, loadConfig } from '@ratestream/http';
import { Health, createLogger, createMetrics } from '@ratestream/observability';
import { configSchema, upstreamsOf } from './config.js';
import { consoleApp } from './create-console.js';
import { webFolder } from './web-app.js';

const config = loadConfig(configSchema);
const logger = createLogger({ service: 'console', level: config.logLevel });
if (webFolder === undefined) {
  logger.fatal('the page is not built: run the build of this package first');
  process.exit(1);
}
await bootstrapService({
  ...consoleApp({
    upstreams: upstreamsOf(config),
    webFolder,
    logger,
    metrics: createMetrics('console'),
  }),
  config,
  health: new Health(),
});
