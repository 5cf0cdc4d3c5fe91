import { inForce, OPERATOR, type CatalogView } from '@ratestream/catalog';
import { NAMESPACES, uuidV5 } from '@ratestream/events';
import type { Counter, Logger, Metrics } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import type { CatalogState } from '../commands/catalog-state.js';
import type { CommandHandler } from '../commands/command-handler.js';
import { ratesOf } from '../imports/margin-cards.js';
import { boundAccounts } from './bound-accounts.js';
import { noticeChanges, totalsOf, type ChangeTotals } from './notice-changes.js';
import { describeRun, endRun, insertNotices, plannedRuns, toldAccounts, type NoticeRun } from './notice-store.js';
import type { NoticeTraffic } from './notice-traffic.js';
import { waitingLosses } from './waiting-losses.js';

/** Accounts that one transaction tells: each is an event under the lock of positions. */
const ACCOUNTS_AT_ONCE = 500;

export interface IssuerOptions {
  pool: Pool;
  state: CatalogState;
  commands: CommandHandler;
  logger: Logger;
  metrics: Metrics;
  clock: () => number;
  traffic?: NoticeTraffic;
  /** How often it looks for what another process has planned, or left behind. */
  intervalMs: number;
}

/**
 * Tells bound accounts of approved versions.
 *
 * A run is planned in the transaction of the publication. Each batch of notices is one transaction of event, outbox and
 * notice rows, and whoever has a row is not told again: a process that dies anywhere in between loses and repeats none.
 */
export class NoticeIssuer {
  private readonly issued: Counter<never>;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private again = false;
  private stopped = false;

  constructor(private readonly options: IssuerOptions) {
    this.issued = options.metrics.counter('catalog_notices_total', 'Notices issued', []);
  }

  start(): void {
    this.timer = setInterval(() => this.poke(), this.options.intervalMs);
    this.poke();
  }

  /** Looks for planned runs now. */
  poke(): void {
    if (this.stopped) return;
    if (this.running !== null) {
      this.again = true;
      return;
    }
    this.running = this.issueAll()
      .catch((error: unknown) => this.options.logger.warn({ err: error }, 'notices wait: they could not be issued'))
      .finally(() => {
        this.running = null;
        if (this.again) {
          this.again = false;
          this.poke();
        }
      });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Everything that is planned; one run that fails does not keep the others waiting. Errors: the first one's. */
  async issueAll(): Promise<void> {
    const faults: unknown[] = [];
    for await (const run of plannedRuns(this.options.pool)) {
      if (this.stopped) return;
      await this.issue(run).catch((error: unknown) => faults.push(error));
    }
    if (faults.length > 0) throw faults[0];
  }

  private async issue(run: NoticeRun): Promise<void> {
    const { pool, state, clock, traffic } = this.options;
    await state.catchUp(pool);
    const { view } = state;
    const card = view.cards.get(run.cardId);
    if (card === undefined) throw new Error(`a notice of rate card "${run.cardId}", which is not there`);
    const base = run.baseVersion === null ? [] : await ratesOf(pool, card.id, run.baseVersion);
    const next = await ratesOf(pool, card.id, run.version);
    const totals = totalsOf(noticeChanges(base, next));
    const now = clock();
    const inForceNow = versionBefore(view, run, now);
    const { totals: losses, losses: list } = await waitingLosses(
      view,
      pool,
      {
        card,
        base:
          inForceNow === run.baseVersion ? base : inForceNow === null ? [] : await ratesOf(pool, card.id, inForceNow),
        changes: noticeChanges(base, next),
        now: run.plannedAt,
        effectiveFrom: run.effectiveFrom,
      },
      traffic,
    );
    await describeRun(pool, run, { ...totals, losses }, list);
    await this.tell(run, totals);
    await endRun(pool, run, clock());
  }

  private async tell(run: NoticeRun, { changes }: ChangeTotals): Promise<void> {
    const { pool, state, commands, clock } = this.options;
    // Withdrawn before anybody was told: nothing will change for them.
    const standing = state.view.versions(run.cardId).some(({ version }) => version === run.version);
    const told = await toldAccounts(pool, run);
    const due = standing ? boundAccounts(state.view, run.cardId).filter((id) => !told.has(id)) : [];
    for (let from = 0; from < due.length; from += ACCOUNTS_AT_ONCE) {
      const notices = due
        .slice(from, from + ACCOUNTS_AT_ONCE)
        .map((accountId) => ({ id: noticeId(run, accountId), accountId }));
      const { cardId, version } = run;
      const result = await commands.execute({
        command: {
          type: 'IssueNotices',
          id: `${cardId}/${version}`,
          body: { notices: notices.map((notice) => ({ ...notice, cardId, version, changes })) },
        },
        // The approval was theirs to give; telling is what follows from it.
        authority: { scope: OPERATOR, permissions: ['admin'] },
        actor: run.approvedBy,
        expectedVersion: null,
        idempotency: null,
        alongside: (tx) => insertNotices(tx, run, notices, clock()),
      });
      if (result.outcome !== 'done') throw new Error(`notices were refused: ${JSON.stringify(result)}`);
      this.issued.inc(notices.length);
    }
  }
}

/** The same account is told of the same version under the same id, whoever does it. */
function noticeId({ cardId, version }: NoticeRun, accountId: string): string {
  return uuidV5(NAMESPACES.catalogEvent, ['notice', cardId, version, accountId].join('\u001f'));
}

/** What was in force when the version was approved. */
function versionBefore(view: CatalogView, run: NoticeRun, now: number): number | null {
  const others = view.versions(run.cardId).filter(({ version }) => version < run.version);
  return inForce(others, Math.min(run.plannedAt, now));
}
