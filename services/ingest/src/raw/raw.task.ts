import type { InRecord, OutRecord, Task, TaskContext } from '@ratestream/kafka';
import { partitionFor, type Correlated } from '../correlation/keys.js';
import type { IngestMetrics } from '../metrics.js';
import type { Encoders, SharedParts } from '../parts.js';
import { RawProgress } from '../progress/raw-progress.js';
import { processRecord, type Outcome, type RecordContext } from './process-record.js';
import type { TopicName } from '@ratestream/events';

/**
 * One partition of `cdr.raw`: what comes in is a raw record, what goes out are usage events, questions and rejects, in
 * one transaction with the offset. Keeps nothing that the log does not say.
 */
export class RawTask implements Task {
  private readonly progress: RawProgress;
  private readonly context: RecordContext;
  private readonly encode: Encoders;
  private readonly metrics: IngestMetrics;

  constructor(
    private readonly partition: number,
    private readonly broker: TaskContext,
    private readonly shared: SharedParts,
  ) {
    this.encode = shared.encode;
    this.metrics = shared.metrics;
    this.progress = new RawProgress('cdr.raw', partition, broker);
    this.context = {
      view: shared.view,
      numbering: shared.numbering,
      hashText: shared.hashText,
      sequences: new Map(),
      onBug: (error, { partition: p, offset }, line) => {
        shared.logger.error({ err: error, partition: p, offset, line }, 'a line met a fault of ours and was rejected');
      },
    };
  }

  async start(): Promise<void> {}

  step(_topic: TopicName, records: InRecord[]): OutRecord[] {
    const out: OutRecord[] = [];
    for (const record of records) {
      for (const outcome of processRecord(record, this.context)) this.write(outcome, out);
    }
    this.metrics.tell();
    const last = records.at(-1);
    if (last !== undefined) {
      this.progress.stepped(last.appendedAt);
      this.metrics.lag.observe({ topic: 'cdr.raw' }, Math.max(0, this.broker.brokerTimeMs() - last.appendedAt) / 1000);
    }
    return out;
  }

  tick(): OutRecord[] | null {
    const progress = this.progress.due();
    return progress === null ? null : [this.shared.progressRecord(progress)];
  }

  committed(): void {
    this.progress.committed();
  }

  ready(): boolean {
    return this.shared.catalogIsFresh();
  }

  async stop(): Promise<void> {}

  private write(outcome: Outcome, out: OutRecord[]): void {
    switch (outcome.kind) {
      case 'usage': {
        const { usage } = outcome;
        out.push(this.shared.usageRecord(usage));
        for (const registration of outcome.registrations) out.push(this.correlation(registration));
        this.metrics.outcome('usage', usage.identity.event);
        return;
      }
      case 'ask':
        out.push(this.correlation(outcome.ask));
        this.metrics.outcome('asked', outcome.ask.record.reading === 'concatenation' ? 'part' : 'receipt');
        return;
      case 'rejected':
        out.push({
          topic: 'cdr.rejected',
          key: outcome.rejected.source,
          value: this.encode.rejected(outcome.rejected),
        });
        this.metrics.outcome('rejected', outcome.rejected.reason);
    }
  }

  private correlation({ record, meeting }: Correlated): OutRecord {
    const partition = partitionFor(meeting, this.shared.correlationPartitions);
    return { topic: 'ingest.correlation', partition, key: record.key, value: this.encode.correlation(record) };
  }
}
