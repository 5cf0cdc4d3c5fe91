/**
 * Longest prefix over digits, as a flat trie: ten slots a node, no objects and no strings on the way.
 *
 * 29 000 prefixes are about 45 000 nodes, 2 MB. A look-up reads one slot a digit.
 */
export class PrefixIndex {
  private children: Int32Array;
  private values: Int32Array;
  private nodes = 1;

  constructor(expectedPrefixes = 64) {
    const room = Math.max(64, expectedPrefixes * 2);
    this.children = new Int32Array(room * 10);
    this.values = new Int32Array(room).fill(-1);
  }

  /** Gives a prefix its value (≥ 0); the last one set wins. Errors: RangeError for anything but 1…15 digits. */
  set(prefix: string, value: number): void {
    if (prefix.length === 0 || prefix.length > 15) throw new RangeError(`a prefix has 1 to 15 digits, not "${prefix}"`);
    let node = 0;
    for (let i = 0; i < prefix.length; i++) {
      const digit = prefix.charCodeAt(i) - 48;
      if (digit < 0 || digit > 9) throw new RangeError(`a prefix is made of digits, not "${prefix}"`);
      let next = this.children[node * 10 + digit] as number;
      if (next === 0) {
        next = this.grow();
        this.children[node * 10 + digit] = next;
      }
      node = next;
    }
    this.values[node] = value;
  }

  /** The value of the longest prefix of the digits from `from` on; −1 when there is none. Stops at the first non-digit. */
  longest(number: string, from = 0): number {
    let node = 0;
    let best = -1;
    for (let i = from; i < number.length; i++) {
      const digit = number.charCodeAt(i) - 48;
      if (digit < 0 || digit > 9) break;
      node = this.children[node * 10 + digit] as number;
      if (node === 0) break;
      const value = this.values[node] as number;
      if (value >= 0) best = value;
    }
    return best;
  }

  private grow(): number {
    const node = this.nodes++;
    if (node >= this.values.length) {
      const values = new Int32Array(this.values.length * 2).fill(-1);
      values.set(this.values);
      this.values = values;
      const children = new Int32Array(this.children.length * 2);
      children.set(this.children);
      this.children = children;
    }
    return node;
  }
}
