import type { NumberRow } from '@ratestream/events';
import { PrefixIndex } from './prefix-index.js';

/** The network that a range of numbers was given to. Ported numbers are elsewhere: a range is no evidence. */
export interface NumberRange {
  readonly country: string | null;
  readonly mcc: string | null;
  readonly mnc: string | null;
  readonly operator: string | null;
}

/**
 * A numbering plan for look-ups by longest prefix.
 *
 * In      rows of `NumberRow`; a later row of the same prefix wins; rows whose prefix is no 1…15 digits are left out
 *         and counted, since a plan that was published must not stop its readers
 * Memory  distinct networks are kept once; 29 000 prefixes are about 2 MB
 */
export class NumberingIndex {
  private readonly index: PrefixIndex;
  private readonly ranges: NumberRange[] = [];
  readonly refused: number;

  constructor(rows: readonly NumberRow[]) {
    this.index = new PrefixIndex(rows.length);
    const known = new Map<string, number>();
    let refused = 0;
    for (const { prefix, country, mcc, mnc, operator } of rows) {
      if (!/^\d{1,15}$/.test(prefix)) {
        refused += 1;
        continue;
      }
      const key = `${country}|${mcc}|${mnc}|${operator}`;
      let place = known.get(key);
      if (place === undefined) {
        place = this.ranges.push({ country, mcc, mnc, operator }) - 1;
        known.set(key, place);
      }
      this.index.set(prefix, place);
    }
    this.refused = refused;
  }

  /** The range of an E.164 number with +, or null. */
  find(e164: string): NumberRange | null {
    const place = this.index.longest(e164, e164.charCodeAt(0) === 43 ? 1 : 0);
    return place < 0 ? null : (this.ranges[place] as NumberRange);
  }
}
