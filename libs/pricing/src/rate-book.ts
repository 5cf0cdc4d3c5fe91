import type { RateCard, RateCardVersion, Rows } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { UNKNOWN_ORIGIN_ROW } from './rate-section.js';
import { RateTable, type MatchQuery } from './rate-table.js';

export interface MatchedRate {
  readonly version: number;
  readonly table: RateTable;
  /** Of `table`. */
  readonly row: number;
}

/** Why no rate was found. */
export type NoRate = 'no_version' | 'no_rate' | 'origin_unknown';

/** A version with its rates, and between which instants it could price. */
export interface BookedVersion {
  readonly version: number;
  readonly effectiveFrom: number;
  readonly knownAt: number;
  /** From here on it prices nothing; null: it was never withdrawn. */
  readonly withdrawnAt: number | null;
  readonly table: RateTable;
}

/** All that is known, whatever a clock says. */
const NOW = Infinity;

interface Card {
  readonly all: readonly BookedVersion[];
  /** Those never withdrawn: what counts from `settledAt` on, when everything here was known. */
  readonly current: readonly BookedVersion[];
  readonly settledAt: number;
}

/**
 * Every version of every rate card, also the withdrawn ones: the book answers by both times.
 *
 * Chooses the version in force at a billing time as known at another instant: of those known by then and not withdrawn by
 * then the latest `effectiveFrom` not after the billing time, of equals the highest version. A message accepted one
 * microsecond before a version's instant has the old price whenever it is rated (docs/pricing-rules.md §2).
 */
export class RateBook {
  /** Per card, newest first. */
  private readonly cards = new Map<string, Card>();

  addVersion({ cardId, version, effectiveFrom, knownAt, withdrawnAt }: RateCardVersion, rows: Rows<RateRow>): void {
    const others = this.everyVersion(cardId).filter((other) => other.version !== version);
    this.store(cardId, [...others, { version, effectiveFrom, knownAt, withdrawnAt, table: new RateTable(rows) }]);
  }

  /** A withdrawn version prices nothing that is rated from then on; what it priced stays. */
  withdrawVersion(cardId: string, version: number, withdrawnAt: number): void {
    this.store(
      cardId,
      this.everyVersion(cardId).map((one) => (one.version === version ? { ...one, withdrawnAt } : one)),
    );
  }

  private store(cardId: string, versions: readonly BookedVersion[]): void {
    const all = [...versions].sort((a, b) => b.effectiveFrom - a.effectiveFrom || b.version - a.version);
    this.cards.set(cardId, {
      all,
      current: all.filter(({ withdrawnAt }) => withdrawnAt === null),
      settledAt: Math.max(...all.map(({ knownAt, withdrawnAt }) => Math.max(knownAt, withdrawnAt ?? knownAt))),
    });
  }

  /**
   * The rate of a message on a card.
   *
   * In      at: billing time; knownAt: as known when, default now; microseconds both
   * Errors  none: without a version in force `no_version`, without a matching row `no_rate`, and `origin_unknown` where only
   *         an origin that nobody knows would tell; never a zero price
   */
  find(
    card: Pick<RateCard, 'id' | 'precedence'>,
    at: number,
    query: MatchQuery,
    knownAt: number = NOW,
  ): MatchedRate | NoRate {
    const one = this.versionAt(card.id, at, knownAt);
    if (one === undefined) return 'no_version';
    const { version, table } = one;
    const row = table.find(query, card.precedence);
    if (row >= 0) return { version, table, row };
    return row === UNKNOWN_ORIGIN_ROW ? 'origin_unknown' : 'no_rate';
  }

  /** The version in force at a billing time as known at an instant. */
  versionAt(cardId: string, at: number, knownAt: number = NOW): BookedVersion | undefined {
    const card = this.cards.get(cardId);
    if (card === undefined) return undefined;
    if (knownAt < card.settledAt) return card.all.find((one) => one.effectiveFrom <= at && isUsable(one, knownAt));
    for (const one of card.current) if (one.effectiveFrom <= at) return one;
    return undefined;
  }

  /** Every version of a card, newest first, withdrawn ones too. */
  everyVersion(cardId: string): readonly BookedVersion[] {
    return this.cards.get(cardId)?.all ?? [];
  }
}

/** Published by then, and not withdrawn by then. */
export function isUsable({ knownAt, withdrawnAt }: BookedVersion, at: number): boolean {
  return knownAt <= at && (withdrawnAt === null || withdrawnAt > at);
}
