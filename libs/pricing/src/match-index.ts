import { DEFAULT_PRECEDENCE, type MatchDimension } from '@ratestream/catalog';
import { countryKey, DEFAULT_KEY, keysOf, prefixKey, rankOf, type Destination, type Place } from './destination-key.js';
import type { FlatIndex, SlotRange } from './flat-index.js';
import type { PrefixLengths } from './prefix-lengths.js';
import type { Combination } from './values.js';

/** Bits of a mask: which dimensions rows name, the one compared first in the highest bit. */
export const ORIGIN = 8;
export const GRADE = 4;
export const CLASS = 2;
export const SENDER = 1;
const BITS: Readonly<Record<Exclude<MatchDimension, 'destination'>, number>> = {
  originCountry: ORIGIN,
  routeGrade: GRADE,
  trafficClass: CLASS,
  senderType: SENDER,
};

/** Which keys rows have at all, so that what cannot be there is not looked for. */
const HAS = { networkInCountry: 1, network: 2, prefixInCountry: 4, prefix: 8, mccInCountry: 16, mcc: 32, country: 64, default: 128 }; // prettier-ignore

const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** How long the prefixes are of all rows that name the same dimensions. */
export interface Lengths {
  readonly open: PrefixLengths;
  readonly inCountry: PrefixLengths;
}

/** Rows that name the same besides their destination. */
export interface Region extends SlotRange {
  readonly priority: number;
  readonly mask: number;
  readonly combination: Combination;
  readonly lengths: Lengths;
  /** Of HAS; complete once every row is laid. */
  has: number;
}

/** When rows count, by billing time. */
export interface Validity {
  has(row: number, at: number): boolean;
}

/**
 * Rows by where they go, in regions of one combination each.
 *
 * Source  docs/pricing-rules.md §3
 */
export class MatchIndex {
  constructor(
    private readonly index: FlatIndex,
    /** Rows of equal key are asked one after the other at the billing time; null: keys are unique, and every row counts. */
    private readonly validity: Validity | null,
  ) {}

  /** Lays a row, and says to its region what is there to be looked for. */
  add(region: Region, key: number, price: bigint, perMessage: boolean, after: number | null): number {
    const has = kindOfKey(key);
    region.has |= has;
    if ((has & (HAS.prefix | HAS.prefixInCountry)) !== 0) {
      const digits = String(Math.floor((key - prefixKey(0, 0)) / 1024));
      (has === HAS.prefix ? region.lengths.open : region.lengths.inCountry).add(digits);
    }
    return this.index.add(region, key, price, perMessage, after);
  }

  /**
   * The row of a message: of the highest priority, then the most specific by the order.
   *
   * In   regions: those that match it besides the destination, by priority and then by the usual order; precedence null: the
   *      usual order, in which the first region that has a row is the answer; any other looks at all regions of a priority
   * Out  −1 where no row is for this destination
   */
  find(regions: readonly Region[], to: Place, at: number, precedence: readonly MatchDimension[] | null): number {
    if (precedence !== null) return this.best(regions, to, at, precedence);
    for (let i = 0; i < regions.length; i++) {
      const row = this.deepest(regions[i] as Region, to, at);
      if (row >= 0) return row;
    }
    return -1;
  }

  /** Whether any of these regions, whatever their order, has a row for this destination. */
  has(regions: readonly Region[], to: Place, at: number): boolean {
    return regions.some((region) => this.deepest(region, to, at) >= 0);
  }

  /** Every row for this destination; for explanations. */
  rowsFor(regions: readonly Region[], to: Destination): readonly number[] {
    const keys = keysOf(to);
    const rows: number[] = [];
    for (const region of regions)
      for (const key of keys)
        for (let row = this.index.find(region, key); row >= 0; row = this.index.next(region, row)) rows.push(row);
    return rows;
  }

  private best(regions: readonly Region[], to: Place, at: number, precedence: readonly MatchDimension[]): number {
    let best = -1;
    let bestMask = 0;
    let priority = 0;
    for (const region of regions) {
      if (best >= 0 && region.priority < priority) return best;
      const row = this.deepest(region, to, at);
      if (row < 0) continue;
      const rank = rankOf(this.index.key(row));
      if (best < 0 || isBefore(precedence, region.mask, rank, bestMask, rankOf(this.index.key(best)))) {
        best = row;
        bestMask = region.mask;
        priority = region.priority;
      }
    }
    return best;
  }

  /** All rows of one region say as much of the four dimensions, so the deepest destination is the best of them. */
  private deepest(region: Region, place: Place, at: number): number {
    const { has } = region;
    const { land, network, mcc } = place;
    if (network >= 0 && (has & (HAS.network | HAS.networkInCountry)) !== 0) {
      if (land !== 0 && (has & HAS.networkInCountry) !== 0) {
        const row = this.valid(region, network + land, at);
        if (row >= 0) return row;
      }
      if ((has & HAS.network) !== 0) {
        const row = this.valid(region, network, at);
        if (row >= 0) return row;
      }
    }
    if ((has & (HAS.prefix | HAS.prefixInCountry)) !== 0 && place.known > 0) {
      const row = this.longest(region, place, at);
      if (row >= 0) return row;
    }
    if (mcc >= 0 && (has & (HAS.mcc | HAS.mccInCountry)) !== 0) {
      if (land !== 0 && (has & HAS.mccInCountry) !== 0) {
        const row = this.valid(region, mcc + land, at);
        if (row >= 0) return row;
      }
      const row = (has & HAS.mcc) === 0 ? -1 : this.valid(region, mcc, at);
      if (row >= 0) return row;
    }
    if (land !== 0 && (has & HAS.country) !== 0) {
      const row = this.valid(region, countryKey(land), at);
      if (row >= 0) return row;
    }
    return (has & HAS.default) === 0 ? -1 : this.valid(region, DEFAULT_KEY, at);
  }

  private longest(region: Region, { land, number, known }: Place, at: number): number {
    const open = region.lengths.open.of(number, known);
    const inCountry = land === 0 ? 0 : region.lengths.inCountry.of(number, known);
    let lengths = open | inCountry;
    while (lengths !== 0) {
      const length = 31 - Math.clz32(lengths); // the longest left
      const bit = 1 << length;
      const key = prefixKey(Math.floor(number / (POWERS[known - length] as number)), 0);
      if ((inCountry & bit) !== 0) {
        const row = this.valid(region, key + land, at);
        if (row >= 0) return row;
      }
      if ((open & bit) !== 0) {
        const row = this.valid(region, key, at);
        if (row >= 0) return row;
      }
      lengths &= ~bit;
    }
    return -1;
  }

  /** Of rows with one key the first laid that counts at this time. */
  private valid(region: Region, key: number, at: number): number {
    let row = this.index.find(region, key);
    if (this.validity === null) return row;
    while (row >= 0 && !this.validity.has(row, at)) row = this.index.next(region, row);
    return row;
  }
}

export function maskOf({ origin, grade, trafficClass, sender }: Combination): number {
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
    default:
      return HAS.default;
  }
}
