import type { FxBook } from '@ratestream/fx';
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
  readonly fx: Pick<FxBook, 'convert'>;
  /** The installation's, for sums over everything; null: no leg says what it is in another currency than its own. */
  readonly reportingCurrency: string | null;
  readonly catalogPosition: number;
  readonly hashRecipient: HashRecipient;
  /** Microseconds UTC. */
  readonly ratedAt: number;
  /** Versions and exchange rates count as known at this instant; default: `ratedAt`. Microseconds UTC. */
  readonly knownAt?: number;
}

/** As known when a price is looked for. */
export function knownAtOf({ ratedAt, knownAt }: Pick<Pricing, 'ratedAt' | 'knownAt'>): number {
  return knownAt ?? ratedAt;
}

/** How long ids are kept, of billing time: what is older when it arrives could be a duplicate and is never charged by itself. */
export const ID_HORIZON = 45 * 86_400_000_000;
