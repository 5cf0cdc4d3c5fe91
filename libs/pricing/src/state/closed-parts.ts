import { readUuid } from './id-table.js';

const CHUNK_BYTES = 4 << 20;
const DAY = 86_400_000_000;

/**
 * Parts whose money is final but which a late receipt may still correct: packed bytes behind a flat index, one table a
 * day, dropped whole when the receipt horizon has passed.
 */
export class ClosedParts {
  private readonly days = new Map<number, ClosedDay>();
  private readonly key = new Uint32Array(4);

  get size(): number {
    let total = 0;
    for (const day of this.days.values()) total += day.size;
    return total;
  }

  /** In  at: when it was put away, microseconds; a part put away twice is found by its last bytes */
  put(messageId: string, part: number, bytes: Uint8Array, at: number): void {
    this.readKey(messageId, part);
    const day = this.dayOf(Math.floor(at / DAY));
    // a checkpoint brings a part once for each time it was put away, on whatever days
    for (const other of this.days.values()) if (other !== day) other.take(this.key);
    day.put(this.key, bytes);
  }

  /** Removes and answers the bytes of a part; undefined when it is not there. */
  take(messageId: string, part: number): Buffer | undefined {
    this.readKey(messageId, part);
    for (const day of this.days.values()) {
      const bytes = day.take(this.key);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  /** Answers the bytes of a part without removing them. */
  peek(messageId: string, part: number): Buffer | undefined {
    this.readKey(messageId, part);
    for (const day of this.days.values()) {
      const bytes = day.peek(this.key);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  /** Drops the days that ended before an instant. */
  expireBefore(at: number): void {
    const first = Math.floor(at / DAY);
    for (const day of this.days.keys()) if (day < first) this.days.delete(day);
  }

  *entries(): Generator<{ at: number; bytes: Buffer }> {
    for (const [day, table] of this.days) for (const bytes of table.values()) yield { at: day * DAY, bytes };
  }

  private dayOf(day: number): ClosedDay {
    let table = this.days.get(day);
    if (table === undefined) this.days.set(day, (table = new ClosedDay()));
    return table;
  }

  private readKey(messageId: string, part: number): void {
    readUuid(messageId, this.key);
    this.key[3] = (this.key[3] as number) ^ Math.imul(part, 0x9e3779b1);
  }
}

class ClosedDay {
  private mask = 1023;
  private keys = new Uint32Array(1024 * 4);
  /** Position + 1 in `at`/`lengths`; 0 marks a free slot. */
  private slots = new Uint32Array(1024);
  private chunks: Buffer[] = [];
  private free = CHUNK_BYTES;
  private readonly where: number[] = [];
  private readonly lengths: number[] = [];
  size = 0;

  put(key: Uint32Array, bytes: Uint8Array): void {
    if (this.where.length >= (this.mask + 1) * 0.6) this.grow();
    if (this.free + bytes.length > CHUNK_BYTES) {
      this.chunks.push(Buffer.allocUnsafe(Math.max(CHUNK_BYTES, bytes.length)));
      this.free = 0;
    }
    (this.chunks[this.chunks.length - 1] as Buffer).set(bytes, this.free);
    this.where.push((this.chunks.length - 1) * CHUNK_BYTES + this.free);
    this.lengths.push(bytes.length);
    this.free += bytes.length;
    const slot = this.find(key);
    if (this.slots[slot] === 0 || this.lengths[(this.slots[slot] as number) - 1] === 0) this.size++;
    this.keys.set(key, slot * 4);
    this.slots[slot] = this.where.length;
  }

  take(key: Uint32Array): Buffer | undefined {
    const bytes = this.peek(key);
    if (bytes === undefined) return undefined;
    this.lengths[(this.slots[this.find(key)] as number) - 1] = 0; // the bytes stay until the day is dropped
    this.size--;
    return bytes;
  }

  peek(key: Uint32Array): Buffer | undefined {
    const entry = this.slots[this.find(key)] as number;
    if (entry === 0 || this.lengths[entry - 1] === 0) return undefined;
    return this.bytesOf(entry - 1);
  }

  *values(): Generator<Buffer> {
    for (const entry of this.slots) if (entry !== 0 && this.lengths[entry - 1] !== 0) yield this.bytesOf(entry - 1);
  }

  private bytesOf(entry: number): Buffer {
    const at = this.where[entry] as number;
    const offset = at % CHUNK_BYTES;
    return (this.chunks[Math.floor(at / CHUNK_BYTES)] as Buffer).subarray(
      offset,
      offset + (this.lengths[entry] as number),
    );
  }

  private find(key: Uint32Array): number {
    const { keys, slots, mask } = this;
    let slot = ((key[0] as number) ^ (key[3] as number)) & mask;
    while (slots[slot] !== 0) {
      const at = slot * 4;
      if (keys[at] === key[0] && keys[at + 1] === key[1] && keys[at + 2] === key[2] && keys[at + 3] === key[3])
        return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private grow(): void {
    const { keys, slots } = this;
    this.mask = this.mask * 2 + 1;
    this.keys = new Uint32Array((this.mask + 1) * 4);
    this.slots = new Uint32Array(this.mask + 1);
    for (let slot = 0; slot < slots.length; slot++) {
      if (slots[slot] === 0) continue;
      const key = keys.subarray(slot * 4, slot * 4 + 4);
      const free = this.find(key);
      this.keys.set(key, free * 4);
      this.slots[free] = slots[slot] as number;
    }
  }
}
