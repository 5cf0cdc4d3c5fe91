import { formatInstant, OPERATOR, type CatalogSettings, type CatalogView } from '@ratestream/catalog';
import { ECB, parseEcbHistory, type LineFault } from '@ratestream/fx';
import type { Counter, Gauge, Logger, Metrics } from '@ratestream/observability';
import { download, FeedError, type Conditions } from './feed-download.js';
import type { FxPublisher } from './fx-publisher.js';
import { screenHistory } from './screen-history.js';

/** Of the author of what the feed publishes. */
const ACTOR = 'fx-feed';
/** Faults of lines that are logged and shown; the rest is counted. */
const LOGGED_FAULTS = 10;
const SHOWN_FAULTS = 100;
const NOTHING_KNOWN: Conditions = { etag: null, lastModified: null };

export type PullOutcome = 'published' | 'unchanged' | 'not_modified' | 'failed';

export interface FeedStatus {
  url: string;
  intervalSec: number;
  lastPullAt: string | null;
  lastOutcome: PullOutcome | null;
  /** When the feed was last reached, whether or not it had anything new. */
  lastSuccessAt: string | null;
  /** Why the last pull failed; null: it did not. */
  lastError: string | null;
  /** Lines of the last file that were left out, until a file has none. */
  refusedLines: number;
  /** Why, of the first of them. */
  refused: LineFault[];
}

export interface FxFeedOptions {
  url: string;
  intervalSec: number;
  timeoutMs: number;
  maxBytes: number;
  publisher: FxPublisher;
  view: CatalogView;
  settings: CatalogSettings;
  logger: Logger;
  metrics: Metrics;
  /** Microseconds UTC. */
  clock: () => number;
}

/**
 * Pulls the rates of the ECB by schedule. Whatever fails, the rates that are known stay, and the next pull tries again;
 * two processes that pull the same publish it once.
 */
export class FxFeed {
  private readonly pulls: Counter<'outcome'>;
  private readonly refused: Gauge;
  private known: Conditions = NOTHING_KNOWN;
  private current: FeedStatus;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<FeedStatus> | null = null;
  private stopped = false;

  constructor(private readonly options: FxFeedOptions) {
    const { metrics, url, intervalSec } = options;
    this.pulls = metrics.counter('fx_feed_pulls_total', 'Pulls of the feed of exchange rates', ['outcome']);
    this.refused = metrics.gauge('fx_feed_refused_lines', 'Lines of the last file of the feed that were left out');
    this.current = {
      ...{ url: withoutSecrets(url), intervalSec, lastPullAt: null, lastOutcome: null },
      ...{ lastSuccessAt: null, lastError: null, refusedLines: 0, refused: [] },
    };
  }

  get status(): FeedStatus {
    return this.current;
  }

  start(): void {
    if (this.stopped) return;
    void this.pull().finally(() => {
      if (!this.stopped) this.timer = setTimeout(() => this.start(), this.options.intervalSec * 1_000);
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** One pull; asked for while one runs: that one. Never throws. */
  pull(): Promise<FeedStatus> {
    this.running ??= this.attempt().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async attempt(): Promise<FeedStatus> {
    const { logger, clock } = this.options;
    const now = formatInstant(clock());
    try {
      const { outcome, faults } = await this.fetchAndPublish();
      this.pulls.inc({ outcome });
      const refusedLines = new Set(faults.map(({ line }) => line)).size;
      this.refused.set(refusedLines);
      this.current = {
        ...{ ...this.current, lastPullAt: now, lastOutcome: outcome, lastSuccessAt: now, lastError: null },
        ...{ refusedLines, refused: faults.slice(0, SHOWN_FAULTS) },
      };
    } catch (error) {
      this.pulls.inc({ outcome: 'failed' });
      const lastError = error instanceof FeedError ? error.message : 'the rates could not be published';
      this.current = { ...this.current, lastPullAt: now, lastOutcome: 'failed', lastError };
      logger.warn({ err: error }, 'the feed of exchange rates failed; the rates that are known stay');
    }
    return this.current;
  }

  private async fetchAndPublish(): Promise<{ outcome: PullOutcome; faults: LineFault[] }> {
    const { url, timeoutMs, maxBytes, publisher, view, settings, logger, clock } = this.options;
    const file = await download(url, this.known, { timeoutMs, maxBytes });
    if (!file.changed) return { outcome: 'not_modified', faults: [] };
    const authority = { scope: OPERATOR, permissions: ['write' as const] };
    const context = { view, settings, authority, now: clock() };
    const { days, faults } = screenHistory(parseEcbHistory(file.text), context);
    const [first] = faults;
    if (days.length === 0)
      throw new FeedError(
        `the file holds no rates: ${first === undefined ? 'it has no line but the first' : `line ${first.line}: ${first.message}`}`,
      );
    if (first !== undefined)
      logger.warn({ faults: faults.slice(0, LOGGED_FAULTS), count: faults.length }, 'lines of the feed are left out');
    const published = await publisher.publish({ ...ECB, days }, { authority, actor: ACTOR });
    // Only now, and only a file that was taken in whole: any other is asked for again, and what was ahead of its time counts then.
    this.known = first === undefined ? { etag: file.etag, lastModified: file.lastModified } : NOTHING_KNOWN;
    if (published > 0) logger.info({ days: published }, 'exchange rates published');
    return { outcome: published > 0 ? 'published' : 'unchanged', faults };
  }
}

/** A user and password in the address are for the feed alone. */
function withoutSecrets(url: string): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  return shown.toString();
}
