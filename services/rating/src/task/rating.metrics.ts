import type { RatedEvent } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import { LATENCY_BUCKETS_SEC, type Metrics } from '@ratestream/observability';
import type { RatingState } from '@ratestream/pricing';

/** What rating tells Prometheus. Its numbers are floats, good for a graph; money is asked of the ledger. */
export class RatingMetrics {
  readonly duplicates;
  readonly restartSeconds;
  private readonly events;
  private readonly legs;
  private readonly unrated;
  private readonly money;
  private readonly latency;
  private readonly openParts;
  private readonly ids;
  private readonly unratedParts;

  constructor(metrics: Metrics) {
    this.duplicates = metrics.counter('rating_duplicates_total', 'usage events that were rated before');
    this.restartSeconds = metrics.histogram(
      'rating_task_start_seconds',
      'checkpoint and tail of rated until a task works',
      [],
      [0.1, 0.5, 1, 5, 10, 30, 60, 300],
    );
    this.events = metrics.counter('rating_events_total', 'rated events by kind', ['kind']);
    this.legs = metrics.counter('rating_legs_total', 'steps of legs', ['side', 'action']);
    this.unrated = metrics.counter('rating_unrated_legs_total', 'legs without a price, by reason', ['side', 'reason']);
    this.money = metrics.counter('rating_settled_amount_total', 'settled money', ['side', 'currency']);
    this.latency = metrics.histogram(
      'rating_latency_seconds',
      'raw record appended to event decided',
      [],
      LATENCY_BUCKETS_SEC,
    );
    this.openParts = metrics.gauge('rating_open_parts', 'parts in the working set', ['partition']);
    this.ids = metrics.gauge('rating_ids', 'identities in the window', ['partition']);
    this.unratedParts = metrics.gauge('rating_unrated_parts', 'parts that wait for a price', ['partition']);
  }

  observe(event: RatedEvent): void {
    this.events.inc({ kind: event.kind });
    // rawAppendedAt is the first record's: only the step that it brought tells how long rating took
    if (event.cause.type === 'usage' && event.subjectEvent === event.event)
      this.latency.observe((event.ratedAt - event.rawAppendedAt) / 1_000_000);
    for (const { side, action, reason, amount, currency } of event.legs) {
      this.legs.inc({ side, action });
      if (action === 'unrated') this.unrated.inc({ side, reason: reason ?? 'none' });
      if (action === 'settle' && amount > 0n)
        this.money.inc({ side, currency }, Number.parseFloat(formatMoney(amount)));
    }
  }

  observeState(partition: number, state: RatingState): void {
    const labels = { partition: String(partition) };
    this.openParts.set(labels, state.openParts);
    this.ids.set(labels, state.ids.size);
    this.unratedParts.set(labels, state.unratedParts);
  }
}
