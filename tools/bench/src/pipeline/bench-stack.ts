import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClickHouse } from '@ratestream/clickhouse';
import type { ClickHouse } from '@ratestream/clickhouse';
import { createKafka, ensureTopicsAndSchemas } from '@ratestream/kafka';
import type { Kafka } from '@ratestream/kafka';
import { createLogger } from '@ratestream/observability';
import { createPool } from '@ratestream/postgres';
import type { Pool } from '@ratestream/postgres';
import { startStack } from '@ratestream/stack-local';
import type { ServiceName, Stack } from '@ratestream/stack-local';
import { generateCatalog, HttpClient, setUpCatalog } from '@ratestream/tool-simulator';
import type { GeneratedCatalog } from '@ratestream/tool-simulator';

/** The topics of the null processors: a second set in the same broker. */
export const NULL_PREFIX = 'null-';

export interface BenchStack {
  stack: Stack;
  catalog: GeneratedCatalog;
  kafka: Kafka;
  /** The same broker, seen through the prefix of the null processors. */
  nullKafka: Kafka;
  balance: Pool;
  analytics: Pool;
  clickhouse: ClickHouse;
  startAt: number;
  close(): Promise<void>;
}

/** A stack with tenants and prices, its services halted but the catalog: each stage is then started and timed alone. */
export async function startBenchStack(say: (text: string) => void): Promise<BenchStack> {
  const folder = mkdtempSync(join(tmpdir(), 'ratestream-bench-'));
  const services: ServiceName[] = ['catalog', 'ingest', 'rating', 'balance', 'analytics', 'console'];
  say('starting a stack');
  const stack = await startStack({ folder, ports: 'free', services, quick: false, env: { LOG_LEVEL: 'warn' } });
  const startAt = Date.now() * 1_000 - 3_600_000_000;
  const catalog = generateCatalog({ seed: 1, startAt });
  await setUpCatalog(new HttpClient({ baseUrl: stack.addresses.entryUrl, apiKey: stack.adminKey }), catalog);
  for (const service of ['ingest', 'rating', 'balance', 'analytics'] as const) await stack.halt(service);
  const logger = createLogger({ service: 'bench', level: 'error' });
  const client = (topicPrefix: string): Kafka =>
    createKafka({ brokers: stack.addresses.kafkaBrokers.split(','), clientId: 'bench', topicPrefix, logger });
  const kafka = client('');
  const nullKafka = client(NULL_PREFIX);
  await ensureTopicsAndSchemas(nullKafka, stack.addresses.registryUrl, 'local');
  const pool = (service: ServiceName): Pool =>
    createPool(stack.environmentOf(service)['POSTGRES_URL'] ?? '', { maxConnections: 2 });
  const [balance, analytics] = [pool('balance'), pool('analytics')];
  const database = stack.environmentOf('analytics')['CLICKHOUSE_DATABASE'] ?? '';
  const clickhouse = createClickHouse({ url: stack.addresses.clickhouseUrl, database });
  return {
    stack,
    catalog,
    kafka,
    nullKafka,
    balance,
    analytics,
    clickhouse,
    startAt,
    close: async () => {
      await Promise.allSettled([kafka.close(), nullKafka.close(), balance.end(), analytics.end(), clickhouse.close()]);
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
