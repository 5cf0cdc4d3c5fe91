#!/usr/bin/env node
import { createLogger } from '@ratestream/observability';
import { createKafka } from './client.js';
import { kafkaConfigFromEnv } from './config.js';
import { ensureTopicsAndSchemas } from './ensure.js';

/** The one command that makes topics and subjects: the local stack runs it before the services, and so does a release. */
const logger = createLogger({ service: 'topics' });
try {
  const { REGISTRY_URL, ENVIRONMENT = 'local' } = process.env;
  if (REGISTRY_URL === undefined || REGISTRY_URL === '') throw new Error('REGISTRY_URL is missing');
  if (ENVIRONMENT !== 'local' && ENVIRONMENT !== 'production')
    throw new Error('ENVIRONMENT is neither local nor production');
  const kafka = createKafka(kafkaConfigFromEnv(process.env, 'ratestream-topics', logger));
  try {
    await ensureTopicsAndSchemas(kafka, REGISTRY_URL, ENVIRONMENT);
  } finally {
    await kafka.close();
  }
} catch (err) {
  logger.fatal({ err }, 'topics and subjects could not be ensured');
  process.exitCode = 1;
}
