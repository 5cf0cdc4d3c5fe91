import { bareMetrics, createLogger } from '@ratestream/observability';
import { createKafka, runTasks } from '../../src/index.js';
import { TransactionalWriter } from '../../src/transactional-writer.js';
import { CountingTask } from './counting-task.js';

/** A process that runs counting tasks until it is killed. Settings come as JSON in the first argument. */
export interface ChildSettings {
  brokers: string[];
  topicPrefix: string;
  name: string;
  group: string;
  sessionTimeoutMs: number;
  maxBatch: number;
  ownPartitions?: number[];
  /** Break a rule, to see that the check notices: connect without fencing, so that offsets are read too early. */
  withoutFencing?: boolean;
}

const settings = JSON.parse(process.argv[2]!) as ChildSettings;
const logger = createLogger({ service: settings.name, level: 'info' });

if (settings.withoutFencing === true) {
  TransactionalWriter.prototype.fence = async function (this: TransactionalWriter): Promise<void> {
    const self = this as unknown as { kafka: ReturnType<typeof createKafka> & { client: never; prefix: string }; producer: unknown };
    const client = self.kafka.client as { producer(options: object): { connect(): Promise<void> } };
    const producer = client.producer({ transactionalId: self.kafka.prefix + this.transactionalId, maxInFlightRequests: 1, transactionTimeout: 20_000 });
    await producer.connect();
    self.producer = producer;
  };
}

const kafka = createKafka({ brokers: settings.brokers, clientId: settings.name, logger, topicPrefix: settings.topicPrefix });
const runner = await runTasks(kafka, {
  group: settings.group,
  inputs: ['usage'],
  maxBatch: settings.maxBatch,
  sessionTimeoutMs: settings.sessionTimeoutMs,
  tickMs: 50,
  metrics: bareMetrics(),
  logger,
  createTask: (partition, context) => new CountingTask(kafka, partition, context),
  onFatal: (err) => {
    logger.fatal({ err }, 'fatal');
    process.exit(3);
  },
  ...(settings.ownPartitions === undefined ? {} : { ownPartitions: settings.ownPartitions }),
});

process.on('SIGTERM', () => {
  void runner
    .drain()
    .then(() => kafka.close())
    .then(() => process.exit(0));
});
