/** Slots for every row: under 60 % full, so that a search ends within a line of memory or two. */
const SPARSE = 1.75;

/** Bits of a filter for every row: of sixteen keys that are not there it lets one through. */
const FILTER_BITS = 16;

/** Where rows that are searched together lie: slots of their own. */
export interface SlotRange {
  readonly from: number;
  readonly size: number;
  /** Of 32 bits of hash to the slots. */
  readonly scale: number;
  /** A bit for the hash of each row, in a fifteenth of the memory: most of what is not there is known without a look at a slot. */
  readonly filter: Uint32Array | null;
  readonly filterShift: number;
}

/** Ranges one after the other. In  rows: how many each has; seldom: whether most look-ups find nothing there, so that a filter pays */
export function rangesFor(wanted: readonly { readonly rows: number; readonly seldom: boolean }[]): SlotRange[] {
  let from = 0;
  return wanted.map(({ rows, seldom }) => {
    const size = Math.ceil(rows * SPARSE) + 1;
    const bits = Math.max(5, Math.ceil(Math.log2(rows * FILTER_BITS)));
    const filter = seldom ? new Uint32Array(2 ** (bits - 5)) : null;
    const range = { from, size, scale: size / 4_294_967_296, filter, filterShift: 32 - bits };
    from += size;
    return range;
  });
}

/**
 * Hash tables with open addressing in one buffer: a row is a slot, and its key and its price stand side by side, so that the
 * line of memory that says "this is the row" also says what it costs.
 *
 * Keys  positive safe integers; negative where the price is per message; 0: nobody's
 * Cost  one multiplication and one line of memory, whatever the size
 */
export class FlatIndex {
  /** Key of row n at 2n. */
  private readonly keys: Float64Array;
  /** Price of row n at 2n + 1. */
  private readonly prices: BigInt64Array;

  constructor(readonly slots: number) {
    const buffer = new ArrayBuffer(slots * 16);
    this.keys = new Float64Array(buffer);
    this.prices = new BigInt64Array(buffer);
  }

  /**
   * Lays a row into a free slot of its range and answers which: of equal keys the first laid is the first found.
   *
   * In      after: a row of the same key, where one is known: long lists of equals are not gone through again for each
   * Errors  RangeError for more rows than the range has room for: our bug
   */
  add(range: SlotRange, key: number, price: bigint, perMessage: boolean, after: number | null = null): number {
    const { from, size, filter, filterShift } = range;
    const hash = hashOf(key);
    if (filter !== null) {
      const bit = hash >>> filterShift;
      filter[bit >>> 5] = (filter[bit >>> 5] as number) | (1 << (bit & 31));
    }
    let slot = after === null ? home(range, hash) : after - from;
    for (let tried = 0; tried < size; tried++) {
      const row = from + slot;
      if (this.keys[row * 2] === 0) {
        this.keys[row * 2] = perMessage ? -key : key;
        this.prices[row * 2 + 1] = price;
        return row;
      }
      if (++slot === size) slot = 0;
    }
    throw new RangeError('index is full');
  }

  /** The first row of a key; −1 where there is none. */
  find(range: SlotRange, key: number): number {
    const hash = hashOf(key);
    const { filter } = range;
    if (filter !== null) {
      const bit = hash >>> range.filterShift;
      if (((filter[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return -1;
    }
    return this.search(range, key, home(range, hash));
  }

  /** The row of the same key that was laid after this one; −1 where it was the last. */
  next(range: SlotRange, row: number): number {
    const slot = row - range.from + 1;
    return this.search(range, this.key(row), slot === range.size ? 0 : slot);
  }

  key(row: number): number {
    return Math.abs(this.keys[row * 2] as number);
  }

  isPerMessage(row: number): boolean {
    return (this.keys[row * 2] as number) < 0;
  }

  price(row: number): bigint {
    return this.prices[row * 2 + 1] as bigint;
  }

  private search({ from, size }: SlotRange, key: number, first: number): number {
    const { keys } = this;
    let slot = first;
    for (;;) {
      const there = keys[(from + slot) * 2] as number;
      if (there === key || there === -key) return from + slot;
      if (there === 0) return -1;
      if (++slot === size) slot = 0;
    }
  }
}

function home({ scale }: SlotRange, hash: number): number {
  return ((hash >>> 0) * scale) | 0;
}

function hashOf(key: number): number {
  const high = (key / 4_294_967_296) | 0;
  let hash = Math.imul((key | 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}
