import type { MatchDimension } from '@ratestream/catalog';
import type { Destination, Place } from './destination-key.js';
import { CLASS, GRADE, ORIGIN, SENDER, type MatchIndex, type Region } from './match-index.js';
import type { Combination } from './values.js';

/** No row fits the message. */
export const NO_ROW = -1;
/** Rows of named origins would price the message, its origin is not known, and no row is for unknown origins. */
export const UNKNOWN_ORIGIN_ROW = -2;

/** When surcharge rows count, by billing time. */
export class Periods {
  private readonly froms: Float64Array;
  private readonly untils: Float64Array;

  constructor(
    private readonly first: number,
    slots: number,
  ) {
    this.froms = new Float64Array(slots);
    this.untils = new Float64Array(slots);
  }

  set(row: number, from: number | null, until: number | null): void {
    this.froms[row - this.first] = from ?? -Infinity;
    this.untils[row - this.first] = until ?? Infinity;
  }

  /** Exclusive at its end; infinite where a row states none. */
  of(row: number): readonly [from: number, until: number] {
    return [this.froms[row - this.first] as number, this.untils[row - this.first] as number];
  }

  has(row: number, at: number): boolean {
    return (this.froms[row - this.first] as number) <= at && at < (this.untils[row - this.first] as number);
  }
}

/** The regions of a section that count for messages of the same facts. */
export interface Matching {
  readonly regions: readonly Region[];
  /** Of an origin that is not known: rows that would count if it were, and those of any origin, which count where none would. */
  readonly unknown: { readonly named: readonly Region[]; readonly open: readonly Region[] } | null;
}

/** Rows of a table that are chosen among each other: the usage rates, or one surcharge. */
export class Section {
  private readonly namesOrigins: boolean;
  /** Of a priority and mask, by the values that are named; in the order in which they are asked. */
  private readonly shapes: readonly { readonly mask: number; readonly byValues: ReadonlyMap<string, Region> }[];

  constructor(
    private readonly index: MatchIndex,
    private readonly regions: readonly Region[],
    /** The number of the origin `unknown`; 0 where no row names it. */
    private readonly unknownOrigin: number,
  ) {
    this.namesOrigins = regions.some(({ mask }) => (mask & ORIGIN) !== 0);
    const shapes = new Map<string, { priority: number; mask: number; byValues: Map<string, Region> }>();
    for (const region of regions) {
      const { priority, mask, combination } = region;
      const name = `${priority} ${mask}`;
      let shape = shapes.get(name);
      if (shape === undefined) shapes.set(name, (shape = { priority, mask, byValues: new Map<string, Region>() }));
      shape.byValues.set(valuesOf(combination, mask), region);
    }
    this.shapes = [...shapes.values()].sort((a, b) => b.priority - a.priority || b.mask - a.mask);
  }

  /** In  facts: origin −1 where the message's is not known: then rows of unknown origins alone count if any row names an origin for it */
  matching(facts: Combination): Matching {
    const open = { ...facts, origin: Math.max(0, facts.origin) };
    if (facts.origin >= 0 || !this.namesOrigins) return { regions: this.regionsOf(open), unknown: null };
    const unknown = { ...facts, origin: this.unknownOrigin };
    return {
      regions: this.regionsOf(unknown).filter(({ mask }) => (mask & ORIGIN) !== 0),
      unknown: {
        named: this.regions.filter(({ mask, combination }) => (mask & ORIGIN) !== 0 && matchesBesidesOrigin(combination, facts)),
        open: this.regionsOf(open),
      },
    };
  } // prettier-ignore

  private regionsOf(facts: Combination): Region[] {
    return this.shapes.flatMap(({ mask, byValues }) => byValues.get(valuesOf(facts, mask)) ?? []);
  }

  /** The row of a message: NO_ROW and UNKNOWN_ORIGIN_ROW are none. */
  find({ regions, unknown }: Matching, place: Place, at: number, precedence: readonly MatchDimension[] | null): number {
    const row = this.index.find(regions, place, at, precedence);
    if (row >= 0 || unknown === null) return row;
    if (this.index.has(unknown.named, place, at)) return UNKNOWN_ORIGIN_ROW;
    return this.index.find(unknown.open, place, at, precedence);
  }

  /** Every row for a destination, whatever else it names. */
  rowsFor(to: Destination): readonly number[] {
    return this.index.rowsFor(this.regions, to);
  }
}

function valuesOf({ origin, grade, trafficClass, sender }: Combination, mask: number): string {
  return `${mask & ORIGIN ? origin : 0} ${mask & GRADE ? grade : 0} ${mask & CLASS ? trafficClass : 0} ${mask & SENDER ? sender : 0}`;
}

function matchesBesidesOrigin(row: Combination, facts: Combination): boolean {
  return (
    (row.grade === 0 || row.grade === facts.grade) &&
    (row.trafficClass === 0 || row.trafficClass === facts.trafficClass) &&
    (row.sender === 0 || row.sender === facts.sender)
  );
}
