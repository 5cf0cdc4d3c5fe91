/**
 * Numbers of rows of one column, and what a row costs: `key` and `price` of a row stand side by side in one buffer, so
 * that the line of memory that says "this is the row" also says its price.
 */
export class RowColumns {
  /** Key of row n at 2n. */
  readonly keys: Float64Array;
  /** Price of row n at 2n + 1. */
  readonly prices: BigInt64Array;

  constructor(rows: number) {
    const buffer = new ArrayBuffer(rows * 16);
    this.keys = new Float64Array(buffer);
    this.prices = new BigInt64Array(buffer);
  }
}

/** Slots for every entry: under 60 % full, so that a search ends after one line of memory nearly always. */
const SPARSE = 1.75;

/**
 * A hash index from key to row in one typed array, open addressing.
 *
 * Keys    non-negative safe integers; they stand in `columns`, an entry here is 32 bits of hash and the row
 * Values  row × 2 + a bit; −1 for what is not there
 * Cost    one multiplication, one line of memory for a miss and two for a hit, whatever the size
 */
export class FlatIndex {
  private readonly size: number;
  private readonly scale: number;
  /** hash, value, hash, value, …; a free slot has the value −1. */
  private readonly slots: Int32Array;
  private count = 0;

  /** Room for exactly `capacity` keys; more is our bug and throws RangeError. */
  constructor(
    private readonly columns: RowColumns,
    private readonly capacity: number,
  ) {
    this.size = Math.ceil(capacity * SPARSE) + 1;
    this.scale = this.size / 4_294_967_296;
    this.slots = new Int32Array(this.size * 2).fill(-1);
  }

  /** Sets a value whose row has its key in `columns`; answers the value that the key had before, or −1. */
  set(value: number): number {
    const { slots, size, columns } = this;
    const key = columns.keys[value & ~1] as number;
    const hash = hashOf(key);
    let slot = ((hash >>> 0) * this.scale) | 0;
    for (;;) {
      const there = slots[slot * 2 + 1] as number;
      const same = there !== -1 && slots[slot * 2] === hash && columns.keys[there & ~1] === key;
      if (there === -1 && ++this.count > this.capacity) throw new RangeError('index is full');
      if (there === -1 || same) {
        slots[slot * 2] = hash;
        slots[slot * 2 + 1] = value;
        return there;
      }
      if (++slot === size) slot = 0;
    }
  }

  get(key: number): number {
    const { slots, size, columns } = this;
    const hash = hashOf(key);
    let slot = ((hash >>> 0) * this.scale) | 0;
    for (;;) {
      const there = slots[slot * 2 + 1] as number;
      if (there === -1) return -1;
      if (slots[slot * 2] === hash && columns.keys[there & ~1] === key) return there;
      if (++slot === size) slot = 0;
    }
  }
}

function hashOf(key: number): number {
  const high = (key / 4_294_967_296) | 0;
  let hash = Math.imul((key | 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}
