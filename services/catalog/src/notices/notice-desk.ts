import {
  formatInstant,
  inForce,
  type CatalogCommand,
  type CatalogView,
  type RateCard,
  type RateCardVersion,
} from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { conflict, ProblemError } from '@ratestream/http';
import { RateIndex } from '@ratestream/rate-sheets';
import type { Pool, Tx } from '@ratestream/postgres';
import { ratesOf } from '../imports/margin-cards.js';
import { boundAccounts } from './bound-accounts.js';
import {
  earliestEffect,
  isTooEarly,
  noticeChanges,
  totalsOf,
  type ChangeTotals,
  type NoticeChange,
} from './notice-changes.js';
import { insertRun, type NewRun } from './notice-store.js';
import type { NoticeTraffic } from './notice-traffic.js';
import { hadTerms } from './had-terms.js';
import { paysNow, termsChangeOf } from './terms-change.js';
import { waitingLosses, type LossTotals, type WaitingLoss } from './waiting-losses.js';

/** Rates that wait for approval. */
export interface Proposal {
  baseVersion: number | null;
  next: readonly RateRow[];
  /** null: from the approval on. */
  effectiveFrom: number | null;
  /** The scheduled version that they are there instead of. */
  insteadOf?: number | null;
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

/** Who changes prices, and why customers may be told later than agreed; null: they may not. */
export interface Consent {
  by: string;
  waiveNotice: string | null;
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

/** Decides whether customers are told early enough, and plans their notices in the transaction of the change. */
export class NoticeDesk {
  constructor(private readonly options: NoticeDeskOptions) {}

  /**
   * Out     null for a buy card, of which nobody is told
   * Errors  422 `notice_too_short` with the earliest instant, unless a reason waives the notice
   */
  async prepare(card: RateCard, proposal: Proposal, approval: Consent): Promise<NoticePlan | null> {
    if (card.side !== 'sell') return null;
    const waived = this.waived(card, await this.baseRates(card, proposal), proposal, approval);
    const { baseVersion } = proposal;
    const calledOff = await this.prepareCalledOff(card, proposal, approval);
    return async (tx, published) => {
      const { version, effectiveFrom } = published;
      await this.plan(tx, { kind: 'prices', cardId: card.id, version, baseVersion, effectiveFrom, waived }, approval);
      await calledOff?.(tx, published);
    };
  }

  /**
   * A scheduled version that another one of another instant stands in for: what was announced for its instant does not
   * happen, which nobody would learn from a comparison at the other instant.
   */
  private async prepareCalledOff(
    card: RateCard,
    { insteadOf = null, next, effectiveFrom }: Proposal,
    consent: Consent,
  ): Promise<NoticePlan | null> {
    const { view, pool, clock } = this.options;
    const versions = view.versions(card.id);
    const gone = versions.find(({ version }) => version === insteadOf);
    const from = effectiveFrom ?? clock();
    if (gone === undefined || gone.effectiveFrom === from) return null;
    const { version: baseVersion, effectiveFrom: at } = gone;
    if (inForce(versions, at) !== baseVersion) return null;
    const beside = versions.find(({ version }) => version === besideOf(versions, gone));
    const byNext = from < at && (beside === undefined || beside.effectiveFrom <= from);
    const rates = byNext ? next : beside === undefined ? [] : await ratesOf(pool, card.id, beside.version);
    const waived = this.waived(
      card,
      await ratesOf(pool, card.id, baseVersion),
      { next: rates, effectiveFrom: at },
      consent,
    );
    return async (tx, published) => {
      if (besideOf(view.versions(card.id), gone) !== (beside?.version ?? null)) throw baseChanged();
      const version = byNext ? published.version : (beside?.version ?? null);
      const run = { kind: 'withdrawal' as const, cardId: card.id, version, baseVersion };
      await this.plan(tx, { ...run, effectiveFrom: at, waived }, consent);
    };
  }

  /**
   * What is published without an approval: nobody has to be told where nobody pays by the card.
   *
   * Errors  as `prepare`; the plan throws 409 `base_changed` where another version got in between
   */
  async prepareDirect(
    card: RateCard,
    proposal: Omit<Proposal, 'baseVersion'>,
    consent: Consent,
  ): Promise<NoticePlan | null> {
    const { view, clock } = this.options;
    if (card.side !== 'sell' || boundAccounts(view, card.id).length === 0) return null;
    const baseVersion = inForce(view.versions(card.id), proposal.effectiveFrom ?? clock());
    const plan = await this.prepare(card, { ...proposal, baseVersion }, consent);
    // Else one person takes a price away, and brings a higher one that is the first there, and nobody has asked why.
    const lost = lostPrice(await this.baseRates({ id: card.id }, { baseVersion }), proposal.next);
    if (lost !== null && consent.waiveNotice === null) throw nothingInstead(card, lost);
    return async (tx, published) => {
      if (inForce(view.versions(card.id), published.effectiveFrom) !== baseVersion) throw baseChanged();
      await plan?.(tx, published);
    };
  }

  /**
   * A withdrawal brings the prices before it back, so it is a change of prices like another.
   *
   * Out     null where nobody pays by the card, or the version is in force nowhere from now on
   * Errors  as `prepareDirect`; 409 `nothing_instead` where they would be without a price and nobody says why
   */
  async prepareWithdrawal(
    card: RateCard,
    number: number,
    consent: Consent,
  ): Promise<((tx: Tx) => Promise<void>) | null> {
    const { view, pool, clock } = this.options;
    const gone = view.versions(card.id).find(({ version }) => version === number);
    if (card.side !== 'sell' || gone === undefined || boundAccounts(view, card.id).length === 0) return null;
    const now = clock();
    const effectiveFrom = gone.effectiveFrom > now ? gone.effectiveFrom : null;
    const at = effectiveFrom ?? now;
    const others = () => view.versions(card.id).filter(({ version }) => version !== number);
    if (inForce(view.versions(card.id), at) !== number) return null;
    const instead = inForce(others(), at);
    // Else whatever is published next would be first prices, which need no notice.
    if (instead === null && consent.waiveNotice === null) throw nothingInstead(card, null);
    const next = instead === null ? [] : await ratesOf(pool, card.id, instead);
    const judged = this.waived(card, await ratesOf(pool, card.id, number), { next, effectiveFrom }, consent);
    const waived = instead === null ? consent.waiveNotice : judged;
    return async (tx) => {
      // Withdrawn meanwhile: that one has told it.
      if (!view.versions(card.id).some(({ version }) => version === number)) return;
      if (inForce(others(), at) !== instead) throw baseChanged();
      const run = { kind: 'withdrawal' as const, cardId: card.id, version: instead, baseVersion: number };
      await this.plan(tx, { ...run, effectiveFrom: at, waived }, consent);
    };
  }

  /** Terms count at once; whoever has them is told. To be called in the command's transaction, before its events count. */
  async planTerms(tx: Tx, command: CatalogCommand, { by, scope }: { by: string; scope: string }): Promise<void> {
    const { view, clock } = this.options;
    const account = command.type === 'ChangeAccount' ? view.accounts.get(command.id) : undefined;
    // Terms that were taken away and come back otherwise are no first ones.
    const paidBefore =
      account !== undefined && !paysNow(view, account) && (await hadTerms(tx, account.id, view.position));
    const change = termsChangeOf(view, command, scope, paidBefore);
    if (change !== null) await this.plan(tx, { kind: 'terms', effectiveFrom: clock(), ...change }, { by });
  }

  private plan(
    tx: Tx,
    run: Omit<NewRun, 'plannedAt' | 'approvedBy'>,
    { by: approvedBy }: Pick<Consent, 'by'>,
  ): Promise<void> {
    return insertRun(tx, { ...run, plannedAt: this.options.clock(), approvedBy });
  }

  /** Why the notice may be shorter than agreed; null: it is not. Errors: 422 where it is and nobody says why it may. */
  private waived(
    card: RateCard,
    base: readonly RateRow[],
    { next, effectiveFrom }: Omit<Proposal, 'baseVersion'>,
    { waiveNotice }: Consent,
  ): string | null {
    const now = this.options.clock();
    const totals = totalsOf(noticeChanges(base, next));
    const early = isTooEarly(totals, card.noticeDays, { from: effectiveFrom ?? now, now });
    if (early && waiveNotice === null) throw tooShort(card, totals, earliestEffect(totals, card.noticeDays, now));
    return early ? waiveNotice : null;
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
      tooEarly: isTooEarly(totals, card.noticeDays, { from: effectiveFrom, now }),
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

  private baseRates({ id }: Pick<RateCard, 'id'>, { baseVersion }: Pick<Proposal, 'baseVersion'>): Promise<RateRow[]> {
    return baseVersion === null ? Promise.resolve([]) : ratesOf(this.options.pool, id, baseVersion);
  }
}

export type { NoticeChange };

/** What is in force at a version's instant where the version is not there. */
function besideOf(versions: readonly RateCardVersion[], { version, effectiveFrom }: RateCardVersion): number | null {
  return inForce(
    versions.filter((one) => one.version !== version),
    effectiveFrom,
  );
}

function baseChanged(): ProblemError {
  return conflict('base_changed', 'Another version was published or withdrawn meanwhile; send it again.');
}

/** A destination that had a price and would have none, as its rate is called; null: there is none. */
function lostPrice(base: readonly RateRow[], next: readonly RateRow[]): string | null {
  const ids = new Set(next.map(({ rateId }) => rateId));
  const gone = base.filter(({ rateId, surcharge }) => surcharge === null && !ids.has(rateId));
  if (gone.length === 0) return null;
  const prices = new RateIndex(next);
  return gone.find((rate) => prices.find(rate, rate) === undefined)?.rateId ?? null;
}

/** lost: a rate that nothing takes the place of; null: no other version would be in force. */
function nothingInstead({ id }: RateCard, lost: string | null): ProblemError {
  const what = lost === null ? 'no other version would be in force' : `nothing would price what "${lost}" does`;
  const detail = `Accounts pay by "${id}", and ${what}: publish one first, or say with waiveNotice why they may be without a price.`;
  return conflict('nothing_instead', detail);
}

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
