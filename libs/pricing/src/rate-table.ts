import { UNKNOWN_ORIGIN, type MatchDimension, type Rows } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { depthOf, DEPTHS, destinationText, keyOfRow, rankOf, type Depth, type Destination } from './destination-key.js';
import { RowColumns } from './flat-index.js';
import { unusual, type Combination, type IndexedRows } from './match-index.js';
import { NO_ROW, Periods, Section, UNKNOWN_ORIGIN_ROW } from './rate-section.js';
import { TextColumn } from './text-column.js';

/** What a message offers to match on. */
export interface MatchQuery extends Destination {
  /** null: nobody knows it. */
  readonly originCountry: string | null;
  readonly routeGrade: string | null;
  readonly trafficClass: string;
  readonly senderType: string | null;
}

/** What a row matches on, for people. */
export interface RowText {
  readonly rateId: string;
  readonly priority: number;
  readonly originCountry: string | null;
  readonly routeGrade: string | null;
  readonly trafficClass: string | null;
  readonly senderType: string | null;
  readonly depth: Depth;
  /** The lower, the more specific the destination. */
  readonly destinationRank: number;
  /** Example `network 234-10 in GB`. */
  readonly destination: string;
}

/** Terms that a rate states itself. */
export interface RowTerms {
  readonly basis: string | null;
  readonly timeoutSec: number | null;
  readonly timeoutPolicy: string | null;
}

const UNITS = ['part', 'message'] as const;

/** What a row of one kind names: one object for all rows that name the same. */
interface Kind extends Combination {
  readonly unit: number;
}

/** Numbers for the values of a dimension; 0 is "any", and what no row names. */
class Values {
  private readonly ids = new Map<string, number>();
  readonly names: (string | null)[] = [null];

  add(value: string | null): number {
    if (value === null) return 0;
    let id = this.ids.get(value);
    if (id === undefined) {
      this.ids.set(value, (id = this.names.length));
      this.names.push(value);
    }
    return id;
  }

  of(value: string | null): number {
    return value === null || this.names.length === 1 ? 0 : (this.ids.get(value) ?? 0);
  }
}

/**
 * The rows of one rate card version, as typed arrays behind hash indexes.
 *
 * A map of strings per row would cost a hash of text and several cache misses per lookup and ten times the memory;
 * here every destination is a number, every other value a small one, and a row is a position in columns: usage rates
 * first, then surcharges in the order of their names.
 */
export class RateTable {
  readonly rows: number;
  /** Names of the surcharges, sorted. */
  readonly surchargeNames: readonly string[];
  private readonly columns: RowColumns;
  private readonly rateIds: TextColumn;
  private readonly terms = new Map<number, RowTerms>();
  private readonly origins = new Values();
  private readonly grades = new Values();
  private readonly classes = new Values();
  private readonly senders = new Values();
  private readonly kinds: Kind[] = [];
  private readonly kindOf: Uint32Array;
  private readonly usage: Section;
  private readonly surchargeSections: readonly Section[];
  private readonly periods: Periods;
  private readonly matchTexts = new Map<number, string>();

  /**
   * In      complete rows of one version, gone through once; keys unique (the import refuses duplicates)
   * Errors  RangeError when a row breaks the formats that the catalog guarantees: our bug
   */
  constructor(given: Rows<RateRow>) {
    this.rows = given.length;
    this.columns = new RowColumns(this.rows);
    this.kindOf = new Uint32Array(this.rows);
    this.rateIds = new TextColumn(this.rows);
    const kinds = new Map<string, number>();
    const surcharges: RateRow[] = [];
    let usages = 0;
    for (const row of given) {
      if (row.surcharge === null) this.add(row, usages++, kinds);
      else surcharges.push(row);
    }
    surcharges.sort(byNameThenDate);
    surcharges.forEach((row, at) => this.add(row, usages + at, kinds));
    this.rateIds.close();
    const radix = {
      priority: 0,
      origin: this.origins.names.length,
      grade: this.grades.names.length,
      trafficClass: this.classes.names.length,
      sender: this.senders.names.length,
    };
    const section = (from: number, to: number, periods: Periods | null): Section =>
      new Section(this.indexed(from, to, periods), radix, this.origins.of(UNKNOWN_ORIGIN));
    this.usage = section(0, usages, null);
    this.periods = new Periods(surcharges, usages);
    const starts = new Map<string, number>();
    surcharges.forEach(({ surcharge }, at) => {
      if (surcharge !== null && !starts.has(surcharge)) starts.set(surcharge, usages + at);
    });
    this.surchargeNames = [...starts.keys()];
    const ends = [...starts.values(), this.rows];
    this.surchargeSections = [...starts.values()].map((from, i) => section(from, ends[i + 1] as number, this.periods));
  }

  private add(row: RateRow, at: number, kinds: Map<string, number>): void {
    if (BigInt.asIntN(64, row.price) !== row.price)
      throw new RangeError(`price ${row.price} of ${row.rateId} is too large`);
    this.rateIds.push(row.rateId);
    this.columns.keys[at * 2] = keyOfRow(row);
    this.columns.prices[at * 2 + 1] = row.price;
    if (row.basis !== null || row.timeoutSec !== null || row.timeoutPolicy !== null) {
      this.terms.set(at, { basis: row.basis, timeoutSec: row.timeoutSec, timeoutPolicy: row.timeoutPolicy });
    }
    const kind: Kind = {
      priority: row.priority,
      origin: this.origins.add(row.originCountry),
      grade: this.grades.add(row.routeGrade),
      trafficClass: this.classes.add(row.trafficClass),
      sender: this.senders.add(row.senderType),
      unit: UNITS.indexOf(row.unit),
    };
    const name = `${kind.priority} ${kind.origin} ${kind.grade} ${kind.trafficClass} ${kind.sender} ${kind.unit}`;
    let number = kinds.get(name);
    if (number === undefined) kinds.set(name, (number = this.kinds.push(kind) - 1));
    this.kindOf[at] = number;
  }

  private indexed(from: number, to: number, periods: Periods | null): IndexedRows {
    return {
      columns: this.columns,
      from,
      to,
      combinationOf: (row) => this.kind(row),
      bitOf: (row) => this.kind(row).unit,
      validAt: periods === null ? null : (row, at) => periods.has(row, at),
    };
  }

  /**
   * The usage row that prices a message: highest priority, then by the dimensions in the order of the card.
   *
   * In      precedence: null for the usual order
   * Out     NO_ROW, UNKNOWN_ORIGIN_ROW, or a number that `rowOf` and `unitOf` read
   * Source  docs/pricing-rules.md §3
   */
  find(query: MatchQuery, precedence: readonly MatchDimension[] | null = null): number {
    return this.usage.find(this.idsOf(query), query, 0, unusual(precedence));
  }

  /**
   * One answer like that of `find` for each surcharge that counts at a billing time, in the order of their names.
   *
   * Out  null where one is for origins that nobody knows here: what may be owed is not left out
   */
  surcharges(
    query: MatchQuery,
    at: number,
    precedence: readonly MatchDimension[] | null = null,
  ): readonly number[] | null {
    if (this.surchargeSections.length === 0) return NONE;
    const ids = this.idsOf(query);
    const order = unusual(precedence);
    const found = this.surchargeSections.map((section) => section.find(ids, query, at, order));
    return found.includes(UNKNOWN_ORIGIN_ROW) ? null : found.filter((one) => one !== NO_ROW);
  }

  private idsOf({ originCountry, routeGrade, trafficClass, senderType }: MatchQuery): Combination {
    return {
      priority: 0,
      origin: this.originOf(originCountry),
      grade: this.grades.of(routeGrade),
      trafficClass: this.classes.of(trafficClass),
      sender: this.senders.of(senderType),
    };
  }

  /** An origin that is not known is no value of the dimension, also where the record calls it unknown. */
  private originOf(originCountry: string | null): number {
    if (this.origins.names.length === 1) return 0;
    return originCountry === null || originCountry === UNKNOWN_ORIGIN ? -1 : this.origins.of(originCountry);
  }

  rowOf(found: number): number {
    return found >> 1;
  }

  price(row: number): bigint {
    return this.columns.prices[row * 2 + 1] as bigint;
  }

  /** What the row prices; it stands in the index beside the row, so that asking costs no look into another column. */
  unitOf(found: number): 'part' | 'message' {
    return UNITS[(found & 1) as 0 | 1];
  }

  rateId(row: number): string {
    return this.rateIds.at(row);
  }

  /** Terms that this rate states itself; undefined for the many that state none. */
  termsOf(row: number): RowTerms | undefined {
    return this.terms.get(row);
  }

  /** The name of the component that a row adds; null for a usage rate. */
  surchargeOf(row: number): string | null {
    const at = this.surchargeSections.findIndex((section) => section.holds(row));
    return at < 0 ? null : (this.surchargeNames[at] as string);
  }

  /** What a row matched by. Example `class otp, network`, `origin IN, any class, sender long_code, country, priority 5` */
  matchedBy(row: number): string {
    const kind = this.kindOf[row] as number;
    const depth = depthOf(this.columns.keys[row * 2] as number);
    const known = this.matchTexts.get(kind * DEPTHS.length + depth);
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
    this.matchTexts.set(kind * DEPTHS.length + depth, text);
    return text;
  }

  describe(row: number): RowText {
    const { priority, origin, grade, trafficClass, sender } = this.kind(row);
    const key = this.columns.keys[row * 2] as number;
    return {
      rateId: this.rateId(row),
      priority,
      originCountry: this.origins.names[origin] as string | null,
      routeGrade: this.grades.names[grade] as string | null,
      trafficClass: this.classes.names[trafficClass] as string | null,
      senderType: this.senders.names[sender] as string | null,
      depth: DEPTHS[depthOf(key)] as Depth,
      destinationRank: rankOf(key),
      destination: destinationText(key),
    };
  }

  /** Usage rates for a destination, whatever else they name; for explanations. */
  ratesFor(to: Destination): readonly number[] {
    return this.usage.rowsFor(to);
  }

  /** Surcharge rows for a destination, whatever else they name, with the billing times that they count for. */
  surchargesFor(to: Destination): readonly { row: number; from: number; until: number }[] {
    return this.surchargeSections
      .flatMap((section) => section.rowsFor(to))
      .map((row) => {
        const [from, until] = this.periods.of(row);
        return { row, from, until };
      });
  }

  private kind(row: number): Kind {
    return this.kinds[this.kindOf[row] as number] as Kind;
  }
}

const NONE: readonly number[] = [];

/** Surcharges by name, of each the earliest first so that later ones are asked first. */
function byNameThenDate(a: RateRow, b: RateRow): number {
  return (
    compareTexts(a.surcharge as string, b.surcharge as string) ||
    (a.validFrom ?? -Infinity) - (b.validFrom ?? -Infinity) ||
    0
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
