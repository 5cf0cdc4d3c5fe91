import type { RatedEvent } from '@ratestream/events';
import { isStale } from '@ratestream/fx';
import { formatMoney } from '@ratestream/money';
import { LATENCY_BUCKETS_SEC, type Metrics } from '@ratestream/observability';
import type { RatingState } from '@ratestream/pricing';

/** What rating tells Prometheus. Its numbers are floats, good for a graph; money is asked of the ledger. */
export class RatingMetrics {
  readonly restartSeconds;
  private readonly duplicates;
  private readonly events;
  private readonly legs;
  private readonly unrated;
  private readonly staleRates;
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
    this.staleRates = metrics.counter(
      'rating_stale_rate_legs_total',
      'steps of legs whose exchange rate was older than five days when they were billed',
      ['source'],
    );
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

  /** Counts of one task: collected by the event, told to Prometheus once a committed step. */
  tally(): RatingTally {
    return new RatingTally((counts) => {
      for (const [kind, count] of counts.kinds) this.events.inc({ kind }, count);
      for (const [side, action, count] of counts.legs.entries()) this.legs.inc({ side, action }, count);
      for (const [side, reason, count] of counts.unrated.entries()) this.unrated.inc({ side, reason }, count);
      for (const [source, count] of counts.staleRates) this.staleRates.inc({ source }, count);
      for (const [side, currency, amount] of counts.settled.entries())
        this.money.inc({ side, currency }, Number.parseFloat(formatMoney(amount)));
      for (const seconds of counts.latencies) this.latency.observe(seconds);
      this.duplicates.inc(counts.duplicates);
    });
  }

  observeState(partition: number, state: RatingState): void {
    const labels = { partition: String(partition) };
    this.openParts.set(labels, state.openParts);
    this.ids.set(labels, state.ids.size);
    this.unratedParts.set(labels, state.unratedParts);
  }
}

/** Sums by two labels; a key joined of both would cost more than both lookups. */
class Sums<N extends number | bigint> {
  private readonly sums = new Map<string, Map<string, N>>();

  add(first: string, second: string, more: N): void {
    let sums = this.sums.get(first);
    if (sums === undefined) this.sums.set(first, (sums = new Map<string, N>()));
    const before = sums.get(second);
    sums.set(second, before === undefined ? more : sum(before, more));
  }

  *entries(): Generator<[first: string, second: string, sum: N]> {
    for (const [first, sums] of this.sums) for (const [second, sum] of sums) yield [first, second, sum];
  }
}

/** Of two numbers of one kind. */
function sum<N extends number | bigint>(a: N, b: N): N {
  return ((a as number) + (b as number)) as N;
}

class Counts {
  duplicates = 0;
  readonly kinds = new Map<string, number>();
  readonly legs = new Sums<number>();
  readonly unrated = new Sums<number>();
  readonly settled = new Sums<bigint>();
  /** By source. */
  readonly staleRates = new Map<string, number>();
  readonly latencies: number[] = [];
}

/** A label costs more than a decision: a step adds up by itself and tells the sums. What is never committed is not told. */
export class RatingTally {
  private counts = new Counts();

  constructor(private readonly tell: (counts: Counts) => void) {}

  duplicate(): void {
    this.counts.duplicates++;
  }

  event(event: RatedEvent): void {
    const { counts } = this;
    counts.kinds.set(event.kind, (counts.kinds.get(event.kind) ?? 0) + 1);
    // rawAppendedAt is the first record's: only the step that it brought tells how long rating took
    if (event.cause.type === 'usage' && event.subjectEvent === event.event)
      counts.latencies.push((event.ratedAt - event.rawAppendedAt) / 1_000_000);
    for (const { side, action, reason, amount, currency, fx, billingTime } of event.legs) {
      if (fx !== null && isStale(fx, billingTime))
        counts.staleRates.set(fx.source, (counts.staleRates.get(fx.source) ?? 0) + 1);
      counts.legs.add(side, action, 1);
      if (action === 'unrated') counts.unrated.add(side, reason ?? 'none', 1);
      if (action === 'settle' && amount > 0n) counts.settled.add(side, currency, amount);
    }
  }

  committed(): void {
    if (this.counts.kinds.size === 0 && this.counts.duplicates === 0) return;
    this.tell(this.counts);
    this.counts = new Counts();
  }
}
