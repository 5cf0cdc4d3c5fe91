import type { Registration } from './registrations.js';

/** Per entry: key hash (2), message id (4), account, attempt and part. */
const WORDS = 8;
const FIRST_SLOTS = 1024;
const HYPHEN = 45;
const DIGITS = '0123456789abcdef';
/** The form of a message id; its digits are written anew each time. */
const TEXT = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1');

/** Accounts are few and registrations many: an entry holds the number of its account. */
export class Names {
  private readonly numbers = new Map<string, number>();
  private readonly names: string[] = [];

  numberOf(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.names.push(name) - 1;
      this.numbers.set(name, number);
    }
    return number;
  }

  nameOf(number: number): string {
    return this.names[number] as string;
  }
}

/** A key as 64 bits; seeded at random for each process, so that nobody can aim for a collision. */
export interface KeyHash {
  readonly high: number;
  readonly low: number;
}

/**
 * A day of registrations as flat arrays: 48 bytes an entry and nothing for the collector to walk, where objects under
 * string keys take 250. Open addressing; entries are replaced, never removed: the whole segment is let go at once.
 */
export class RegistrationSegment {
  private mask = FIRST_SLOTS - 1;
  private words = new Uint32Array(FIRST_SLOTS * WORDS);
  private times = new Float64Array(FIRST_SLOTS * 2);
  private used = 0;
  private found = 0;
  /** ms of the broker; nothing in here is younger */
  newest = 0;

  constructor(private readonly names: Names) {}

  get size(): number {
    return this.used;
  }

  set(key: KeyHash, registration: Registration): void {
    if ((this.used + 1) * 4 > (this.mask + 1) * 3) this.grow();
    const slot = this.slotOf(key);
    const at = slot * WORDS;
    if (this.times[slot * 2 + 1] === 0) this.used += 1;
    this.words[at] = key.high;
    this.words[at + 1] = key.low;
    writeUuid(registration.messageId, this.words, at + 2);
    this.words[at + 6] = this.names.numberOf(registration.account);
    this.words[at + 7] = (registration.attempt << 16) | (registration.part & 0xffff);
    this.times[slot * 2] = registration.at;
    this.times[slot * 2 + 1] = registration.appendedAt;
    this.newest = Math.max(this.newest, registration.appendedAt);
  }

  /** Finds an entry, which `at`, `appendedAt` and `read` are about until the next call; false where there is none. */
  seek(key: KeyHash): boolean {
    this.found = this.slotOf(key);
    return this.appendedAt !== 0;
  }

  get at(): number {
    return this.times[this.found * 2] as number;
  }

  get appendedAt(): number {
    return this.times[this.found * 2 + 1] as number;
  }

  read(): Registration {
    const from = this.found * WORDS;
    const packed = this.words[from + 7] as number;
    return {
      messageId: readUuid(this.words, from + 2),
      account: this.names.nameOf(this.words[from + 6] as number),
      attempt: packed >>> 16,
      part: packed & 0xffff,
      at: this.at,
      appendedAt: this.appendedAt,
    };
  }

  /** The slot of a key, or the empty one where it belongs. An append time of 0 marks an empty slot. */
  private slotOf({ high, low }: KeyHash): number {
    let slot = low & this.mask;
    while (this.times[slot * 2 + 1] !== 0) {
      if (this.words[slot * WORDS] === high && this.words[slot * WORDS + 1] === low) return slot;
      slot = (slot + 1) & this.mask;
    }
    return slot;
  }

  private grow(): void {
    const { words, times, mask } = this;
    this.mask = mask * 2 + 1;
    this.words = new Uint32Array((this.mask + 1) * WORDS);
    this.times = new Float64Array((this.mask + 1) * 2);
    for (let slot = 0; slot <= mask; slot++) {
      if (times[slot * 2 + 1] === 0) continue;
      const from = slot * WORDS;
      const to = this.slotOf({ high: words[from] as number, low: words[from + 1] as number });
      this.words.set(words.subarray(from, from + WORDS), to * WORDS);
      this.times[to * 2] = times[slot * 2] as number;
      this.times[to * 2 + 1] = times[slot * 2 + 1] as number;
    }
  }
}

function writeUuid(uuid: string, words: Uint32Array, at: number): void {
  let word = 0;
  let digits = 0;
  for (let i = 0; i < uuid.length; i++) {
    const code = uuid.charCodeAt(i);
    if (code === HYPHEN) continue;
    // '0' is 0x30, 'a' is 0x61
    word = (word << 4) | ((code & 15) + (code >> 6) * 9);
    if ((++digits & 7) === 0) words[at + digits / 8 - 1] = word;
  }
}

function readUuid(words: Uint32Array, at: number): string {
  let to = 0;
  for (let i = 0; i < 4; i++) {
    const word = words[at + i] as number;
    for (let shift = 28; shift >= 0; shift -= 4) {
      if (TEXT[to] === HYPHEN) to += 1;
      TEXT[to++] = DIGITS.charCodeAt((word >>> shift) & 15);
    }
  }
  return TEXT.toString('latin1');
}
