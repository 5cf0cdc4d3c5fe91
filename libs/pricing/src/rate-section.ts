import type { MatchDimension } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { Destination } from './destination-key.js';
import { MatchIndex, type Combination, type IndexedRows } from './match-index.js';

/** No row fits the message. */
export const NO_ROW = -1;
/** Rows of named origins would price the message, its origin is not known, and no row is for unknown origins. */
export const UNKNOWN_ORIGIN_ROW = -2;

/** When surcharge rows count, by billing time. */
export class Periods {
  private readonly froms: Float64Array;
  private readonly untils: Float64Array;

  constructor(
    rows: readonly RateRow[],
    private readonly first: number,
  ) {
    this.froms = Float64Array.from(rows, ({ validFrom }) => validFrom ?? -Infinity);
    this.untils = Float64Array.from(rows, ({ validUntil }) => validUntil ?? Infinity);
  }

  /** Exclusive at its end; infinite where a row states none. */
  of(row: number): readonly [from: number, until: number] {
    return [this.froms[row - this.first] as number, this.untils[row - this.first] as number];
  }

  has(row: number, at: number): boolean {
    return (this.froms[row - this.first] as number) <= at && at < (this.untils[row - this.first] as number);
  }
}

/** Rows of a table that are chosen among each other: the usage rates, or one surcharge. */
export class Section {
  private readonly index: MatchIndex;
  private readonly namesOrigins: boolean;
  /** Where rows of named origins lie, whatever the origin: made for the first message of unknown origin. */
  private ofNamedOrigins: MatchIndex | null = null;

  constructor(
    private readonly rows: IndexedRows,
    private readonly radix: Combination,
    private readonly unknownOrigin: number,
  ) {
    this.index = new MatchIndex(rows, radix);
    this.namesOrigins = namesOrigins(rows);
  }

  holds(row: number): boolean {
    return row >= this.rows.from && row < this.rows.to;
  }

  /**
   * The row of a message, as `MatchIndex.find`.
   *
   * In   ids: origin −1 where the message's is not known: then rows of unknown origins alone count if any row names an origin
   *      for it, and any origin's where none does
   * Out  row × 2 + its bit, NO_ROW or UNKNOWN_ORIGIN_ROW
   */
  find(ids: Combination, to: Destination, at: number, precedence: readonly MatchDimension[] | null): number {
    if (ids.origin >= 0 || !this.namesOrigins)
      return this.index.find(ids.origin < 0 ? { ...ids, origin: 0 } : ids, to, at, precedence);
    const own = this.index.find({ ...ids, origin: this.unknownOrigin }, to, at, precedence, true);
    if (own >= 0) return own;
    const unspecified = { ...ids, origin: 0 };
    this.ofNamedOrigins ??= this.indexOfNamedOrigins();
    if (this.ofNamedOrigins.find(unspecified, to, at, null) >= 0) return UNKNOWN_ORIGIN_ROW;
    return this.index.find(unspecified, to, at, precedence);
  }

  /** Every row for a destination, whatever else it names. */
  rowsFor(to: Destination): readonly number[] {
    return this.index.rowsFor(to);
  }

  private indexOfNamedOrigins(): MatchIndex {
    const { rows } = this;
    const stripped = new Map<Combination, Combination>();
    const combinationOf = (row: number): Combination | null => {
      const combination = rows.combinationOf(row);
      if (combination === null || combination.origin === 0) return null;
      let open = stripped.get(combination);
      if (open === undefined) stripped.set(combination, (open = { ...combination, priority: 0, origin: 0 }));
      return open;
    };
    return new MatchIndex({ ...rows, combinationOf }, this.radix);
  }
}

function namesOrigins(rows: IndexedRows): boolean {
  for (let row = rows.from; row < rows.to; row++) if (rows.combinationOf(row)?.origin !== 0) return true;
  return false;
}
