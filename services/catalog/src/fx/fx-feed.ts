import { formatInstant, OPERATOR } from '@ratestream/catalog';
import { ECB, parseEcbHistory } from '@ratestream/fx';
import type { Counter, Logger, Metrics } from '@ratestream/observability';
import { download, FeedError, type Conditions } from './feed-download.js';
import type { FxPublisher } from './fx-publisher.js';

/** Of the author of what the feed publishes. */
const ACTOR = 'fx-feed';
/** Faults of lines that are logged; the rest is counted. */
const LOGGED_FAULTS = 10;
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
  /** Lines of the last file that were left out. */
  refusedLines: number;
}

export interface FxFeedOptions {
  url: string;
  intervalSec: number;
  timeoutMs: number;
  maxBytes: number;
  publisher: FxPublisher;
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
  private readonly refused: Counter;
  private known: Conditions = NOTHING_KNOWN;
  private current: FeedStatus;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<FeedStatus> | null = null;
  private stopped = false;

  constructor(private readonly options: FxFeedOptions) {
    const { metrics, url, intervalSec } = options;
    this.pulls = metrics.counter('fx_feed_pulls_total', 'Pulls of the feed of exchange rates', ['outcome']);
    this.refused = metrics.counter('fx_feed_refused_lines_total', 'Lines of the feed that were left out');
    this.current = {
      ...{ url: withoutSecrets(url), intervalSec, lastPullAt: null, lastOutcome: null },
      ...{ lastSuccessAt: null, lastError: null, refusedLines: 0 },
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
      const { outcome, refusedLines } = await this.fetchAndPublish();
      this.pulls.inc({ outcome });
      const refused = outcome === 'not_modified' ? this.current.refusedLines : refusedLines;
      this.current = {
        ...this.current,
        ...{ lastPullAt: now, lastOutcome: outcome, lastSuccessAt: now, lastError: null, refusedLines: refused },
      };
    } catch (error) {
      this.pulls.inc({ outcome: 'failed' });
      const lastError = error instanceof FeedError ? error.message : 'the rates could not be published';
      this.current = { ...this.current, lastPullAt: now, lastOutcome: 'failed', lastError };
      logger.warn({ err: error }, 'the feed of exchange rates failed; the rates that are known stay');
    }
    return this.current;
  }

  private async fetchAndPublish(): Promise<{ outcome: PullOutcome; refusedLines: number }> {
    const { url, timeoutMs, maxBytes, publisher, logger } = this.options;
    const file = await download(url, this.known, { timeoutMs, maxBytes });
    if (!file.changed) return { outcome: 'not_modified', refusedLines: 0 };
    const { days, faults } = parseEcbHistory(file.text);
    if (days.length === 0)
      throw new FeedError(`the file holds no rates: ${faults[0]?.message ?? 'it has no line but the first'}`);
    if (faults.length > 0) {
      this.refused.inc(faults.length);
      logger.warn({ faults: faults.slice(0, LOGGED_FAULTS), count: faults.length }, 'lines of the feed are left out');
    }
    const operator = { scope: OPERATOR, permissions: ['write' as const] };
    const published = await publisher.publish({ ...ECB, days }, { authority: operator, actor: ACTOR });
    // Only now: a file that was not taken in whole is asked for again.
    this.known = { etag: file.etag, lastModified: file.lastModified };
    if (published > 0) logger.info({ days: published }, 'exchange rates published');
    return { outcome: published > 0 ? 'published' : 'unchanged', refusedLines: faults.length };
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
