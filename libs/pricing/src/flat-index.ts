/**
 * A hash index from number to small integer in one typed array, open addressing, at most half full.
 *
 * Keys    non-negative safe integers
 * Values  0 … 2^53; `get` answers −1 for what is not there
 * Cost    key and value stand side by side: one multiplication and usually one cache line, whatever the size
 */
export class FlatIndex {
  private readonly mask: number;
  /** key, value, key, value, …; a free slot has the key −1. */
  private readonly slots: Float64Array;
  private count = 0;

  /** Room for exactly `capacity` keys; more is our bug and throws RangeError. */
  constructor(private readonly capacity: number) {
    let slots = 8;
    while (slots < capacity * 2) slots *= 2;
    this.mask = slots - 1;
    this.slots = new Float64Array(slots * 2).fill(-1);
  }

  /** Sets a value; the last one of a key wins. */
  set(key: number, value: number): void {
    const { slots, mask } = this;
    let slot = hashOf(key) & mask;
    while (slots[slot * 2] !== -1 && slots[slot * 2] !== key) slot = (slot + 1) & mask;
    if (slots[slot * 2] === -1 && ++this.count > this.capacity) throw new RangeError('index is full');
    slots[slot * 2] = key;
    slots[slot * 2 + 1] = value;
  }

  get(key: number): number {
    const { slots, mask } = this;
    let slot = hashOf(key) & mask;
    for (;;) {
      const there = slots[slot * 2];
      if (there === key) return slots[slot * 2 + 1] as number;
      if (there === -1) return -1;
      slot = (slot + 1) & mask;
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
