import type { RatedEvent } from '@ratestream/events';
import { parseLedgerCode } from '@ratestream/ledger';
import type { BatchMoves } from '@ratestream/ledger';
import { formatMoney } from '@ratestream/money';
import type { Nano } from '@ratestream/money';
import type { Metrics } from '@ratestream/observability';

/** Figures of the stream. Money in metrics is for watching, not for books: Prometheus counts in doubles. */
export class ApplyMetrics {
  private readonly events;
  private readonly redeliveredRecords;
  private readonly batchSize;
  private readonly applySeconds;
  private readonly endToEnd;
  private readonly debited;
  private readonly nextOffset;

  constructor(metrics: Metrics) {
    this.events = metrics.counter('balance_events_applied_total', 'Rated events applied', ['kind']);
    this.redeliveredRecords = metrics.counter(
      'balance_records_redelivered_total',
      'Records that had been applied before',
    );
    this.batchSize = metrics.histogram(
      'balance_batch_events',
      'Rated events per transaction',
      [],
      [1, 10, 50, 100, 500, 1_000, 2_000, 5_000],
    );
    this.applySeconds = metrics.histogram('balance_apply_seconds', 'From decoding a batch to its commit');
    this.endToEnd = metrics.histogram(
      'balance_end_to_end_seconds',
      'From the append to cdr.raw to the applied balance',
    );
    this.debited = metrics.counter('balance_debited_total', 'Net money debited from accounts by usage, approximately', [
      'currency',
    ]);
    this.nextOffset = metrics.gauge('balance_next_offset', 'Next offset of rated to apply', ['partition']);
  }

  redelivered(records: number): void {
    this.redeliveredRecords.inc(records);
  }

  applied(
    partition: number,
    events: readonly RatedEvent[],
    moves: BatchMoves,
    next: number,
    startedMs: number,
    endedMs: number,
  ): void {
    this.batchSize.observe(events.length);
    this.applySeconds.observe((endedMs - startedMs) / 1_000);
    this.nextOffset.set({ partition }, next);
    const byKind = new Map<string, number>();
    for (const event of events) {
      byKind.set(event.kind, (byKind.get(event.kind) ?? 0) + 1);
      // Timers and commands name the raw record of long ago: only what a record caused tells how fast we are.
      if (event.cause.type === 'usage')
        this.endToEnd.observe(Math.max(0, endedMs - event.rawAppendedAt / 1_000) / 1_000);
    }
    for (const [kind, count] of byKind) this.events.inc({ kind }, count);
    for (const [currency, amount] of debitedIn(moves))
      if (amount > 0n) this.debited.inc({ currency }, approximately(amount));
  }
}

function debitedIn({ moves }: BatchMoves): Map<string, Nano> {
  const sums = new Map<string, Nano>();
  for (const { account, amount } of moves) {
    if (parseLedgerCode(account.code)?.kind !== 'balance') continue;
    sums.set(account.currency, (sums.get(account.currency) ?? 0n) - amount);
  }
  return sums;
}

/** The one place where money becomes a double: a Prometheus counter can hold nothing else, and nothing is decided by it. */
function approximately(amount: Nano): number {
  return Number.parseFloat(formatMoney(amount));
}
