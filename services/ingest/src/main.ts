import { loadConfig } from '@ratestream/http';
import { createLogger, createMetrics } from '@ratestream/observability';
import { ingestConfigSchema } from './config.js';
import { startIngest } from './start-ingest.js';

const config = loadConfig(ingestConfigSchema);
const logger = createLogger({ service: 'ingest', level: config.logLevel });
try {
  await startIngest({ config, logger, metrics: createMetrics('ingest') });
} catch (error) {
  logger.fatal({ err: error }, 'could not start');
  process.exit(1);
}
