import { loadConfig } from '@ratestream/http';
import { createLogger, createMetrics } from '@ratestream/observability';
import { configSchema } from './config.js';
import { startAnalytics } from './start-analytics.js';

const config = loadConfig(configSchema);
const logger = createLogger({ service: 'analytics', level: config.logLevel });
try {
  await startAnalytics({ config, logger, metrics: createMetrics('analytics') });
} catch (error) {
  logger.fatal({ err: error }, 'could not start');
  process.exit(1);
}
