import type { ChargeBasis } from '@ratestream/catalog';

/** What is known of one attempt to send one part. */
export interface AttemptFacts {
  readonly attempt: number;
  /** The first terminal status; before one came, the furthest. */
  readonly status: string | null;
  /** Some receipt said `delivered`, be it one that contradicts the first. */
  readonly delivered: boolean;
  readonly submittedAt: number | null;
  readonly doneAt: number | null;
  readonly supplier: string | null;
  readonly connection: string | null;
  readonly route: string | null;
  /** As the earliest step of the attempt told it, and which that was. */
  readonly routeGrade: string | null;
  readonly routeGradeRank: number;
}

/** Nothing that comes later may replace these. Source: domain.md §1. */
export const TERMINAL: ReadonlySet<string> = new Set(['delivered', 'undelivered', 'expired', 'rejected', 'deleted']);

/** How far a status lies in the life of an attempt; a lower one never replaces a higher one. */
const PROGRESS: Readonly<Record<string, number>> = { accepted: 0, submitted: 1, unknown: 2, submit_rejected: 3 };
const TERMINAL_PROGRESS = 4;

function progressOf(status: string): number {
  return TERMINAL.has(status) ? TERMINAL_PROGRESS : (PROGRESS[status] ?? -1);
}

/**
 * The status of an attempt after another report of it: the first terminal one wins, whatever the order before it.
 * Events that say nothing of the attempt (`converted`, `lookup`, `blocked`) leave it as it was.
 */
export function statusAfter(current: string | null, reported: string): string | null {
  const progress = progressOf(reported);
  return progress > (current === null ? -1 : progressOf(current)) ? reported : current;
}

/** Two terminal statuses that contradict each other. */
export function isStatusConflict(current: string | null, reported: string): boolean {
  return current !== null && TERMINAL.has(current) && TERMINAL.has(reported) && current !== reported;
}

/** The supplier took the message: every status past acceptance but the refusal of the submission says so. */
export function wasSubmitted({ status }: AttemptFacts): boolean {
  return status !== null && (status === 'submitted' || status === 'unknown' || TERMINAL.has(status));
}

/** Nothing more can come of this attempt. */
function hasEnded({ status }: AttemptFacts): boolean {
  return status === 'submit_rejected' || (status !== null && TERMINAL.has(status));
}

/** Where a leg stands by the facts: nothing decided, due, or not due. */
export type Outcome = 'open' | 'settle' | 'release';

/**
 * What a sell leg owes by the attempts known: a function of the set of facts, never of their order.
 *
 * `accept` is due as soon as the message is known; `submit` once one attempt was submitted; `delivered` once one attempt
 * delivered; `final_not_rejected` once one attempt ended in something else than a rejection. It is not due once every
 * attempt has ended otherwise; a further attempt opens it again. A blocked message owes nothing.
 * Source: domain.md §6.
 */
export function sellOutcome(basis: ChargeBasis, attempts: readonly AttemptFacts[], blocked: boolean): Outcome {
  if (blocked) return 'release';
  if (basis === 'accept') return 'settle';
  let tried = false;
  let allEnded = true;
  for (const one of attempts) {
    if (one.status === null || one.status === 'accepted') continue;
    tried = true;
    if (isDue(basis, one)) return 'settle';
    if (!hasEnded(one)) allEnded = false;
  }
  return tried && allEnded ? 'release' : 'open';
}

/**
 * What the buy leg of one attempt owes. A receipt of `delivered` counts even when it contradicts an earlier one:
 * the supplier will bill it.
 */
export function buyOutcome(basis: ChargeBasis, attempt: AttemptFacts): Outcome {
  if (!wasSubmitted(attempt)) return attempt.status === 'submit_rejected' ? 'release' : 'open';
  if (basis === 'accept' || isDue(basis, attempt)) return 'settle';
  if (basis !== 'submit' && attempt.delivered) return 'settle';
  return hasEnded(attempt) ? 'release' : 'open';
}

function isDue(basis: ChargeBasis, attempt: AttemptFacts): boolean {
  switch (basis) {
    case 'accept':
      return true;
    case 'submit':
      return wasSubmitted(attempt);
    case 'delivered':
      return attempt.status === 'delivered';
    case 'final_not_rejected':
      return attempt.status !== null && TERMINAL.has(attempt.status) && attempt.status !== 'rejected';
  }
}
