import { loadConfig } from '@ratestream/http';
import { createLogger, createMetrics } from '@ratestream/observability';
import { configSchema } from './config.js';
import { startBalance } from './start-balance.js';

const config = loadConfig(configSchema);
const logger = createLogger({ service: 'balance', level: config.logLevel });
try {
  await startBalance({ config, logger, metrics: createMetrics('balance') });
} catch (error) {
  logger.fatal({ err: error }, 'could not start');
  process.exit(1);
}
