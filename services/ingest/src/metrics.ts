import type { Counter, Gauge, Histogram, Metrics } from '@ratestream/observability';

/** What ingest tells about itself; labels are closed sets, never content. */
export class IngestMetrics {
  readonly lag: Histogram<'topic'>;
  readonly orphans: Gauge<'partition' | 'state'>;
  readonly registrations: Gauge<'partition'>;
  readonly posted: Counter<'outcome'>;
  private readonly records: Counter<'outcome' | 'detail'>;

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

  outcome(outcome: 'usage' | 'asked' | 'rejected' | 'correlated' | 'orphaned', detail: string): void {
    this.records.inc({ outcome, detail });
  }
}
