import type { AttemptFacts } from './outcome.js';
import { earliest, type Subject } from './subject.js';

/**
 * When the sell legs of a message are billed: its send time if it was scheduled, else when the gateway accepted it.
 * Where no record names that, the earliest submission, receipt or ingestion stands in, so that every order of a life
 * ends at the same instant.
 *
 * Out     microseconds UTC
 * Source  domain.md §1, billing time is per leg
 */
export function sellBillingTime(subject: Subject, attempts: readonly AttemptFacts[]): number {
  const { scheduled, accepted, ingested } = subject.times;
  if (scheduled !== null) return scheduled;
  if (accepted !== null) return accepted;
  let submitted: number | null = null;
  let done: number | null = null;
  for (const one of attempts) {
    submitted = earliest(submitted, one.submittedAt);
    done = earliest(done, one.doneAt);
  }
  return submitted ?? done ?? ingested;
}

/** When the buy leg of an attempt is billed: its submission, else the best that stands in for it. */
export function buyBillingTime(subject: Subject, attempt: AttemptFacts): number {
  return attempt.submittedAt ?? subject.times.accepted ?? attempt.doneAt ?? subject.times.ingested;
}

const QUARTER_HOUR = 900_000_000;

/**
 * Two instants of one quarter of an hour, in which a leg is reported and invoiced the same way: days, and with them periods,
 * begin at one in every time zone.
 */
export function sameQuarterHour(a: number, b: number): boolean {
  return Math.floor(a / QUARTER_HOUR) === Math.floor(b / QUARTER_HOUR);
}
