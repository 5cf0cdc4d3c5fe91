import type { Metrics } from '@ratestream/observability';

/** What a group's tasks tell Prometheus. */
export function taskMetrics(metrics: Metrics) {
  return {
    lag: metrics.gauge('kafka_lag_records', 'Records not yet processed, by input partition', [
      'group',
      'topic',
      'partition',
    ]),
    records: metrics.counter('kafka_records_total', 'Records processed and committed', ['group', 'topic']),
    written: metrics.counter('kafka_records_written_total', 'Records written in transactions', ['group']),
    batch: metrics.histogram(
      'kafka_batch_records',
      'Records per step',
      ['group', 'topic'],
      [1, 5, 20, 100, 250, 500, 1000, 2000, 5000],
    ),
    transaction: metrics.histogram('kafka_transaction_seconds', 'From the first send to the commit of a step', [
      'group',
    ]),
    step: metrics.histogram('kafka_step_seconds', 'Deciding one step', ['group']),
    starts: metrics.counter('kafka_task_starts_total', 'Tasks started, restarts included', ['group']),
    failures: metrics.counter('kafka_task_failures_total', 'Tasks thrown away after an error', ['group', 'reason']),
    owned: metrics.gauge('kafka_tasks', 'Tasks of this process by state', ['group', 'state']),
  };
}

export type TaskMetrics = ReturnType<typeof taskMetrics>;
