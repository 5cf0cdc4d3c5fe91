import { loadConfig } from '@ratestream/http';
import { createLogger, createMetrics } from '@ratestream/observability';
import { ratingConfigSchema } from './config.js';
import { startRating } from './start-rating.js';

const config = loadConfig(ratingConfigSchema);
const logger = createLogger({ service: 'rating', level: config.logLevel });
try {
  await startRating({ config, logger, metrics: createMetrics('rating') });
} catch (error) {
  logger.fatal({ err: error }, 'could not start');
  process.exit(1);
}
