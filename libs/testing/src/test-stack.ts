import { sharedStores, type BackingAddresses } from '@ratestream/stack-local';

/**
 * Addresses of real stores for this test. `npm test` starts one set for the whole run and hands it over as `STACK_*`;
 * a jest started by hand shares a set with the other runs of this checkout, which stops by itself some time after the
 * last of them. Never use names of your own in it: take `isolated()`.
 */
export function testStack(): Promise<BackingAddresses> {
  known ??= fromEnvironment() ?? sharedStores();
  return known;
}

let known: Promise<BackingAddresses> | undefined;

function fromEnvironment(): Promise<BackingAddresses> | undefined {
  const { STACK_KAFKA_BROKERS, STACK_REGISTRY_URL, STACK_POSTGRES_URL, STACK_CLICKHOUSE_URL } = process.env;
  if (
    STACK_KAFKA_BROKERS === undefined ||
    STACK_REGISTRY_URL === undefined ||
    STACK_POSTGRES_URL === undefined ||
    STACK_CLICKHOUSE_URL === undefined
  ) {
    return undefined;
  }
  return Promise.resolve({
    kafkaBrokers: STACK_KAFKA_BROKERS,
    registryUrl: STACK_REGISTRY_URL,
    postgresUrl: STACK_POSTGRES_URL,
    clickhouseUrl: STACK_CLICKHOUSE_URL,
  });
}
