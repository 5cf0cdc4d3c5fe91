import { UNKNOWN_ORIGIN, type Rows } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { isReachable, keyOfRow } from './destination-key.js';
import { FlatIndex, rangesFor, type SlotRange } from './flat-index.js';
import { MatchIndex, maskOf, type Lengths, type Region } from './match-index.js';
import { PrefixLengths } from './prefix-lengths.js';
import { Periods, Section } from './rate-section.js';
import { TextColumn } from './text-column.js';
import { Values, type Combination } from './values.js';

/** Terms that a rate states itself. */
export interface RowTerms {
  readonly basis: string | null;
  readonly timeoutSec: number | null;
  readonly timeoutPolicy: string | null;
}

/** The dimensions of a table's rows. */
export interface Dimensions {
  readonly origin: Values;
  readonly grade: Values;
  readonly trafficClass: Values;
  readonly sender: Values;
}

/** What a row matches on besides its destination; null: any. */
export type NamedValues = Readonly<Pick<RateRow, 'originCountry' | 'routeGrade' | 'trafficClass' | 'senderType'>>;

/** Regions of the usage rates, then of the surcharges by their names. */
export interface TableRegion extends Region {
  readonly surcharge: string | null;
  readonly named: NamedValues;
}

export interface BuiltTable {
  readonly index: FlatIndex;
  readonly dimensions: Dimensions;
  /** In the order of their slots. */
  readonly regions: readonly TableRegion[];
  readonly usage: Section;
  /** By name. */
  readonly surcharges: readonly { readonly name: string; readonly section: Section }[];
  readonly periods: Periods;
  readonly rateIds: TextColumn;
  readonly terms: ReadonlyMap<number, RowTerms>;
}

interface RegionPlan {
  readonly priority: number;
  readonly surcharge: string | null;
  readonly combination: Combination;
  readonly named: NamedValues;
  rows: number;
}

/**
 * Reads the rows of a version once, then lays them where they are searched: how many name the same is known only at the end.
 *
 * Errors  RangeError when a row breaks the formats that the catalog guarantees: our bug
 */
export class TableBuilder {
  private readonly keys: Float64Array;
  private readonly prices: BigInt64Array;
  private readonly perMessage: Uint8Array;
  private readonly regionOf: Uint32Array;
  private readonly rateIds: TextColumn;
  private readonly terms = new Map<number, RowTerms>();
  private readonly dimensions: Dimensions = {
    origin: new Values('origin'),
    grade: new Values('grade'),
    trafficClass: new Values('trafficClass'),
    sender: new Values('sender'),
  };
  private readonly plans: RegionPlan[] = [];
  private readonly planNumbers = new Map<string, number>();
  private read = 0;

  constructor(rows: number) {
    this.keys = new Float64Array(rows);
    this.prices = new BigInt64Array(rows);
    this.perMessage = new Uint8Array(rows);
    this.regionOf = new Uint32Array(rows);
    this.rateIds = new TextColumn(rows);
  }

  build(rows: Rows<RateRow>): BuiltTable {
    const surcharges: { row: RateRow; key: number }[] = [];
    for (const row of rows) {
      const key = keyOfRow(row);
      if (!isReachable(key)) continue;
      if (row.surcharge === null) this.take(row, key);
      else surcharges.push({ row, key });
    }
    const usages = this.read;
    // Of equal rows the later date is laid first, and found first.
    surcharges.sort(
      (a, b) =>
        compareTexts(a.row.surcharge as string, b.row.surcharge as string) ||
        a.key - b.key ||
        (b.row.validFrom ?? -Infinity) - (a.row.validFrom ?? -Infinity) ||
        0,
    );
    for (const { row, key } of surcharges) this.take(row, key);
    return this.lay(
      usages,
      surcharges.map(({ row }) => row),
    );
  }

  private take(row: RateRow, key: number): void {
    const at = this.read++;
    if (BigInt.asIntN(64, row.price) !== row.price)
      throw new RangeError(`price ${row.price} of ${row.rateId} is too large`);
    this.keys[at] = key;
    this.prices[at] = row.price;
    this.perMessage[at] = row.unit === 'message' ? 1 : 0;
    this.regionOf[at] = this.planOf(row);
    this.rateIds.push(row.rateId);
    if (row.basis !== null || row.timeoutSec !== null || row.timeoutPolicy !== null)
      this.terms.set(at, { basis: row.basis, timeoutSec: row.timeoutSec, timeoutPolicy: row.timeoutPolicy });
  }

  private planOf({ priority, originCountry, routeGrade, trafficClass, senderType, surcharge }: RateRow): number {
    const { dimensions } = this;
    const combination: Combination = {
      origin: dimensions.origin.add(originCountry),
      grade: dimensions.grade.add(routeGrade),
      trafficClass: dimensions.trafficClass.add(trafficClass),
      sender: dimensions.sender.add(senderType),
    };
    const { origin, grade, trafficClass: named, sender } = combination;
    const name = `${priority} ${origin} ${grade} ${named} ${sender} ${surcharge === null ? '' : `of ${surcharge}`}`;
    let number = this.planNumbers.get(name);
    if (number === undefined) {
      number =
        this.plans.push({
          priority,
          surcharge,
          combination,
          named: { originCountry, routeGrade, trafficClass, senderType },
          rows: 0,
        }) - 1;
      this.planNumbers.set(name, number);
    }
    (this.plans[number] as RegionPlan).rows++;
    return number;
  }

  /** In  usages: how many of the rows that were read are usage rates; surcharges: the others, as they were read */
  private lay(usages: number, surcharges: readonly RateRow[]): BuiltTable {
    const regions = this.regions();
    const slots = regions.reduce((end, { from, size }) => Math.max(end, from + size), 0);
    const firstOfSurcharges = regions.find(({ surcharge }) => surcharge !== null)?.from ?? slots;
    const index = new FlatIndex(slots);
    const periods = new Periods(firstOfSurcharges, slots - firstOfSurcharges);
    const ofUsage = new MatchIndex(index, null);
    const ofSurcharges = new MatchIndex(index, periods);
    const positionOf = new Uint32Array(slots); // one more than the row's; 0: nobody's slot
    const terms = new Map<number, RowTerms>();
    const lastOf = new Map<Region, { key: number; row: number }>();
    for (let at = 0; at < this.read; at++) {
      const region = regions[this.regionOf[at] as number] as TableRegion;
      const key = this.keys[at] as number;
      const price = this.prices[at] as bigint;
      const perMessage = this.perMessage[at] === 1;
      let row: number;
      if (at < usages) row = ofUsage.add(region, key, price, perMessage, null);
      else {
        const last = lastOf.get(region);
        row = ofSurcharges.add(region, key, price, perMessage, last?.key === key ? last.row : null);
        lastOf.set(region, { key, row });
        const { validFrom, validUntil } = surcharges[at - usages] as RateRow;
        periods.set(row, validFrom, validUntil);
      }
      positionOf[row] = at + 1;
      const own = this.terms.get(at);
      if (own !== undefined) terms.set(row, own);
    }
    const unknown = this.dimensions.origin.ofName(UNKNOWN_ORIGIN);
    const sectionOf = (name: string | null): Section =>
      new Section(
        name === null ? ofUsage : ofSurcharges,
        regions.filter(({ surcharge }) => surcharge === name),
        unknown,
      );
    const names = new Set(regions.flatMap(({ surcharge }) => surcharge ?? []));
    return {
      index,
      dimensions: this.dimensions,
      regions,
      usage: sectionOf(null),
      surcharges: [...names].map((name) => ({ name, section: sectionOf(name) })),
      periods,
      rateIds: this.rateIds.arranged(slots, (slot) => (positionOf[slot] === 0 ? null : (positionOf[slot] as number) - 1)),
      terms,
    };
  } // prettier-ignore

  /** Rows that name the same dimensions share the lengths of their prefixes, whatever values they name: tables of lengths stay few. */
  private regions(): TableRegion[] {
    const lengths = new Map<string, Lengths>();
    // Rows that name more are asked first, and for most destinations there is none of them.
    const ranges = rangesFor(this.plans.map(({ rows, combination }) => ({ rows, seldom: maskOf(combination) !== 0 })));
    return this.plans.map(({ priority, surcharge, combination, named }, at) => {
      const mask = maskOf(combination);
      const shared = `${mask} ${surcharge === null ? '' : `of ${surcharge}`}`;
      let own = lengths.get(shared);
      if (own === undefined)
        lengths.set(shared, (own = { open: new PrefixLengths(), inCountry: new PrefixLengths() }));
      return { ...(ranges[at] as SlotRange), priority, mask, combination, lengths: own, has: 0, surcharge, named };
    });
  } // prettier-ignore
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
