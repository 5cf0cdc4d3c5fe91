import type { TopicName } from '@ratestream/events';
import { TransactionalPublisher, lastHeader, type Kafka } from '@ratestream/kafka';
import { Relay, type RelayOptions } from './relay.js';
import type { Pool } from './pool.js';

export interface StartRelayOptions extends Omit<RelayOptions, 'pool' | 'kafka' | 'topics'> {
  /** Stable and one per outbox, e.g. `balance-outbox`: Kafka fences by it. */
  transactionalId: string;
  topics: readonly TopicName[];
}

/** Starts carrying an outbox to Kafka. Resolves at once; `relay.health()` says how it goes, `relay.stop()` ends it. */
export function startRelay(pool: Pool, kafka: Kafka, options: StartRelayOptions): Relay {
  const { transactionalId, ...rest } = options;
  const relay = new Relay({
    ...rest,
    pool,
    kafka: {
      publisher: () => {
        const publisher = new TransactionalPublisher(kafka, { transactionalId });
        return {
          fence: () => publisher.fence(),
          publish: async (records) => {
            await publisher.publish(records.map((record) => ({ ...record, topic: record.topic as TopicName })));
          },
          close: () => publisher.close(),
        };
      },
      highest: (topic, header) => lastHeader(kafka, topic as TopicName, header),
    },
  });
  relay.start();
  return relay;
}
