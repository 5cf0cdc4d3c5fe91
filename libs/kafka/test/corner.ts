import { silentLogger } from '@ratestream/observability';
import { isolated, type Isolated } from '@ratestream/testing';
import { createKafka, type Kafka } from '../src/index.js';

/** Topics of its own for one test file, and connections to them. */
export interface Corner {
  readonly stack: Isolated;
  connect(clientId?: string): Kafka;
  clean(): Promise<void>;
}

export async function corner(): Promise<Corner> {
  const stack = await isolated({ services: [] });
  const open: Kafka[] = [];
  return {
    stack,
    connect: (clientId = 'test') => {
      const kafka = createKafka({
        brokers: stack.kafkaBrokers.split(','),
        clientId,
        logger: silentLogger(),
        topicPrefix: stack.topicPrefix,
      });
      open.push(kafka);
      return kafka;
    },
    clean: async () => {
      await Promise.all(open.map((k) => k.close()));
      await stack.clean();
    },
  };
}

export async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 40_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
