import type { CatalogView } from '@ratestream/catalog';
import type { Logger } from '@ratestream/observability';
import { transaction, type Pool } from '@ratestream/postgres';
import { unavailable } from '@ratestream/http';
import { beating } from '../runtime/beating.js';
import { ratesOf } from '../imports/margin-cards.js';
import { TooManyLines, type Line } from './comparison.js';
import { compareTraffic, TooMuchTraffic, type Limits, type TrafficAsked } from './compare-traffic.js';
import { compareUsages } from './compare-usages.js';
import type { Draft } from './draft.js';
import type { StoredExchange } from './exchange.js';
import { TooManyRates } from './price-catalog.js';
import type { UsageLeg } from './quoted-usage.js';
import { shownLine, summarise } from './summarise.js';
import { TrafficUnknown, type TrafficReader } from './traffic-reader.js';
import { beatWhatIf, failWhatIf, finishWhatIf, touchWhatIf } from './what-if-store.js';
import type { WhatIfFault } from './what-if.js';

/** Ends a what-if that is stopped, cancelled or too slow. */
class Ended extends Error {
  constructor(readonly fault: WhatIfFault | null) {
    super('ended');
  }
}

export type Against = { legs: readonly UsageLeg[] } | { traffic: TrafficAsked };

export interface RunnerOptions {
  pool: Pool;
  view: CatalogView;
  traffic: TrafficReader;
  exchange: StoredExchange;
  logger: Logger;
  /** Microseconds UTC. */
  clock: () => number;
  limits: Limits;
  timeoutMs: number;
  maxConcurrent: number;
}

const TOUCH_EVERY_MS = 500;

/** Carries out what-ifs, a few at a time. Whatever becomes of one stands in PostgreSQL. */
export class WhatIfRunner {
  private readonly running = new Map<string, Promise<void>>();
  private starting = 0;
  private stopping = false;

  constructor(private readonly options: RunnerOptions) {}

  /**
   * Keeps a place for a what-if whose draft is being read and that is being written down.
   *
   * Out     gives the place back; one that runs by then has its own
   * Errors  503 where as many are running as may
   */
  takePlace(): () => void {
    const { maxConcurrent } = this.options;
    if (this.running.size + this.starting >= maxConcurrent)
      throw unavailable(`${maxConcurrent} what-ifs are running already.`, 5);
    this.starting += 1;
    return () => (this.starting -= 1);
  }

  /** Resolves when it has ended, and never throws. */
  run(id: string, draft: Draft, against: Against): Promise<void> {
    const work = this.carryOut(id, draft, against)
      .catch((error: unknown) => this.fail(id, error))
      .catch((error: unknown) =>
        this.options.logger.error({ err: error, whatIfId: id }, 'a failed what-if was not stored'),
      )
      .finally(() => this.running.delete(id));
    this.running.set(id, work);
    return work;
  }

  /** Ends what is running at its next piece. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running.values());
  }

  private async carryOut(id: string, draft: Draft, against: Against): Promise<void> {
    const { pool, logger } = this.options;
    const startedAt = performance.now();
    const compare = () => this.compare(id, draft, against, startedAt);
    const lines = await beating(() => beatWhatIf(pool, id), logger, compare);
    const summary = summarise(lines, Math.round(performance.now() - startedAt));
    const at = this.options.clock();
    await transaction(pool, (tx) => finishWhatIf(tx, id, lines.map(shownLine), { summary, at }));
  }

  private async compare(id: string, draft: Draft, against: Against, startedAt: number): Promise<Line[]> {
    const { view, pool, limits, clock, traffic, exchange } = this.options;
    const read = (cardId: string, version: number) => ratesOf(pool, cardId, version);
    const ports = { view, read, limits, now: clock(), exchange: await exchange.now() };
    if ('legs' in against) return compareUsages(draft, against.legs, ports);
    return compareTraffic(draft, against.traffic, { ...ports, traffic, onProgress: this.toucher(id, startedAt) });
  }

  private toucher(id: string, startedAt: number): (rowsRead: number, rowsTotal: number) => Promise<void> {
    const { pool, timeoutMs } = this.options;
    let touchedAt = -Infinity;
    return async (rowsRead, rowsTotal) => {
      if (this.stopping) throw new Ended(null);
      const now = performance.now();
      if (now - startedAt > timeoutMs) {
        const message = `it took more than ${Math.round(timeoutMs / 1_000)} s, and ${rowsRead} of ${rowsTotal} legs were read; name accounts or a shorter time`;
        throw new Ended({ code: 'time_limit', message });
      }
      if (now - touchedAt < TOUCH_EVERY_MS) return;
      touchedAt = now;
      if (!(await touchWhatIf(pool, id, rowsRead, rowsTotal)))
        throw new Ended({ code: 'cancelled', message: 'it was cancelled' });
    };
  }

  private async fail(id: string, error: unknown): Promise<void> {
    const { pool, logger, clock } = this.options;
    const fault = faultOf(error);
    if (fault === undefined) logger.error({ err: error, whatIfId: id }, 'a what-if failed');
    const failed = { code: 'failed', message: 'it could not be carried out; the log says why' };
    await failWhatIf(pool, id, fault === undefined ? failed : fault, clock());
  }
}

/** null: the service stopped; undefined: our own bug. */
function faultOf(error: unknown): WhatIfFault | null | undefined {
  if (error instanceof Ended) return error.fault;
  const { message } = error as Error;
  if (error instanceof TrafficUnknown) return { code: 'traffic_unknown', message };
  if (error instanceof TooMuchTraffic) return { code: 'too_much_traffic', message };
  if (error instanceof TooManyRates) return { code: 'too_many_rates', message };
  if (error instanceof TooManyLines) return { code: 'too_many_lines', message };
  return undefined;
}
