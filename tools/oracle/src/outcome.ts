import type { ChargeBasis } from '@ratestream/catalog';
import { TERMINAL } from './facts.js';
import type { Fact } from './facts.js';

export type Outcome = 'open' | 'settled' | 'released';

/** What is known of one attempt, whatever order it came in. */
export interface AttemptFacts {
  number: number;
  /** In the order of `usage`. */
  facts: Fact[];
}

/** Anything a receipt says implies that the supplier had taken the message. */
function wasSubmitted({ facts }: AttemptFacts): boolean {
  return facts.some(({ event }) => event === 'submitted' || event === 'unknown' || TERMINAL.has(event));
}

function wasRefused(attempt: AttemptFacts): boolean {
  return !wasSubmitted(attempt) && attempt.facts.some(({ event }) => event === 'submit_rejected');
}

/** The first terminal status in the order of `usage` wins; a contradicting one is only noted. */
function statusOf({ facts }: AttemptFacts): string | null {
  return facts.find(({ event }) => TERMINAL.has(event))?.event ?? null;
}

/** The customer pays for the best of all attempts (domain.md §1 and §6). */
export function sellOutcome(basis: ChargeBasis, attempts: readonly AttemptFacts[]): Outcome {
  const statuses = attempts.map(statusOf);
  const last = attempts.at(-1);
  const lastRefused = last !== undefined && wasRefused(last);
  const allClosed =
    attempts.length > 0 && attempts.every((attempt) => wasRefused(attempt) || statusOf(attempt) !== null);
  switch (basis) {
    case 'accept':
      return 'settled';
    case 'submit':
      if (attempts.some(wasSubmitted)) return 'settled';
      return lastRefused ? 'released' : 'open';
    case 'delivered':
      if (statuses.includes('delivered')) return 'settled';
      return allClosed ? 'released' : 'open';
    case 'final_not_rejected':
      if (statuses.some((status) => status !== null && status !== 'rejected')) return 'settled';
      return allClosed ? 'released' : 'open';
  }
}

/** Each attempt is paid for by itself; where receipts contradict each other the supplier's bill follows `delivered`. */
export function buyOutcome(basis: ChargeBasis, attempt: AttemptFacts): Outcome {
  const status = attempt.facts.some(({ event }) => event === 'delivered') ? 'delivered' : statusOf(attempt);
  switch (basis) {
    case 'accept':
      // A supplier that refused the submission has not accepted the message.
      return wasRefused(attempt) ? 'released' : 'settled';
    case 'submit':
      if (wasSubmitted(attempt)) return 'settled';
      return wasRefused(attempt) ? 'released' : 'open';
    case 'delivered':
      if (status === 'delivered') return 'settled';
      return status !== null || wasRefused(attempt) ? 'released' : 'open';
    case 'final_not_rejected':
      if (status !== null) return status === 'rejected' ? 'released' : 'settled';
      return wasRefused(attempt) ? 'released' : 'open';
  }
}

/** Of a price per message: settled when every part is, released as soon as one is. */
export function together(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('released')) return 'released';
  return outcomes.every((outcome) => outcome === 'settled') ? 'settled' : 'open';
}
