import { join } from 'node:path';
import { databaseOf } from './databases.js';
import { SERVICES, type BackingAddresses, type PortMap, type ServiceName, type StackAddresses } from './contract.js';

/** Adds the addresses of the services to those of the stores. */
export function addressesOf(backing: BackingAddresses, ports: PortMap): StackAddresses {
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  const services = SERVICES.map((name) => [name, at(name === 'console' ? ports.entry : ports[name])]);
  const admin = SERVICES.map((name) => [name, at(ports[`${name}-admin`])]);
  return {
    ...backing,
    entryUrl: at(ports.entry),
    services: Object.fromEntries(services) as Record<ServiceName, string>,
    admin: Object.fromEntries(admin) as Record<ServiceName, string>,
  };
}

/** What one service gets as its environment: the same names as in production. */
export function environmentFor(
  service: ServiceName,
  settings: { addresses: StackAddresses; ports: PortMap; topicPrefix: string; folder: string; keyFile: string },
): Record<string, string> {
  const { addresses, ports, topicPrefix, folder, keyFile } = settings;
  const urls = SERVICES.flatMap((name) => [
    [`${name.toUpperCase()}_URL`, addresses.services[name]],
    [`${name.toUpperCase()}_ADMIN_URL`, addresses.admin[name]],
  ]);
  return {
    ...(Object.fromEntries(urls) as Record<string, string>),
    ENVIRONMENT: 'local',
    KAFKA_BROKERS: addresses.kafkaBrokers,
    KAFKA_TOPIC_PREFIX: topicPrefix,
    REGISTRY_URL: addresses.registryUrl,
    POSTGRES_URL: `${addresses.postgresUrl}/${databaseOf(topicPrefix, service)}`,
    CLICKHOUSE_URL: addresses.clickhouseUrl,
    CLICKHOUSE_DATABASE: databaseOf(topicPrefix),
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(service === 'console' ? ports.entry : ports[service]),
    ADMIN_PORT: String(ports[`${service}-admin`]),
    STATE_DIR: join(folder, 'state', service),
    CURRENCY: 'EUR',
    LOG_LEVEL: 'info',
    ...(service === 'catalog' ? { BOOTSTRAP_ADMIN_KEY_FILE: keyFile } : {}),
    // Conservation compares its own totals with those of balance, which are the operator's alone.
    ...(service === 'analytics' ? { BALANCE_API_KEY_FILE: keyFile } : {}),
  };
}
