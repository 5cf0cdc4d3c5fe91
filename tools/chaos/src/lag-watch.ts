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
   * Seconds from a fault until every stage was back at the lag that it had before, or at next to none.
   * null: not within the run.
   */
  recoverySec(faultAt: number, enoughRecords = 3_000): number | null {
    const before = this.samples.findLast(({ at }) => at <= faultAt);
    const recovered = this.samples.find(
      ({ at, lag }) =>
        at > faultAt + 1_000 &&
        (Object.keys(lag) as Stage[]).every((stage) => lag[stage] <= Math.max(enoughRecords, before?.lag[stage] ?? 0)),
    );
    return recovered === undefined ? null : (recovered.at - faultAt) / 1_000;
  }

  /** Resolves when nothing has moved for a while and nothing waits; rejects after the patience. */
  async quiet(patienceMs: number, stillMs = 6_000): Promise<number> {
    const startedAt = Date.now();
    for (;;) {
      const now = this.samples.at(-1);
      const since = this.samples.find((sample) => sample.signature === now?.signature)?.at ?? Date.now();
      const waiting = now === undefined ? Infinity : Math.max(...Object.values(now.lag));
      if (now !== undefined && waiting <= CONTROL_RECORDS && Date.now() - now.at < 5_000 && now.at - since >= stillMs)
        return since;
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
