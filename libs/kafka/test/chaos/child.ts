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
  /** Break a rule, to see that the check notices: fence after the committed offsets are read, not before. */
  offsetsBeforeFencing?: boolean;
}

const settings = JSON.parse(process.argv[2]!) as ChildSettings;
const logger = createLogger({ service: settings.name, level: 'info' });

/** Fencings put off by `offsetsBeforeFencing`, by transactional id. */
const putOff = new Map<string, () => Promise<void>>();

if (settings.offsetsBeforeFencing === true) {
  const fence = TransactionalWriter.prototype.fence;
  TransactionalWriter.prototype.fence = function (this: TransactionalWriter): Promise<void> {
    putOff.set(this.transactionalId, () => fence.call(this));
    return Promise.resolve();
  };
}

/** The right task, started in the wrong order: by now the offsets are read, and only now the earlier owner is fenced. */
class TooLate extends CountingTask {
  constructor(
    private readonly transactionalId: string,
    ...rest: ConstructorParameters<typeof CountingTask>
  ) {
    super(...rest);
  }

  override async start(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await putOff.get(this.transactionalId)!();
    await super.start();
  }
}

const kafka = createKafka({
  brokers: settings.brokers,
  clientId: settings.name,
  logger,
  topicPrefix: settings.topicPrefix,
});
const runner = await runTasks(kafka, {
  group: settings.group,
  inputs: ['usage'],
  maxBatch: settings.maxBatch,
  sessionTimeoutMs: settings.sessionTimeoutMs,
  tickMs: 50,
  metrics: bareMetrics(),
  logger,
  createTask: (partition, context) =>
    settings.offsetsBeforeFencing === true
      ? new TooLate(`${settings.group}-task-${partition}`, kafka, partition, context)
      : new CountingTask(kafka, partition, context),
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
