import type { MatchDimension, Rows } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { depthOf, DEPTHS, destinationText, placeOf, rankOf, type Depth, type Destination } from './destination-key.js';
import { unusual } from './match-index.js';
import { NO_ROW, UNKNOWN_ORIGIN_ROW, type Matching } from './rate-section.js';
import { TableBuilder, type BuiltTable, type NamedValues, type RowTerms, type TableRegion } from './table-builder.js';
import { wordsOf, type Combination, type Facts } from './values.js';

/** What a message offers to match on. */
export interface MatchQuery extends Destination, Facts {}

/** What a row matches on, for people. */
export interface RowText extends NamedValues {
  readonly rateId: string;
  readonly priority: number;
  readonly depth: Depth;
  /** The lower, the more specific the destination. */
  readonly destinationRank: number;
  /** Example `network 234-10 in GB`. */
  readonly destination: string;
}

/** What counts in this table for messages of the same facts. */
interface TableMatching {
  readonly usage: Matching;
  readonly surcharges: readonly Matching[];
}

/** Facts whose matching is kept, times the sections of the table; when there are more all are found anew. */
const KEPT = 4_096;
const NONE: readonly number[] = [];

/**
 * The rows of one rate card version, where they are searched.
 *
 * A map of strings per row would cost a hash of text and several cache misses per lookup and ten times the memory; here every
 * destination is a number, what rows name besides it is settled once for all messages that say the same, and a row is a slot.
 */
export class RateTable {
  readonly rows: number;
  /** Names of the surcharges, sorted. */
  readonly surchargeNames: readonly string[];
  private readonly built: BuiltTable;
  /** How many values each dimension has, for numbering facts; null where the numbers would be too large to be exact. */
  private readonly radix: Combination | null;
  private readonly matchings = new Map<number | string, TableMatching>();
  /** For all messages alike, where no row names anything but its destination. */
  private readonly alike: TableMatching | null;
  private lastWords: Combination | null = null;
  private lastMatching: TableMatching | null = null;
  private readonly matchTexts = new Map<number, string>();

  /**
   * In      complete rows of one version, gone through once; keys unique (the import refuses duplicates)
   * Errors  RangeError when a row breaks the formats that the catalog guarantees: our bug
   */
  constructor(given: Rows<RateRow>) {
    this.rows = given.length;
    this.built = new TableBuilder(given.length).build(given);
    this.surchargeNames = this.built.surcharges.map(({ name }) => name);
    const { origin, grade, trafficClass, sender } = this.built.dimensions;
    const radix = {
      origin: origin.names.length + 1,
      grade: grade.names.length,
      trafficClass: trafficClass.names.length,
      sender: sender.names.length,
    };
    const facts = radix.origin * radix.grade * radix.trafficClass * radix.sender;
    this.radix = facts <= Number.MAX_SAFE_INTEGER ? radix : null;
    const namesNothing = this.built.regions.every(({ mask }) => mask === 0);
    this.alike = namesNothing ? this.matching({ origin: 0, grade: 0, trafficClass: 0, sender: 0 }) : null;
  }

  /**
   * The usage row that prices a message: highest priority, then by the dimensions in the order of the card.
   *
   * In      precedence: null for the usual order
   * Out     a row, NO_ROW or UNKNOWN_ORIGIN_ROW
   * Source  docs/pricing-rules.md §3
   */
  find(query: MatchQuery, precedence: readonly MatchDimension[] | null = null): number {
    return this.built.usage.find(this.matchingOf(query).usage, placeOf(query), 0, unusual(precedence));
  }

  /**
   * The row of each surcharge that counts at a billing time, in the order of their names.
   *
   * Out  null where one is for origins that nobody knows here: what may be owed is not left out
   */
  surcharges(
    query: MatchQuery,
    at: number,
    precedence: readonly MatchDimension[] | null = null,
  ): readonly number[] | null {
    const { surcharges } = this.built;
    if (surcharges.length === 0) return NONE;
    const matching = this.matchingOf(query).surcharges;
    const place = placeOf(query);
    const order = unusual(precedence);
    const rows: number[] = [];
    for (let i = 0; i < surcharges.length; i++) {
      const { section } = surcharges[i] as (typeof surcharges)[number];
      const row = section.find(matching[i] as Matching, place, at, order);
      if (row === UNKNOWN_ORIGIN_ROW) return null;
      if (row !== NO_ROW) rows.push(row);
    }
    return rows;
  }

  private matchingOf(query: MatchQuery): TableMatching {
    if (this.alike !== null) return this.alike;
    const words = wordsOf(query);
    if (words === this.lastWords && this.lastMatching !== null) return this.lastMatching;
    const { dimensions, surcharges } = this.built;
    const facts: Combination = {
      origin: words.origin < 0 ? -1 : dimensions.origin.of(words.origin),
      grade: dimensions.grade.of(words.grade),
      trafficClass: dimensions.trafficClass.of(words.trafficClass),
      sender: dimensions.sender.of(words.sender),
    };
    const key = this.numberOf(facts);
    let matching = this.matchings.get(key);
    if (matching === undefined) {
      if (this.matchings.size * (1 + surcharges.length) >= KEPT) this.matchings.clear();
      this.matchings.set(key, (matching = this.matching(facts)));
    }
    this.lastWords = words;
    return (this.lastMatching = matching);
  }

  private matching(facts: Combination): TableMatching {
    const { usage, surcharges } = this.built;
    return { usage: usage.matching(facts), surcharges: surcharges.map(({ section }) => section.matching(facts)) };
  }

  private numberOf({ origin, grade, trafficClass, sender }: Combination): number | string {
    const { radix } = this;
    if (radix === null) return `${origin} ${grade} ${trafficClass} ${sender}`;
    return (((origin + 1) * radix.grade + grade) * radix.trafficClass + trafficClass) * radix.sender + sender;
  }

  price(row: number): bigint {
    return this.built.index.price(row);
  }

  /** What the row prices; it stands beside the price, so that asking costs no look into another column. */
  unitOf(row: number): 'part' | 'message' {
    return this.built.index.isPerMessage(row) ? 'message' : 'part';
  }

  rateId(row: number): string {
    return this.built.rateIds.at(row);
  }

  /** Terms that this rate states itself; undefined for the many that state none. */
  termsOf(row: number): RowTerms | undefined {
    return this.built.terms.get(row);
  }

  /** The name of the component that a row adds; null for a usage rate. */
  surchargeOf(row: number): string | null {
    return (this.built.regions[this.regionAt(row)] as TableRegion).surcharge;
  }

  /** What a row matched by. Example `class otp, network`, `origin IN, any class, sender long_code, country, priority 5` */
  matchedBy(row: number): string {
    const region = this.regionAt(row);
    const depth = depthOf(this.built.index.key(row));
    const known = this.matchTexts.get(region * DEPTHS.length + depth);
    if (known !== undefined) return known;
    const { originCountry, routeGrade, trafficClass, senderType, priority } = this.describe(row);
    const text = [
      originCountry === null ? '' : `origin ${originCountry}`,
      routeGrade === null ? '' : `grade ${routeGrade}`,
      trafficClass === null ? 'any class' : `class ${trafficClass}`,
      senderType === null ? '' : `sender ${senderType}`,
      DEPTHS[depth] as string,
      priority === 0 ? '' : `priority ${priority}`,
    ]
      .filter((part) => part !== '')
      .join(', ');
    this.matchTexts.set(region * DEPTHS.length + depth, text);
    return text;
  }

  describe(row: number): RowText {
    const { regions, index } = this.built;
    const { priority, named } = regions[this.regionAt(row)] as TableRegion;
    const key = index.key(row);
    return {
      ...named,
      rateId: this.rateId(row),
      priority,
      depth: DEPTHS[depthOf(key)] as Depth,
      destinationRank: rankOf(key),
      destination: destinationText(key),
    };
  }

  /** What a row names besides its destination; one object for all rows that name the same. */
  namedBy(row: number): NamedValues {
    return (this.built.regions[this.regionAt(row)] as TableRegion).named;
  }

  /** The lower, the more specific the destination. */
  destinationRank(row: number): number {
    return rankOf(this.built.index.key(row));
  }

  /** The billing times that a surcharge counts for, exclusive at the end; infinite where its row states none. */
  countsFor(row: number): readonly [from: number, until: number] {
    return this.built.periods.of(row);
  }

  /** Usage rates for a destination, whatever else they name; for explanations. */
  ratesFor(to: Destination): readonly number[] {
    return this.built.usage.rowsFor(to);
  }

  /** Surcharge rows for a destination, whatever else they name and whenever they count. */
  surchargesFor(to: Destination): readonly number[] {
    return this.built.surcharges.flatMap(({ section }) => section.rowsFor(to));
  }

  /** Position of the region that a row lies in. */
  private regionAt(row: number): number {
    const { regions } = this.built;
    let [low, high] = [0, regions.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((regions[middle] as TableRegion).from <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
