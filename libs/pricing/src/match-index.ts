import { DEFAULT_PRECEDENCE, type MatchDimension } from '@ratestream/catalog';
import {
  countryKey,
  DEFAULT_KEY,
  keysOf,
  placeOf,
  prefixKey,
  rankOf,
  type Destination,
  type Place,
} from './destination-key.js';
import { FlatIndex, type RowColumns } from './flat-index.js';
import { PrefixLengths } from './prefix-lengths.js';

/** What a row names besides its destination, as numbers that the table gave to the values; 0: any. */
export interface Combination {
  readonly priority: number;
  readonly origin: number;
  readonly grade: number;
  readonly trafficClass: number;
  readonly sender: number;
}

/** Bits of a shape: which dimensions its rows name, the one compared first in the highest bit. */
const ORIGIN = 8;
const GRADE = 4;
const CLASS = 2;
const SENDER = 1;
const BITS: Readonly<Record<Exclude<MatchDimension, 'destination'>, number>> = {
  originCountry: ORIGIN,
  routeGrade: GRADE,
  trafficClass: CLASS,
  senderType: SENDER,
};

/** Which keys a shape has at all, so that what cannot be there is not looked for. */
const HAS = { networkInCountry: 1, network: 2, prefixInCountry: 4, prefix: 8, mccInCountry: 16, mcc: 32, country: 64, default: 128 }; // prettier-ignore

const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

interface Shape {
  readonly mask: number;
  /** By the number of the combination. */
  readonly combinations: Map<number, FlatIndex>;
  /** Where the shape names nothing there is one combination. */
  readonly single: FlatIndex | null;
  readonly lengths: PrefixLengths;
  readonly lengthsInCountry: PrefixLengths;
  has: number;
}

interface Slot {
  readonly shape: Shape;
  readonly index: FlatIndex;
}

interface Tier {
  readonly priority: number;
  /** Most specific first, by the usual order. */
  readonly shapes: readonly Shape[];
}

/** The rows to be indexed, as the table keeps them. */
export interface IndexedRows {
  readonly columns: RowColumns;
  readonly from: number;
  readonly to: number; // exclusive
  /** null: the row does not count here. */
  combinationOf(row: number): Combination | null;
  /** The bit that an answer carries beside the row. */
  bitOf(row: number): number;
  /** Rows of equal key follow each other as they were added, last first, and each is asked at the billing time; null: keys are unique. */
  readonly validAt: ((row: number, at: number) => boolean) | null;
}

/**
 * Rows by what they match on: tiers of a priority, in them shapes (which of four dimensions a row names), in them one hash
 * index per combination of values. A table that names only classes has two shapes and looks at one or two indexes.
 *
 * Source  docs/pricing-rules.md §3
 */
export class MatchIndex {
  private readonly tiers: readonly Tier[];
  private readonly next: Int32Array | null;

  constructor(
    private readonly rows: IndexedRows,
    /** How many values each dimension has, for numbering combinations. */
    private readonly radix: Combination,
  ) {
    this.next = rows.validAt === null ? null : new Int32Array(rows.to - rows.from).fill(-1);
    const counts = new Map<Combination, number>();
    for (let row = rows.from; row < rows.to; row++) {
      const combination = rows.combinationOf(row);
      if (combination !== null) counts.set(combination, (counts.get(combination) ?? 0) + 1);
    }
    this.tiers = this.layOut(counts);
    const places = new Map([...counts.keys()].map((combination) => [combination, this.placeOf(combination)]));
    for (let row = rows.from; row < rows.to; row++) {
      const place = places.get(rows.combinationOf(row) as Combination);
      if (place !== undefined) this.add(place, row);
    }
  }

  /** Indexes of the right size, before anything is laid down. */
  private layOut(counts: ReadonlyMap<Combination, number>): readonly Tier[] {
    const tiers = new Map<number, Map<number, Map<number, number>>>();
    for (const [combination, count] of counts) {
      const shapes = orNew(tiers, combination.priority, () => new Map<number, Map<number, number>>());
      const shape = orNew(shapes, maskOf(combination), () => new Map<number, number>());
      const number = this.numberOf(combination);
      shape.set(number, (shape.get(number) ?? 0) + count);
    }
    return [...tiers]
      .sort(([a], [b]) => b - a)
      .map(([priority, shapes]) => ({
        priority,
        shapes: [...shapes].sort(([a], [b]) => b - a).map(([mask, combinations]) => this.shape(mask, combinations)),
      }));
  }

  private placeOf(combination: Combination): Slot {
    const tier = this.tiers.find(({ priority }) => priority === combination.priority) as Tier;
    const shape = tier.shapes.find(({ mask }) => mask === maskOf(combination)) as Shape;
    return { shape, index: shape.combinations.get(this.numberOf(combination)) as FlatIndex };
  }

  private shape(mask: number, counts: ReadonlyMap<number, number>): Shape {
    const combinations = new Map(
      [...counts].map(([number, count]) => [number, new FlatIndex(this.rows.columns, count)]),
    );
    return {
      mask,
      combinations,
      single: mask === 0 ? (combinations.get(0) ?? null) : null,
      lengths: new PrefixLengths(),
      lengthsInCountry: new PrefixLengths(),
      has: 0,
    };
  }

  private add({ shape, index }: Slot, row: number): void {
    const key = this.rows.columns.keys[row * 2] as number;
    const has = kindOfKey(key);
    if (has === 0) return; // longer than any number: counted among the rows, and never found
    const before = index.set(row * 2 + this.rows.bitOf(row));
    if (this.next !== null) this.next[row - this.rows.from] = before;
    shape.has |= has;
    if ((has & (HAS.prefix | HAS.prefixInCountry)) === 0) return;
    const digits = String(Math.floor((key - prefixKey(0, 0)) / 1024));
    (has === HAS.prefix ? shape.lengths : shape.lengthsInCountry).add(digits);
  }

  /**
   * The row that a message is priced by among these: highest priority, then most specific by the order.
   *
   * In   ids: what the message says of the four dimensions, 0 where no row here names that; precedence null: the usual order,
   *      in which the first shape that has a row is the answer; any other looks at every shape of the tier
   *      originOnly: rows that name no origin do not count
   * Out  row × 2 + its bit, or −1
   */
  find(
    ids: Combination,
    to: Destination,
    at: number,
    precedence: readonly MatchDimension[] | null,
    originOnly = false,
  ): number {
    const place = placeOf(to);
    for (let i = 0; i < this.tiers.length; i++) {
      const { shapes } = this.tiers[i] as Tier;
      const found =
        precedence === null
          ? this.first(shapes, ids, place, at, originOnly)
          : this.best(shapes, ids, place, at, precedence, originOnly);
      if (found >= 0) return found;
    }
    return -1;
  }

  /** Every row for this destination, whatever else it names; for explanations. */
  rowsFor(to: Destination): readonly number[] {
    const keys = keysOf(to);
    const rows: number[] = [];
    for (const { shapes } of this.tiers) {
      for (const { combinations } of shapes) {
        for (const index of combinations.values()) {
          for (const key of keys) {
            let found = index.get(key);
            while (found >= 0) {
              rows.push(found >> 1);
              found = this.next === null ? -1 : (this.next[(found >> 1) - this.rows.from] as number);
            }
          }
        }
      }
    }
    return rows;
  }

  private first(shapes: readonly Shape[], ids: Combination, to: Place, at: number, originOnly: boolean): number {
    for (let i = 0; i < shapes.length; i++) {
      const found = this.inShape(shapes[i] as Shape, ids, to, at, originOnly);
      if (found >= 0) return found;
    }
    return -1;
  }

  private best(
    shapes: readonly Shape[],
    ids: Combination,
    to: Place,
    at: number,
    precedence: readonly MatchDimension[],
    originOnly: boolean,
  ): number {
    const { keys } = this.rows.columns;
    let best = -1;
    let bestMask = 0;
    for (const shape of shapes) {
      const found = this.inShape(shape, ids, to, at, originOnly);
      if (found < 0) continue;
      const rank = rankOf(keys[found & ~1] as number);
      if (best < 0 || isBefore(precedence, shape.mask, rank, bestMask, rankOf(keys[best & ~1] as number))) {
        best = found;
        bestMask = shape.mask;
      }
    }
    return best;
  }

  /** All rows of one shape say as much of the four dimensions, so the deepest destination is the best of them. */
  private inShape(shape: Shape, ids: Combination, to: Place, at: number, originOnly: boolean): number {
    const { mask } = shape;
    if (mask === 0) return originOnly || shape.single === null ? -1 : this.deepest(shape, shape.single, to, at);
    if ((mask & ORIGIN) !== 0 ? ids.origin === 0 : originOnly) return -1;
    if ((mask & GRADE) !== 0 && ids.grade === 0) return -1;
    if ((mask & CLASS) !== 0 && ids.trafficClass === 0) return -1;
    if ((mask & SENDER) !== 0 && ids.sender === 0) return -1;
    const index = shape.combinations.get(this.numberOf(ids, mask));
    return index === undefined ? -1 : this.deepest(shape, index, to, at);
  }

  private deepest(shape: Shape, index: FlatIndex, place: Place, at: number): number {
    const { has } = shape;
    const { land, network, mcc } = place;
    if (network >= 0 && (has & (HAS.network | HAS.networkInCountry)) !== 0) {
      if (land !== 0 && (has & HAS.networkInCountry) !== 0) {
        const found = this.valid(index.get(network + land), at);
        if (found >= 0) return found;
      }
      if ((has & HAS.network) !== 0) {
        const found = this.valid(index.get(network), at);
        if (found >= 0) return found;
      }
    }
    if ((has & (HAS.prefix | HAS.prefixInCountry)) !== 0 && place.known > 0) {
      const found = this.longest(shape, index, place, at);
      if (found >= 0) return found;
    }
    if (mcc >= 0 && (has & (HAS.mcc | HAS.mccInCountry)) !== 0) {
      if (land !== 0 && (has & HAS.mccInCountry) !== 0) {
        const found = this.valid(index.get(mcc + land), at);
        if (found >= 0) return found;
      }
      const found = (has & HAS.mcc) === 0 ? -1 : this.valid(index.get(mcc), at);
      if (found >= 0) return found;
    }
    if (land !== 0 && (has & HAS.country) !== 0) {
      const found = this.valid(index.get(countryKey(land)), at);
      if (found >= 0) return found;
    }
    return (has & HAS.default) === 0 ? -1 : this.valid(index.get(DEFAULT_KEY), at);
  }

  private longest(shape: Shape, index: FlatIndex, { land, number, known }: Place, at: number): number {
    const open = shape.lengths.of(number, known);
    const inCountry = land === 0 ? 0 : shape.lengthsInCountry.of(number, known);
    let lengths = open | inCountry;
    while (lengths !== 0) {
      const length = 31 - Math.clz32(lengths); // the longest left
      const bit = 1 << length;
      const key = prefixKey(Math.floor(number / (POWERS[known - length] as number)), 0);
      if ((inCountry & bit) !== 0) {
        const found = this.valid(index.get(key + land), at);
        if (found >= 0) return found;
      }
      if ((open & bit) !== 0) {
        const found = this.valid(index.get(key), at);
        if (found >= 0) return found;
      }
      lengths &= ~bit;
    }
    return -1;
  }

  /** Of rows with one key the last added that counts at this time. */
  private valid(found: number, at: number): number {
    if (this.next === null || this.rows.validAt === null) return found;
    let one = found;
    while (one >= 0 && !this.rows.validAt(one >> 1, at)) one = this.next[(one >> 1) - this.rows.from] as number;
    return one;
  }

  private numberOf({ origin, grade, trafficClass, sender }: Combination, mask = 15): number {
    const { radix } = this;
    return (
      (((mask & ORIGIN ? origin : 0) * radix.grade + (mask & GRADE ? grade : 0)) * radix.trafficClass +
        (mask & CLASS ? trafficClass : 0)) *
        radix.sender +
      (mask & SENDER ? sender : 0)
    );
  }
}

function maskOf({ origin, grade, trafficClass, sender }: Combination): number {
  return (
    (origin === 0 ? 0 : ORIGIN) |
    (grade === 0 ? 0 : GRADE) |
    (trafficClass === 0 ? 0 : CLASS) |
    (sender === 0 ? 0 : SENDER)
  );
}

/** Null for the usual order, which needs no comparing. */
export function unusual(precedence: readonly MatchDimension[] | null): readonly MatchDimension[] | null {
  return precedence === null || precedence.every((dimension, at) => dimension === DEFAULT_PRECEDENCE[at])
    ? null
    : precedence;
}

/** The first dimension that differs decides. */
function isBefore(
  precedence: readonly MatchDimension[],
  mask: number,
  rank: number,
  otherMask: number,
  otherRank: number,
): boolean {
  for (const dimension of precedence) {
    if (dimension === 'destination') {
      if (rank !== otherRank) return rank < otherRank;
    } else {
      const bit = BITS[dimension];
      if ((mask & bit) !== (otherMask & bit)) return (mask & bit) !== 0;
    }
  }
  return false;
}

function kindOfKey(key: number): number {
  const inCountry = key % 1024 !== 0;
  switch (Math.floor(key / prefixKey(0, 0))) {
    case 0:
      return inCountry ? HAS.networkInCountry : HAS.network;
    case 1:
      return inCountry ? HAS.prefixInCountry : HAS.prefix;
    case 2:
      return inCountry ? HAS.mccInCountry : HAS.mcc;
    case 3:
      return HAS.country;
    case 4:
      return HAS.default;
    default:
      return 0;
  }
}

function orNew<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
