import { formatInstant, inForce, type CatalogView, type RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { ProblemError } from '@ratestream/http';
import type { Pool, Tx } from '@ratestream/postgres';
import { ratesOf } from '../imports/margin-cards.js';
import { boundAccounts } from './bound-accounts.js';
import { earliestEffect, noticeChanges, totalsOf, type ChangeTotals, type NoticeChange } from './notice-changes.js';
import { insertRun } from './notice-store.js';
import type { NoticeTraffic } from './notice-traffic.js';
import { waitingLosses, type LossTotals, type WaitingLoss } from './waiting-losses.js';

/** Rates that wait for approval. */
export interface Proposal {
  baseVersion: number | null;
  next: readonly RateRow[];
  /** null: from the approval on. */
  effectiveFrom: number | null;
}

/** What a notice of the proposal would say and cost. */
export interface NoticePreview extends ChangeTotals {
  noticeDays: RateCard['noticeDays'];
  effectiveFrom: number | null;
  /** The first instant that the increases and decreases may take effect at, if it were approved now. */
  earliest: number;
  tooEarly: boolean;
  accounts: string[];
  losses: LossTotals;
  worstLosses: WaitingLoss[];
}

/** Says after publication, in its transaction, that customers have to be told. */
export type NoticePlan = (tx: Tx, published: { version: number; effectiveFrom: number }) => Promise<void>;

export interface NoticeDeskOptions {
  pool: Pool;
  view: CatalogView;
  clock: () => number;
  traffic?: NoticeTraffic;
  /** Something was planned. */
  onPlanned: () => void;
}

const WORST = 100;

/** Decides at an approval whether customers are told early enough, and plans their notices with the publication. */
export class NoticeDesk {
  constructor(private readonly options: NoticeDeskOptions) {}

  /**
   * Out     null for a buy card, of which nobody is told
   * Errors  422 `notice_too_short` with the earliest instant, unless a reason waives the notice
   */
  async prepare(
    card: RateCard,
    proposal: Proposal,
    approval: { by: string; waiveNotice: string | null },
  ): Promise<NoticePlan | null> {
    if (card.side !== 'sell') return null;
    const now = this.options.clock();
    const totals = totalsOf(noticeChanges(await this.baseRates(card, proposal), proposal.next));
    const earliest = earliestEffect(totals, card.noticeDays, now);
    const early = (proposal.effectiveFrom ?? now) < earliest;
    if (early && approval.waiveNotice === null) throw tooShort(card, totals, earliest);
    const { by: approvedBy, waiveNotice } = approval;
    const { baseVersion } = proposal;
    return (tx, { version, effectiveFrom }) =>
      insertRun(tx, {
        cardId: card.id,
        version,
        baseVersion,
        effectiveFrom,
        plannedAt: this.options.clock(),
        approvedBy,
        waived: early ? waiveNotice : null,
      });
  }

  /** After the commit of what was planned. */
  planned(): void {
    this.options.onPlanned();
  }

  async preview(card: RateCard, proposal: Proposal): Promise<NoticePreview> {
    const { view, pool, clock, traffic } = this.options;
    const now = clock();
    const base = await this.baseRates(card, proposal);
    const totals = totalsOf(noticeChanges(base, proposal.next));
    const earliest = earliestEffect(totals, card.noticeDays, now);
    const effectiveFrom = proposal.effectiveFrom ?? now;
    const { totals: losses, losses: worst } = await waitingLosses(
      view,
      pool,
      {
        card,
        base: await this.ratesNow(card, now, proposal, base),
        changes: noticeChanges(base, proposal.next),
        now,
        effectiveFrom,
      },
      traffic,
    );
    return {
      ...totals,
      noticeDays: card.noticeDays,
      effectiveFrom: proposal.effectiveFrom,
      earliest,
      tooEarly: effectiveFrom < earliest,
      accounts: boundAccounts(view, card.id),
      losses,
      worstLosses: worst.slice(0, WORST),
    };
  }

  /** Rates in force now: not always those that the proposal is compared with, which are in force at its instant. */
  private async ratesNow(
    card: RateCard,
    now: number,
    { baseVersion }: Proposal,
    base: readonly RateRow[],
  ): Promise<readonly RateRow[]> {
    const version = inForce(this.options.view.versions(card.id), now);
    if (version === baseVersion || version === null) return version === null ? [] : base;
    return ratesOf(this.options.pool, card.id, version);
  }

  private baseRates({ id }: RateCard, { baseVersion }: Proposal): Promise<RateRow[]> {
    return baseVersion === null ? Promise.resolve([]) : ratesOf(this.options.pool, id, baseVersion);
  }
}

export type { NoticeChange };

function tooShort(card: RateCard, { increases, decreases }: ChangeTotals, earliest: number): ProblemError {
  const { increase, decrease } = card.noticeDays;
  const instant = formatInstant(earliest);
  const detail =
    `"${card.id}" gives ${increase} days of notice for increases and ${decrease} for decreases. With ${increases} increases ` +
    `and ${decreases} decreases it can take effect at ${instant} at the earliest; waiveNotice with a reason says otherwise.`;
  return new ProblemError(422, 'notice_too_short', detail, [
    { pointer: '/effectiveFrom', code: 'notice_too_short', detail: `must be ${instant} or later` },
  ]);
}
