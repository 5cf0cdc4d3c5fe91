import type { Micros, RateCardVersion } from './model.js';

/**
 * The versions of a card as they were known at an instant: later publications are left out, later withdrawals undone.
 */
export function versionsAsKnown(versions: readonly RateCardVersion[], knownAt: Micros): RateCardVersion[] {
  return versions
    .filter((one) => one.knownAt <= knownAt)
    .map((one) => (one.withdrawnAt !== null && one.withdrawnAt > knownAt ? { ...one, withdrawnAt: null } : one));
}

/**
 * Which version prices what is billed at `asOf`, as known at `knownAt` (docs/pricing-rules.md §2).
 *
 * Out     the version with the latest `effectiveFrom`, of equals the highest number; null where none is in force
 */
export function versionInForce(
  versions: readonly RateCardVersion[],
  { asOf, knownAt }: { asOf: Micros; knownAt: Micros },
): RateCardVersion | null {
  let found: RateCardVersion | null = null;
  for (const one of versionsAsKnown(versions, knownAt)) {
    if (one.withdrawnAt !== null || one.effectiveFrom > asOf) continue;
    if (found === null || isLater(one, found)) found = one;
  }
  return found;
}

function isLater(one: RateCardVersion, other: RateCardVersion): boolean {
  return one.effectiveFrom === other.effectiveFrom
    ? one.version > other.version
    : one.effectiveFrom > other.effectiveFrom;
}
