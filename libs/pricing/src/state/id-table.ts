const EMPTY = 0;
const DAY = 86_400_000_000;

/** A 128-bit id as four words, read from its UUID text without allocating. */
export function readUuid(text: string, into: Uint32Array): void {
  let word = 0;
  let at = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 45) continue;
    word = (word << 4) | (code < 58 ? code - 48 : (code | 32) - 87);
    if (++digits === 8) {
      into[at++] = word;
      word = 0;
      digits = 0;
    }
  }
}

/** A 64-bit hash as two words: the first sixteen hex digits. */
function readHash(hex: string, into: Uint32Array): void {
  for (let word = 0; word < 2; word++) {
    let value = 0;
    for (let at = word * 8; at < word * 8 + 8; at++) {
      const code = hex.charCodeAt(at);
      value = (value << 4) | (code < 58 ? code - 48 : (code | 32) - 87);
    }
    into[word] = value;
  }
}

/** The id of a part among the ids, and its key among the closed ones: its message's, with the part mixed into the last word. */
export function readPartId(messageId: string, part: number, into: Uint32Array): void {
  readUuid(messageId, into);
  into[3] = (into[3] as number) ^ Math.imul(part, 0x9e3779b1);
}

function writeHash(high: number, low: number): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/**
 * Which usage events were rated, and a hash of their content: 28 bytes each in typed arrays, so that the window of
 * 45 days is millions of ids in memory and not millions of objects.
 *
 * Keys are whole 128-bit ids: a shortened key would one day take a new message for an old one.
 */
export class IdTable {
  private mask: number;
  private keys: Uint32Array;
  private hashes: Uint32Array;
  /** Billing day + 1 of each id; 0 marks a free slot. */
  private days: Uint32Array;
  private count = 0;
  private readonly key = new Uint32Array(4);
  private readonly hash = new Uint32Array(2);
  /** Called with each entry as it is added, as `entries` gives them; what it is called with is overwritten by the next. */
  onAdd: ((entry: Uint32Array) => void) | null = null;
  private readonly added = new Uint32Array(7);

  /** In  firstSlots: a power of two */
  constructor(firstSlots = 1024) {
    this.mask = firstSlots - 1;
    this.keys = new Uint32Array(firstSlots * 4);
    this.hashes = new Uint32Array(firstSlots * 2);
    this.days = new Uint32Array(firstSlots);
  }

  get size(): number {
    return this.count;
  }

  /** First 16 hex digits of the content's hash, or undefined for an id never seen. */
  get(id: string): string | undefined {
    readUuid(id, this.key);
    const slot = this.find(this.key);
    return this.days[slot] === EMPTY
      ? undefined
      : writeHash(this.hashes[slot * 2] as number, this.hashes[slot * 2 + 1] as number);
  }

  /**
   * Remembers an id; the first content stays.
   *
   * In  at: billing time in microseconds, from which the horizon is counted
   */
  add(id: string, hash: string, at: number): void {
    readUuid(id, this.key);
    readHash(hash, this.hash);
    this.insertNew(at);
  }

  /** A part outlives its state as an id without content. */
  addPart(messageId: string, part: number, at: number): void {
    readPartId(messageId, part, this.key);
    this.hash.fill(0);
    this.insertNew(at);
  }

  hasPart(messageId: string, part: number): boolean {
    readPartId(messageId, part, this.key);
    return this.days[this.find(this.key)] !== EMPTY;
  }

  /** Drops what was billed before a day (microseconds). Costs one pass; call it once a day. */
  expireBefore(at: number): void {
    this.rebuild(this.mask + 1, Math.floor(at / DAY) + 1);
  }

  /** Every entry as words: id ×4, hash ×2, day; for checkpoints. `since` skips nothing when 0. */
  *entries(): Generator<Uint32Array> {
    const entry = new Uint32Array(7);
    for (let slot = 0; slot <= this.mask; slot++) {
      if (this.days[slot] === EMPTY) continue;
      entry.set(this.keys.subarray(slot * 4, slot * 4 + 4));
      entry.set(this.hashes.subarray(slot * 2, slot * 2 + 2), 4);
      entry[6] = this.days[slot] as number;
      yield entry;
    }
  }

  /** Adds packed entries (seven words each), as a checkpoint segment holds them. */
  load(words: Uint32Array): void {
    this.reserve(words.length / 7);
    for (let at = 0; at + 7 <= words.length; at += 7) {
      this.key[0] = words[at] as number;
      this.key[1] = words[at + 1] as number;
      this.key[2] = words[at + 2] as number;
      this.key[3] = words[at + 3] as number;
      this.hash[0] = words[at + 4] as number;
      this.hash[1] = words[at + 5] as number;
      this.insert(words[at + 6] as number);
    }
  }

  /** Makes room for so many more at once, rather than by doubling. */
  reserve(more: number): void {
    let slots = this.mask + 1;
    while (this.count + more > slots * 0.7) slots *= 2;
    if (slots > this.mask + 1) this.rebuild(slots, 0);
  }

  private insertNew(at: number): void {
    const day = Math.max(1, Math.floor(at / DAY) + 1);
    if (!this.insert(day) || this.onAdd === null) return;
    this.added.set(this.key);
    this.added.set(this.hash, 4);
    this.added[6] = day;
    this.onAdd(this.added);
  }

  /** False where the id is there. */
  private insert(day: number): boolean {
    if (this.count >= (this.mask + 1) * 0.7) this.rebuild((this.mask + 1) * 2, 0);
    const { key, hash, keys, hashes } = this;
    const slot = this.find(key);
    if (this.days[slot] !== EMPTY) return false;
    for (let word = 0; word < 4; word++) keys[slot * 4 + word] = key[word] as number;
    hashes[slot * 2] = hash[0] as number;
    hashes[slot * 2 + 1] = hash[1] as number;
    this.days[slot] = day;
    this.count++;
    return true;
  }

  /** The slot of a key, or the free one where it belongs. The first word of a UUIDv5 is uniform; the second holds the version. */
  private find(key: Uint32Array): number {
    const { keys, days, mask } = this;
    let slot = (key[0] as number) & mask;
    while (days[slot] !== EMPTY) {
      const at = slot * 4;
      if (keys[at] === key[0] && keys[at + 1] === key[1] && keys[at + 2] === key[2] && keys[at + 3] === key[3])
        return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private rebuild(slots: number, firstDay: number): void {
    const { keys, hashes, days, mask } = this;
    this.mask = slots - 1;
    this.keys = new Uint32Array(slots * 4);
    this.hashes = new Uint32Array(slots * 2);
    this.days = new Uint32Array(slots);
    this.count = 0;
    for (let slot = 0; slot <= mask; slot++) {
      const day = days[slot] as number;
      if (day === EMPTY || day < firstDay) continue;
      const key = keys.subarray(slot * 4, slot * 4 + 4); // not this.key: that one waits to be inserted
      const free = this.find(key);
      this.keys.set(key, free * 4);
      this.hashes[free * 2] = hashes[slot * 2] as number;
      this.hashes[free * 2 + 1] = hashes[slot * 2 + 1] as number;
      this.days[free] = day;
      this.count++;
    }
  }
}
