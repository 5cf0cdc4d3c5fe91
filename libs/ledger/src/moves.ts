import type { AccountMove } from './batch-fold.js';
import { assertBalanced } from './posting.js';
import type { Posting } from './posting.js';

/**
 * Postings of one command as moves, in the order in which rows are locked.
 *
 * In      postings that balance, at most one per account
 * Errors  LedgerInvariantError when they do not balance
 */
export function movesOf(postings: readonly Posting[]): AccountMove[] {
  assertBalanced(postings);
  return postings
    .map(({ account, kind, amount }): AccountMove => {
      return { account, amount, held: 0n, entries: [{ kind, amount, legs: 0 }], byUsage: true };
    })
    .sort((a, b) => (a.account.code < b.account.code ? -1 : 1));
}
