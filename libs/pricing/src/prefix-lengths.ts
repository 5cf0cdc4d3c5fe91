const HEAD_DIGITS = 4;
const HEADS = 10 ** HEAD_DIGITS;
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

/**
 * How long the prefixes are that start with the same four digits, as bits of a 20 kB table that stays in the cache.
 *
 * A lookup of the longest prefix would otherwise ask the index for every length that any prefix has, and each answer
 * "no" of a large index is a walk to main memory.
 */
export class PrefixLengths {
  /** Made for the first prefix: most combinations of a sheet have none. */
  private byHead: Uint16Array | null = null;

  /** In  prefix: 1 … 15 digits */
  add(prefix: string): void {
    const heads = (this.byHead ??= new Uint16Array(HEADS));
    const open = Math.max(0, HEAD_DIGITS - prefix.length);
    const first = Number(prefix.slice(0, HEAD_DIGITS)) * (POWERS[open] as number);
    for (let head = first; head < first + (POWERS[open] as number); head++) {
      heads[head] = (heads[head] as number) | (1 << prefix.length);
    }
  }

  /** Bit n: a prefix of n digits may match this number. In  number: the digits as a number; length: how many they are */
  of(number: number, length: number): number {
    if (this.byHead === null) return 0;
    const all = (1 << (length + 1)) - 1;
    if (length < HEAD_DIGITS) return all; // too short to look up by its head: every length is possible
    return (this.byHead[Math.floor(number / (POWERS[length - HEAD_DIGITS] as number))] as number) & all;
  }
}
