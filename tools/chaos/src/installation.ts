import { createClickHouse } from '@ratestream/clickhouse';
import type { ClickHouse } from '@ratestream/clickhouse';
import { createKafka } from '@ratestream/kafka';
import type { Kafka } from '@ratestream/kafka';
import { createLogger } from '@ratestream/observability';
import { createPool } from '@ratestream/postgres';
import type { Pool } from '@ratestream/postgres';
import { startStack } from '@ratestream/stack-local';
import type { Stack } from '@ratestream/stack-local';
import { HttpClient } from '@ratestream/tool-simulator';

/** A whole stack of its own, and a hand on each of its stores. */
export interface Installation {
  stack: Stack;
  kafka: Kafka;
  balance: Pool;
  analytics: Pool;
  clickhouse: ClickHouse;
  http: HttpClient;
  close(): Promise<void>;
}

export async function install(folder: string, say: (text: string) => void): Promise<Installation> {
  const stack = await startStack({
    folder,
    ports: 'free',
    fresh: true,
    services: ['catalog', 'ingest', 'rating', 'balance', 'analytics', 'console'],
    onMessage: ({ part, kind, text }) => {
      if (kind !== 'progress') say(`${part}: ${kind} ${text}`);
    },
  });
  const { kafkaBrokers, clickhouseUrl, entryUrl } = stack.addresses;
  const kafka = createKafka({
    brokers: kafkaBrokers.split(','),
    clientId: 'chaos',
    logger: createLogger({ service: 'chaos', level: 'error' }),
  });
  const poolOf = (service: 'balance' | 'analytics'): Pool =>
    createPool(stack.environmentOf(service)['POSTGRES_URL'] ?? '', { maxConnections: 2 });
  const balance = poolOf('balance');
  const analytics = poolOf('analytics');
  const clickhouse = createClickHouse({
    url: clickhouseUrl,
    database: stack.environmentOf('analytics')['CLICKHOUSE_DATABASE'] ?? '',
  });
  return {
    stack,
    kafka,
    balance,
    analytics,
    clickhouse,
    http: new HttpClient({ baseUrl: entryUrl, apiKey: stack.adminKey }),
    close: async () => {
      await Promise.allSettled([kafka.close(), balance.end(), analytics.end(), clickhouse.close()]);
      await stack.stop();
    },
  };
}
