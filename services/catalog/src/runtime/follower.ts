import type { Logger } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import type { CatalogState } from '../commands/catalog-state.js';
import { forgetOldAnswers } from '../store/command-answers.js';

const PRUNE_EVERY_MS = 3_600_000;
/** A view this old may not know of a revoked key: the service is not ready. */
const STALE_AFTER_MS = 30_000;

/** Looks for what other processes have committed, so that reads and keys here are never long behind. */
export class Follower {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private prunedAtMs = 0;
  private stopped = false;

  constructor(
    private readonly options: {
      state: CatalogState;
      pool: Pool;
      logger: Logger;
      intervalMs: number;
      onFatal: (error: Error) => void;
    },
  ) {}

  start(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.look().finally(() => this.start());
    }, this.options.intervalMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  health(): { ok: boolean; detail?: string } {
    const ageMs = this.options.state.ageMs(Date.now());
    return ageMs < STALE_AFTER_MS
      ? { ok: true }
      : { ok: false, detail: `PostgreSQL was last read ${Math.round(ageMs / 1000)} s ago` };
  }

  private async look(): Promise<void> {
    const { state, pool, logger, onFatal } = this.options;
    try {
      await state.catchUp(pool);
      if (Date.now() - this.prunedAtMs > PRUNE_EVERY_MS) {
        this.prunedAtMs = Date.now();
        await forgetOldAnswers(pool);
      }
    } catch (error) {
      // A gap in our own table is no outage: going on would answer from a state that never was.
      if (error instanceof Error && error.name === 'CatalogGapError') onFatal(error);
      else logger.warn({ err: error }, 'the view cannot be brought up to date');
    }
  }
}
