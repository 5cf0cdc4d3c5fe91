/**
 * A hash index from number to small integer over two typed arrays, open addressing, at most half full.
 *
 * Keys    non-negative safe integers
 * Values  ≥ 0; `get` answers −1 for what is not there
 * Cost    one multiplication and usually one cache line, whatever the size
 */
export class FlatIndex {
  private readonly mask: number;
  private readonly keys: Float64Array;
  private readonly values: Int32Array;
  private count = 0;

  /** Room for exactly `capacity` keys; more is our bug and throws RangeError. */
  constructor(private readonly capacity: number) {
    let slots = 8;
    while (slots < capacity * 2) slots *= 2;
    this.mask = slots - 1;
    this.keys = new Float64Array(slots).fill(-1);
    this.values = new Int32Array(slots);
  }

  /** Sets a value; the last one of a key wins. */
  set(key: number, value: number): void {
    let slot = this.slotOf(key);
    while (this.keys[slot] !== -1 && this.keys[slot] !== key) slot = (slot + 1) & this.mask;
    if (this.keys[slot] === -1 && ++this.count > this.capacity) throw new RangeError('index is full');
    this.keys[slot] = key;
    this.values[slot] = value;
  }

  get(key: number): number {
    let slot = this.slotOf(key);
    for (;;) {
      const there = this.keys[slot];
      if (there === key) return this.values[slot] as number;
      if (there === -1) return -1;
      slot = (slot + 1) & this.mask;
    }
  }

  private slotOf(key: number): number {
    const high = (key / 4_294_967_296) | 0;
    let hash = Math.imul((key | 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0xc2b2ae35);
    return (hash ^ (hash >>> 13)) & this.mask;
  }
}
