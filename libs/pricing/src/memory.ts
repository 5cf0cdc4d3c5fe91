import type { PartState } from './part-state.js';
import type { RateBook } from './rate-book.js';
import type { HashRecipient } from './subject.js';
import type { Terms } from './terms.js';

/** What the decision reads of the fold. */
export interface RatingMemory {
  /** The first 16 hex digits or more of the hash of the content under which a usage event was rated first. */
  fingerprintOf(usageEventId: string): string | undefined;
  isKnownConflict(usageEventId: string, hash: string): boolean;
  part(messageId: string, part: number): PartState | undefined;
  /** Whether the part could ever be priced, also long after its state was forgotten. */
  wasPriced(messageId: string, part: number): boolean;
  /** Ids of what was billed before this instant are forgotten: such usage may have been charged. Microseconds. */
  readonly idsFrom: number;
}

/** What the decision reads of the catalog, and the clock. */
export interface Pricing {
  readonly terms: Terms;
  readonly book: RateBook;
  readonly catalogPosition: number;
  readonly hashRecipient: HashRecipient;
  /** Microseconds UTC. */
  readonly ratedAt: number;
}

/** How long ids are kept, of billing time: what is older when it arrives could be a duplicate and is never charged by itself. */
export const ID_HORIZON = 45 * 86_400_000_000;
