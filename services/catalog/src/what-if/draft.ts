import type { Micros, Plan } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';

/** When the draft's prices count: for every message, or for those that would be billed once it is in force. */
export type DraftFrom = 'always' | 'effective';

/** The rates that a card would have. */
export interface DraftCard {
  cardId: string;
  rates: readonly RateRow[];
  effectiveFrom: Micros;
}

/** What is tried out: rates of cards, or another plan. It is in no catalog. */
export interface Draft {
  cards: readonly DraftCard[];
  plan: Plan | null;
  from: DraftFrom;
}

/** How a draft is named in a what-if's answer. */
export interface DraftName {
  kind: 'import' | 'version' | 'rows' | 'plan' | 'bulk-change';
  id: string;
  cardIds: string[];
  effectiveFrom: Micros | null;
}
