import type { RateCardVersion } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { RateTable, type Destination } from './rate-table.js';

export interface MatchedRate {
  readonly version: number;
  readonly table: RateTable;
  /** Position of the row in `table`. */
  readonly row: number;
  /** What `RateTable.find` answered; for `matchedBy`. */
  readonly found: number;
}

/** Why no rate was found. */
export type NoRate = 'no_version' | 'no_rate';

interface StoredVersion {
  readonly version: number;
  readonly effectiveFrom: number;
  readonly table: RateTable;
}

/**
 * Every usable version of every rate card.
 *
 * Chooses the version in force at a billing time: the latest `effectiveFrom` not after it, of equals the highest version.
 * A message accepted one microsecond before a version's instant has the old price whenever it is rated (domain.md §3).
 */
export class RateBook {
  /** Per card, newest first. */
  private readonly cards = new Map<string, StoredVersion[]>();

  addVersion({ cardId, version, effectiveFrom }: RateCardVersion, rows: readonly RateRow[]): void {
    const versions = (this.cards.get(cardId) ?? []).filter((other) => other.version !== version);
    versions.push({ version, effectiveFrom, table: new RateTable(rows) });
    versions.sort((a, b) => b.effectiveFrom - a.effectiveFrom || b.version - a.version);
    this.cards.set(cardId, versions);
  }

  /** A withdrawn version prices nothing that is rated from now on; what it priced stays. */
  withdrawVersion(cardId: string, version: number): void {
    const versions = this.cards.get(cardId);
    if (versions !== undefined)
      this.cards.set(
        cardId,
        versions.filter((other) => other.version !== version),
      );
  }

  /**
   * The rate of a destination on a card at a billing time (microseconds).
   *
   * Errors  none: a card without a version in force is `no_version`, a version without a matching row `no_rate`; never a zero price
   */
  find(cardId: string, at: number, trafficClass: string, destination: Destination): MatchedRate | NoRate {
    const versions = this.cards.get(cardId);
    if (versions === undefined) return 'no_version';
    for (const { effectiveFrom, version, table } of versions) {
      if (effectiveFrom > at) continue;
      const found = table.find(trafficClass, destination);
      return found < 0 ? 'no_rate' : { version, table, row: table.rowOf(found), found };
    }
    return 'no_version';
  }

  /** Versions of a card, newest first; for explanations and metrics. */
  versionsOf(cardId: string): readonly { version: number; effectiveFrom: number; rows: number }[] {
    return (this.cards.get(cardId) ?? []).map(({ version, effectiveFrom, table }) => ({
      version,
      effectiveFrom,
      rows: table.rows,
    }));
  }
}
