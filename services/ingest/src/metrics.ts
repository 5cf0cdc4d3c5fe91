import type { Counter, Gauge, Histogram, Metrics } from '@ratestream/observability';

type Outcome = 'usage' | 'asked' | 'rejected' | 'correlated' | 'orphaned';

/** What ingest tells about itself; labels are closed sets, never content. */
export class IngestMetrics {
  readonly lag: Histogram<'topic'>;
  readonly orphans: Gauge<'partition' | 'state'>;
  readonly registrations: Gauge<'partition'>;
  readonly posted: Counter<'outcome'>;
  private readonly records: Counter<'outcome' | 'detail'>;
  private readonly untold: Readonly<Record<Outcome, Map<string, number>>> = {
    usage: new Map(),
    asked: new Map(),
    rejected: new Map(),
    correlated: new Map(),
    orphaned: new Map(),
  };

  constructor(metrics: Metrics) {
    this.records = metrics.counter(
      'ingest_records_total',
      'Lines by what became of them, with the event or the reason',
      ['outcome', 'detail'],
    );
    this.lag = metrics.histogram('ingest_lag_seconds', 'From the append of a raw record to its step', ['topic']);
    this.orphans = metrics.gauge(
      'ingest_orphans',
      'Receipts without a message: waiting, alarmed after ten minutes, lost after the slowest delivery',
      ['partition', 'state'],
    );
    this.registrations = metrics.gauge('ingest_registrations', 'Messages that receipts can find', ['partition']);
    this.posted = metrics.counter('ingest_posted_lines_total', 'Lines posted over HTTP, by outcome', ['outcome']);
  }

  outcome(outcome: Outcome, detail: string): void {
    const counts = this.untold[outcome];
    counts.set(detail, (counts.get(detail) ?? 0) + 1);
  }

  /** Hands over what was counted since. Once a step: counting under labels takes as long as reading a short line. */
  tell(): void {
    for (const [outcome, counts] of Object.entries(this.untold)) {
      for (const [detail, count] of counts) this.records.inc({ outcome, detail }, count);
      counts.clear();
    }
  }
}
