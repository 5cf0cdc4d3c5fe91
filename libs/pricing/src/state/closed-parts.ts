import { blocksIn, OpenBlock, type SealedBlock } from './closed-block.js';
import { readPartId } from './id-table.js';

const DAY = 86_400_000_000;
const FREE = 0;
/** In place of an entry: the part was taken out. */
const TAKEN = 0xffffffff;
/** Late receipts come in the order of their messages, so the next one is likely in the block of the last. */
const MOST_OPENED = 32;

/**
 * Parts whose money is final but which a late receipt may still correct: pressed blocks in the order in which the parts
 * were put away, behind a flat index, dropped once the receipt horizon has passed all that is in them.
 *
 * About 250 bytes a part: of an older version of a part that came back, its bytes stay until their block goes.
 */
export class ClosedParts {
  private mask = 1023;
  private keys = new Uint32Array(1024 * 4);
  /** Number of the block, FREE for a free slot; and the entry in it. */
  private blockOf = new Uint32Array(1024);
  private entryOf = new Uint32Array(1024);
  /** Slots in use, those of taken parts included. */
  private used = 0;
  private count = 0;
  private readonly key = new Uint32Array(4);
  private readonly sealed = new Map<number, SealedBlock>();
  private readonly open = new OpenBlock();
  private openNumber = 1;
  private fresh: SealedBlock[] = [];
  private readonly opened = new Map<number, Buffer>();

  get size(): number {
    return this.count;
  }

  /** Of the index, for the curious: 24 bytes each. */
  get slots(): number {
    return this.mask + 1;
  }

  /** In  at: when it was put away, microseconds; a part put away twice is found by its last bytes */
  put(messageId: string, part: number, bytes: Uint8Array, at: number): void {
    readPartId(messageId, part, this.key);
    this.index(this.openNumber, this.open.add(this.key, bytes, Math.max(0, Math.floor(at / DAY))));
    if (this.open.full) this.seal();
  }

  /** Removes and answers the bytes of a part; undefined when it is not there. */
  take(messageId: string, part: number): Buffer | undefined {
    const bytes = this.peek(messageId, part);
    if (bytes !== undefined) this.remove(this.find(this.key));
    return bytes;
  }

  /** Removes a part, where it is there. */
  drop(messageId: string, part: number): void {
    readPartId(messageId, part, this.key);
    const slot = this.find(this.key);
    if (this.holds(slot)) this.remove(slot);
  }

  /** Answers the bytes of a part without removing them. */
  peek(messageId: string, part: number): Buffer | undefined {
    readPartId(messageId, part, this.key);
    const slot = this.find(this.key);
    if (!this.holds(slot)) return undefined;
    const number = this.blockOf[slot] as number;
    const entry = this.entryOf[slot] as number;
    if (number === this.openNumber) return this.open.part(entry);
    const block = this.sealed.get(number) as SealedBlock;
    return block.part(this.rawOf(number, block), entry);
  }

  /** Drops what was put away before the day of an instant. Costs a pass; call it once a day. */
  expireBefore(at: number): void {
    const first = Math.floor(at / DAY);
    for (const [number, block] of this.sealed) {
      if (block.lastDay >= first) continue;
      this.sealed.delete(number);
      this.opened.delete(number);
    }
    this.rebuild(this.mask + 1, first);
  }

  /** All blocks, in the order in which they have to be loaded. */
  blocks(): Buffer[] {
    this.newBlocks();
    return [...this.sealed.values()].map(({ bytes }) => bytes);
  }

  /** What was put away since the last call of this or of `blocks`. */
  newBlocks(): Buffer[] {
    if (this.open.count > 0) this.seal();
    const { fresh } = this;
    this.fresh = [];
    return fresh.map(({ bytes }) => bytes);
  }

  /** Takes blocks as a checkpoint holds them, one after another in a chunk; what they hold replaces older versions. */
  load(chunk: Buffer): void {
    if (this.open.count > 0) this.seal();
    for (const block of blocksIn(chunk)) {
      const number = this.openNumber++;
      this.sealed.set(number, block);
      for (let entry = 0; entry < block.count; entry++) {
        block.readKey(entry, this.key);
        this.index(number, entry);
      }
    }
  }

  private seal(): void {
    const block = this.open.seal();
    this.sealed.set(this.openNumber++, block);
    this.fresh.push(block);
  }

  private rawOf(number: number, block: SealedBlock): Buffer {
    const raw = this.opened.get(number) ?? block.open();
    this.opened.delete(number); // and behind all others again
    this.opened.set(number, raw);
    if (this.opened.size > MOST_OPENED)
      for (const oldest of this.opened.keys()) {
        this.opened.delete(oldest);
        break;
      }
    return raw;
  }

  private holds(slot: number): boolean {
    return this.blockOf[slot] !== FREE && this.entryOf[slot] !== TAKEN;
  }

  private remove(slot: number): void {
    this.entryOf[slot] = TAKEN;
    this.count--;
  }

  /** Points the key at an entry. */
  private index(block: number, entry: number): void {
    if (this.used >= (this.mask + 1) * 0.7)
      this.rebuild(this.count > this.used / 2 ? (this.mask + 1) * 2 : this.mask + 1);
    const slot = this.find(this.key);
    if (!this.holds(slot)) this.count++;
    if (this.blockOf[slot] === FREE) this.used++;
    this.keys.set(this.key, slot * 4);
    this.blockOf[slot] = block;
    this.entryOf[slot] = entry;
  }

  private find(key: Uint32Array): number {
    const { keys, blockOf, mask } = this;
    let slot = ((key[0] as number) ^ (key[3] as number)) & mask;
    while (blockOf[slot] !== FREE) {
      const at = slot * 4;
      if (keys[at] === key[0] && keys[at + 1] === key[1] && keys[at + 2] === key[2] && keys[at + 3] === key[3])
        return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** In  firstDay: parts put away before it are left out */
  private rebuild(slots: number, firstDay = 0): void {
    const { keys, blockOf, entryOf } = this;
    this.mask = slots - 1;
    this.keys = new Uint32Array(slots * 4);
    this.blockOf = new Uint32Array(slots);
    this.entryOf = new Uint32Array(slots);
    this.used = 0;
    for (let slot = 0; slot < blockOf.length; slot++) {
      const number = blockOf[slot] as number;
      const entry = entryOf[slot] as number;
      if (number === FREE || entry === TAKEN) continue;
      const block = number === this.openNumber ? this.open : this.sealed.get(number);
      if (block === undefined || block.dayOf(entry) < firstDay) continue;
      const key = keys.subarray(slot * 4, slot * 4 + 4); // not this.key: that one waits to be indexed
      const free = this.find(key);
      this.keys.set(key, free * 4);
      this.blockOf[free] = number;
      this.entryOf[free] = entry;
      this.used++;
    }
    this.count = this.used;
  }
}
