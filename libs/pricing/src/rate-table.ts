import type { RateRow } from '@ratestream/events';
import { FlatIndex } from './flat-index.js';
import { PrefixLengths } from './prefix-lengths.js';

/** What a message offers to match on. */
export interface Destination {
  /** ISO 3166-1 alpha-2 of the number. */
  readonly country: string | null;
  readonly mcc: string | null;
  readonly mnc: string | null;
  /** Leading digits of the E.164 number, without +; '' where unknown. */
  readonly digits: string;
}

/** How deep a rate matched, most specific first. */
export const DEPTHS = ['network', 'prefix', 'mcc', 'country', 'default'] as const;
export type Depth = (typeof DEPTHS)[number];

const UNITS = ['part', 'message'] as const;
const ANY_CLASS = '';
/** Distance between the key ranges of two kinds of row: above the largest E.164 prefix (15 digits). */
const KIND = 2 ** 50;
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/** How many ways to match an answer of `find` can tell apart: up to 204 classes of five depths. */
const MATCHES = 1024;

interface ClassIndex {
  readonly index: FlatIndex;
  readonly prefixLengths: PrefixLengths;
  /** Position of this class's texts in `matchTexts`. */
  readonly texts: number;
}

/**
 * The rows of one rate card version, as typed arrays behind one hash index per traffic class.
 *
 * A map of strings per row would cost a hash of text and several cache misses per lookup and ten times the memory;
 * here every key is a number (packed MCC/MNC/country, or the prefix itself) and a row is a position in columns.
 */
export class RateTable {
  readonly rows: number;
  private readonly prices: BigInt64Array;
  private readonly rateIds: string[];
  private readonly terms: Map<
    number,
    { basis: string | null; timeoutSec: number | null; timeoutPolicy: string | null }
  >;
  private readonly classes = new Map<string, ClassIndex>();
  private readonly matchTexts: string[] = [];

  /**
   * In      complete rows of one version; keys unique (the import refuses duplicates)
   * Errors  RangeError when a row breaks the formats that the catalog guarantees: our bug
   */
  constructor(rows: readonly RateRow[]) {
    this.rows = rows.length;
    this.prices = new BigInt64Array(rows.length);
    this.rateIds = new Array<string>(rows.length);
    this.terms = new Map();
    const perClass = new Map<string, number>();
    for (const row of rows) {
      const name = row.trafficClass ?? ANY_CLASS;
      perClass.set(name, (perClass.get(name) ?? 0) + 1);
    }
    for (const [name, count] of perClass) {
      const shown = name === ANY_CLASS ? 'any class' : `class ${name}`;
      if (this.matchTexts.length + DEPTHS.length > MATCHES)
        throw new RangeError('more traffic classes than a card can have');
      this.classes.set(name, {
        index: new FlatIndex(count),
        prefixLengths: new PrefixLengths(),
        texts: this.matchTexts.length,
      });
      this.matchTexts.push(...DEPTHS.map((depth) => `${shown}, ${depth}`));
    }
    rows.forEach((row, at) => this.add(row, at));
  }

  private add(row: RateRow, at: number): void {
    if (BigInt.asIntN(64, row.price) !== row.price)
      throw new RangeError(`price ${row.price} of ${row.rateId} is too large`);
    this.prices[at] = row.price;
    this.rateIds[at] = row.rateId;
    if (row.basis !== null || row.timeoutSec !== null || row.timeoutPolicy !== null) {
      this.terms.set(at, { basis: row.basis, timeoutSec: row.timeoutSec, timeoutPolicy: row.timeoutPolicy });
    }
    const target = this.classes.get(row.trafficClass ?? ANY_CLASS);
    if (target === undefined) throw new RangeError('class index missing');
    if (row.prefix !== null) target.prefixLengths.add(row.prefix);
    target.index.set(keyOfRow(row), at * 2 + UNITS.indexOf(row.unit));
  }

  /**
   * The row that prices a destination: traffic class before depth, then network → longest prefix → MCC → country → default.
   *
   * Out     −1, or a number that `rowOf`, `unitOf` and `matchedBy` read; the named class wins over any class whole
   * Source  domain.md §3
   */
  find(trafficClass: string, destination: Destination): number {
    const named = this.classes.get(trafficClass);
    if (named !== undefined) {
      const found = findIn(named, destination);
      if (found >= 0) return found;
    }
    const any = this.classes.get(ANY_CLASS);
    return any === undefined ? -1 : findIn(any, destination);
  }

  rowOf(found: number): number {
    return Math.floor(found / (2 * MATCHES));
  }

  price(row: number): bigint {
    return this.prices[row] as bigint;
  }

  /** What the row prices; it stands in the index beside the row, so that asking costs no look into another column. */
  unitOf(found: number): 'part' | 'message' {
    return UNITS[(Math.floor(found / MATCHES) & 1) as 0 | 1];
  }

  rateId(row: number): string {
    return this.rateIds[row] as string;
  }

  /** Terms that this rate states itself; undefined for the many that state none. */
  termsOf(row: number): { basis: string | null; timeoutSec: number | null; timeoutPolicy: string | null } | undefined {
    return this.terms.get(row);
  }

  /** For explanations: which class and depth an answer of `find` matched by. */
  matchedBy(found: number): string {
    return this.matchTexts[found % MATCHES] as string;
  }
}

function findIn(target: ClassIndex, { country, mcc, mnc, digits }: Destination): number {
  const { index, texts } = target;
  const land = countryCode(country);
  if (mcc !== null && mnc !== null) {
    const network = networkKey(mcc, mnc);
    let row = index.get(network + land);
    if (row < 0 && land !== 0) row = index.get(network);
    if (row >= 0) return row * MATCHES + texts;
  }
  if (target.prefixLengths.any && digits !== '') {
    const number = Number(digits);
    let lengths = target.prefixLengths.of(number, digits.length) & ((1 << (digits.length + 1)) - 1);
    while (lengths !== 0) {
      const length = 31 - Math.clz32(lengths); // the longest left
      const row = index.get(KIND + Math.floor(number / (POWERS[digits.length - length] as number)));
      if (row >= 0) return row * MATCHES + texts + 1;
      lengths &= ~(1 << length);
    }
  }
  if (mcc !== null) {
    let row = index.get(2 * KIND + Number(mcc) * 1024 + land);
    if (row < 0 && land !== 0) row = index.get(2 * KIND + Number(mcc) * 1024);
    if (row >= 0) return row * MATCHES + texts + 2;
  }
  if (land !== 0) {
    const row = index.get(3 * KIND + land);
    if (row >= 0) return row * MATCHES + texts + 3;
  }
  const row = index.get(4 * KIND);
  return row < 0 ? -1 : row * MATCHES + texts + 4;
}

function keyOfRow(row: RateRow): number {
  if (row.prefix !== null) {
    if (!/^[1-9]\d{0,14}$/.test(row.prefix)) throw new RangeError(`prefix "${row.prefix}" is not E.164`);
    return KIND + Number(row.prefix);
  }
  const land = countryCode(row.country);
  if (row.mcc !== null && row.mnc !== null) return networkKey(row.mcc, row.mnc) + land;
  if (row.mcc !== null) return 2 * KIND + Number(row.mcc) * 1024 + land;
  return row.country === null ? 4 * KIND : 3 * KIND + land;
}

/** MNCs are strings: 01 and 001 are different networks, so the length is part of the key. */
function networkKey(mcc: string, mnc: string): number {
  return ((Number(mcc) * 4 + mnc.length) * 1024 + Number(mnc)) * 1024;
}

/** 0 for none, else 1 … 676. */
function countryCode(country: string | null): number {
  if (country === null || country.length !== 2) return 0;
  return (country.charCodeAt(0) - 65) * 26 + country.charCodeAt(1) - 64;
}
