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
 * Tells accounts of what they will pay.
 *
 * A run is planned in the transaction of the change. Each batch of notices is one transaction of event, outbox and
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
    const { pool, state, clock } = this.options;
    await state.catchUp(pool);
    const totals = run.kind === 'terms' ? null : await this.describe(run);
    await this.tell(run, totals);
    await endRun(pool, run, clock());
  }

  /** What the notices say of prices, kept before anybody is told. */
  private async describe(run: NoticeRun): Promise<ChangeTotals> {
    const { pool, state, clock, traffic } = this.options;
    const { view } = state;
    const card = view.cards.get(run.cardId ?? '');
    if (card === undefined) throw new Error(`a notice of rate card "${run.cardId}", which is not there`);
    const rates = (version: number | null) => (version === null ? [] : ratesOf(pool, card.id, version));
    const base = await rates(run.baseVersion);
    const next = await rates(run.version);
    const totals = totalsOf(noticeChanges(base, next));
    const inForceNow = versionBefore(view, run, clock());
    const { totals: losses, losses: list } = await waitingLosses(
      view,
      pool,
      {
        card,
        base: inForceNow === run.baseVersion ? base : await rates(inForceNow),
        changes: noticeChanges(base, next),
        now: run.plannedAt,
        effectiveFrom: run.effectiveFrom,
      },
      traffic,
    );
    await describeRun(pool, run, { ...totals, losses }, list);
    return totals;
  }

  private async tell(run: NoticeRun, totals: ChangeTotals | null): Promise<void> {
    const { pool, commands, clock } = this.options;
    const told = await toldAccounts(pool, run);
    const due = this.concerned(run).filter((id) => !told.has(id));
    const { kind, cardId, version, effectiveFrom } = run;
    const says = { kind, cardId, version, effectiveFrom, changes: totals?.changes ?? null };
    for (let from = 0; from < due.length; from += ACCOUNTS_AT_ONCE) {
      const notices = due
        .slice(from, from + ACCOUNTS_AT_ONCE)
        .map((accountId) => ({ id: noticeId(run, accountId), accountId }));
      const result = await commands.execute({
        command: { type: 'IssueNotices', id: run.id, body: { notices: notices.map((one) => ({ ...one, ...says })) } },
        // The change was theirs to make; telling is what follows from it.
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

  /** Open accounts that have to be told. */
  private concerned({ kind, cardId, version, accounts }: NoticeRun): string[] {
    const { view } = this.options.state;
    if (cardId === null) return (accounts ?? []).filter((id) => view.accounts.get(id)?.closed === false);
    // Withdrawn before anybody was told: nothing will change for them.
    if (kind === 'prices' && !view.versions(cardId).some((one) => one.version === version)) return [];
    return boundAccounts(view, cardId);
  }
}

/** The same account is told of the same change under the same id, whoever does it. */
function noticeId(run: NoticeRun, accountId: string): string {
  return uuidV5(NAMESPACES.catalogEvent, ['notice', run.id, accountId].join('\u001f'));
}

/** What was in force when the change was made. */
function versionBefore(view: CatalogView, { kind, cardId, version, plannedAt }: NoticeRun, now: number): number | null {
  const versions = view.versions(cardId ?? '');
  const others = kind === 'prices' ? versions.filter((one) => one.version < (version ?? 0)) : versions;
  return inForce(others, Math.min(plannedAt, now));
}
