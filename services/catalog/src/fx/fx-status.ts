import { formatInstant, type CatalogView } from '@ratestream/catalog';
import { rateAgeDays, STALE_AFTER_DAYS, type FxBook } from '@ratestream/fx';
import type { HealthResult, Metrics } from '@ratestream/observability';
import type { FeedStatus } from './fx-feed.js';

export interface SourceStatus {
  source: string;
  base: string | null;
  newestDate: string;
  publishedAt: string;
  knownAt: string;
  /** Whole UTC days from the newest date to today. */
  ageDays: number;
  stale: boolean;
}

export interface FxStatus {
  sources: SourceStatus[];
  staleAfterDays: number;
  /** null: no feed is configured. */
  feed: FeedStatus | null;
}

export interface FxStatusOptions {
  fx: FxBook;
  view: CatalogView;
  metrics: Metrics;
  /** Microseconds UTC. */
  clock: () => number;
}

/** How old the rates are that converting goes by, for people, for Prometheus and for `/health`. */
export class FxStatusView {
  constructor(private readonly options: FxStatusOptions) {
    const { metrics } = options;
    const age = metrics.gauge('fx_age_days', 'Days since the newest exchange rate of a source', ['source']);
    const stale = metrics.gauge('fx_stale', `1: the newest rate is older than ${STALE_AFTER_DAYS} days`, ['source']);
    // Read when it is scraped: a gauge that is set by a timer would be young while the timer is dead.
    Object.assign(age, {
      collect: () => {
        for (const { source, ageDays, stale: isStale } of this.sources()) {
          age.set({ source }, ageDays);
          stale.set({ source }, isStale ? 1 : 0);
        }
      },
    });
  }

  sources(): SourceStatus[] {
    const { fx, view, clock } = this.options;
    return [...fx.sources].sort().flatMap((source): SourceStatus[] => {
      const latest = fx.latest(source);
      if (latest === null) return [];
      const ageDays = rateAgeDays(latest.date, clock()) ?? 0;
      return [
        {
          source,
          base: view.fxDigests.baseOf(source) ?? null,
          newestDate: latest.date,
          publishedAt: formatInstant(latest.publishedAt),
          knownAt: formatInstant(latest.knownAt),
          ageDays,
          stale: ageDays > STALE_AFTER_DAYS,
        },
      ];
    });
  }

  /** Never fails the service: old rates convert, and restarting brings no new ones. */
  health(): HealthResult {
    const old = this.sources().filter(({ stale }) => stale);
    if (old.length === 0) return { ok: true };
    return { ok: true, detail: old.map(({ source, ageDays }) => `${source} is ${ageDays} days old`).join(', ') };
  }
}
