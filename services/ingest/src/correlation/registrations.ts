import { randomInt } from 'node:crypto';
import { type KeyHash, Names, RegistrationSegment } from './registration-segment.js';

/** What a receipt takes over from the record that named the account. */
export interface Registration {
  readonly messageId: string;
  readonly account: string;
  readonly attempt: number;
  readonly part: number;
  /** the message's own time, micros: of two under one key the newer counts */
  readonly at: number;
  /** broker time, ms: the horizon counts from here */
  readonly appendedAt: number;
}

const SEGMENT_MS = 86_400_000;

/**
 * The newest registration of each key within the receipt horizon.
 *
 * Kept in segments of a day, newest first; what is found in a newer one hides the older. Keys are told apart by 64 bits
 * of a hash seeded at random: among 15 million the chance that one look-up meets another key is about 10⁻¹².
 */
export class Registrations {
  private readonly names = new Names();
  private readonly segments: RegistrationSegment[] = [new RegistrationSegment(this.names)];
  private openedAt = 0;
  private readonly seed = randomInt(2 ** 31);
  private readonly key: { high: number; low: number } = { high: 0, low: 0 };

  constructor(private readonly horizonMs: number) {}

  /** Entries held; one that was registered again on another day counts twice until the older segment goes. */
  get size(): number {
    return this.segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  /** Supplier ids are recycled: the newer message wins, by its own time, whichever record came first. */
  add(key: string, registration: Registration): void {
    const hash = this.hash(key);
    const before = this.holding(hash, registration.appendedAt);
    if (before === undefined || before.at <= registration.at) this.set(hash, registration);
  }

  /** Adds where nothing is registered under the key. */
  claim(key: string, registration: Registration): void {
    const hash = this.hash(key);
    if (this.holding(hash, registration.appendedAt) === undefined) this.set(hash, registration);
  }

  find(key: string, nowMs: number): Registration | undefined {
    return this.holding(this.hash(key), nowMs)?.read();
  }

  /** Lets go of the days that are past the horizon at this broker time. */
  expire(nowMs: number): void {
    while (this.segments.length > 1 && (this.segments.at(-1) as RegistrationSegment).newest + this.horizonMs < nowMs)
      this.segments.pop();
  }

  /** The segment that has found the newest entry of the key, where that counts still. */
  private holding(hash: KeyHash, nowMs: number): RegistrationSegment | undefined {
    for (const segment of this.segments)
      if (segment.seek(hash)) return segment.appendedAt + this.horizonMs >= nowMs ? segment : undefined;
    return undefined;
  }

  private set(hash: KeyHash, registration: Registration): void {
    if (registration.appendedAt >= this.openedAt + SEGMENT_MS) {
      if ((this.segments[0] as RegistrationSegment).size > 0)
        this.segments.unshift(new RegistrationSegment(this.names));
      this.openedAt = registration.appendedAt;
    }
    (this.segments[0] as RegistrationSegment).set(hash, registration);
  }

  /** Two multiplicative hashes of one pass. The answer is overwritten by the next call. */
  private hash(text: string): KeyHash {
    let high = this.seed | 0;
    let low = ~this.seed | 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      high = Math.imul(high ^ unit, 0x85ebca6b);
      high ^= high >>> 15;
      low = Math.imul(low ^ unit, 0xc2b2ae35);
      low ^= low >>> 13;
    }
    this.key.high = high >>> 0;
    this.key.low = low >>> 0;
    return this.key;
  }
}
