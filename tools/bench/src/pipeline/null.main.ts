import { readFileSync } from 'node:fs';
import { createKafka, runTasks } from '@ratestream/kafka';
import { createLogger, createMetrics } from '@ratestream/observability';
import type { NullSpec } from './null-spec.js';
import { NullTask } from './null-task.js';

/** Runs the hops of a spec in one process, as a service would run its tasks. */
const spec = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as NullSpec;
const logger = createLogger({ service: 'bench-null', level: 'warn' });
const metrics = createMetrics('bench-null');
const kafka = createKafka({
  brokers: spec.brokers.split(','),
  clientId: 'bench-null',
  topicPrefix: spec.topicPrefix,
  logger,
});
const runners = await Promise.all(
  spec.hops.map((hop) =>
    runTasks(kafka, {
      group: hop.group,
      inputs: [hop.input],
      maxBatch: hop.maxBatch,
      createTask: (partition) => new NullTask(hop, partition),
      metrics,
      logger,
      onFatal: (error) => {
        console.error(error);
        process.exit(1);
      },
    }),
  ),
);
process.on('SIGTERM', () => void Promise.all(runners.map((runner) => runner.drain())).then(() => process.exit(0)));
