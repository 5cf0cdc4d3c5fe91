import { randomBytes } from 'node:crypto';
import { createKafka, ensureTopicsAndSchemas } from '@ratestream/kafka';
import { silentLogger } from '@ratestream/observability';
import {
  createClickHouseDatabase,
  createDatabases,
  databaseOf,
  deleteTopics,
  SERVICES,
  type BackingAddresses,
  type ServiceName,
} from '@ratestream/stack-local';
import { testStack } from './test-stack.js';

export interface IsolatedOptions {
  /** Services that get a database each; all unless told. */
  services?: readonly ServiceName[];
  /** Create every topic and subject under the prefix (two seconds); true unless told. */
  topics?: boolean;
}

/** A corner of the shared stores that no other test sees: a topic prefix and databases of its own. */
export interface Isolated extends BackingAddresses {
  /** Put before every topic, group and transactional id. */
  topicPrefix: string;
  clickhouseDatabase: string;
  /** URL of one service's database. */
  databaseUrl(service: ServiceName): string;
  /** Environment for `loadConfig` of a service: the names that production uses. */
  environmentOf(service: ServiceName): Record<string, string>;
  /** Removes the topics. Databases stay until the stores go. */
  clean(): Promise<void>;
}

/** Makes a corner of the stores for one test file; call it in `beforeAll`. */
export async function isolated({ services = SERVICES, topics = true }: IsolatedOptions = {}): Promise<Isolated> {
  const stores = await testStack();
  const topicPrefix = `t${randomBytes(5).toString('hex')}-`;
  const databases = services.map((service) => databaseOf(topicPrefix, service));
  await Promise.all([
    createDatabases(stores.postgresUrl, databases),
    createClickHouseDatabase(stores.clickhouseUrl, databaseOf(topicPrefix)),
    topics ? createTopics(stores, topicPrefix) : undefined,
  ]);
  const databaseUrl = (service: ServiceName): string => `${stores.postgresUrl}/${databaseOf(topicPrefix, service)}`;
  return {
    ...stores,
    topicPrefix,
    clickhouseDatabase: databaseOf(topicPrefix),
    databaseUrl,
    environmentOf: (service) => ({
      ENVIRONMENT: 'local',
      KAFKA_BROKERS: stores.kafkaBrokers,
      KAFKA_TOPIC_PREFIX: topicPrefix,
      REGISTRY_URL: stores.registryUrl,
      POSTGRES_URL: databaseUrl(service),
      CLICKHOUSE_URL: stores.clickhouseUrl,
      CLICKHOUSE_DATABASE: databaseOf(topicPrefix),
      CURRENCY: 'EUR',
      LOG_LEVEL: 'warn',
    }),
    clean: async () => void (await deleteTopics(stores.kafkaBrokers, topicPrefix)),
  };
}

async function createTopics(stores: BackingAddresses, topicPrefix: string): Promise<void> {
  const kafka = createKafka({
    brokers: stores.kafkaBrokers.split(','),
    clientId: 'testing',
    logger: silentLogger(),
    topicPrefix,
  });
  try {
    await ensureTopicsAndSchemas(kafka, stores.registryUrl, 'local');
  } finally {
    await kafka.close();
  }
}
