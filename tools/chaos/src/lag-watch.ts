import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from './installation.js';
import { CONTROL_RECORDS, standing } from './lag.js';
import type { Stage, Standing } from './lag.js';

/** Samples the lag of every stage all the time, so that recoveries can be told afterwards. */
export class LagWatch {
  readonly samples: Standing[] = [];
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(
    private readonly installation: Installation,
    private readonly everyMs = 500,
  ) {
    this.done = this.run();
  }

  /**
   * Seconds from a fault until no stage was further behind than before it (or by next to nothing), looking as far as the
   * next fault. null: the next one came first.
   */
  recoverySec(from: number, until: number, enoughRecords = 1_000): number | null {
    const before = this.samples.findLast(({ at }) => at <= from);
    const stages = (sample: Standing): Stage[] => Object.keys(sample.lag) as Stage[];
    const behind = (sample: Standing): boolean =>
      stages(sample).some((stage) => sample.lag[stage] > Math.max(enoughRecords, before?.lag[stage] ?? 0));
    const window = this.samples.filter(({ at }) => at > from && at < until);
    const lastBehind = window.findLastIndex(behind);
    // While a store is down nothing can be sampled: the first sample after a gap tells that it was passed.
    const recovered = window[lastBehind + 1];
    return recovered === undefined ? null : (recovered.at - from) / 1_000;
  }

  /** Resolves when nothing has moved for a while and nothing waits; rejects after the patience. */
  async quiet(patienceMs: number, stillMs = 6_000): Promise<number> {
    const startedAt = Date.now();
    for (;;) {
      const now = this.samples.at(-1);
      const since = this.samples.find((sample) => sample.signature === now?.signature)?.at ?? Date.now();
      const waiting = now === undefined ? Infinity : Math.max(...Object.values(now.lag));
      const still = now === undefined ? 0 : now.at - Math.max(since, startedAt);
      if (waiting <= CONTROL_RECORDS && still >= stillMs) return since;
      if (Date.now() - startedAt > patienceMs) {
        throw new Error(`not caught up after ${Math.round(patienceMs / 1000)} s: ${JSON.stringify(now?.lag ?? null)}`);
      }
      await sleep(300);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      // A store that is down has no lag to tell; the next sample will.
      const sample = await standing(this.installation).catch(() => null);
      if (sample !== null) this.samples.push(sample);
      await sleep(this.everyMs);
    }
  }
}
