import type { OracleVersion } from './oracle-catalog.js';

/** Published and not withdrawn, as far as was known at an instant. */
export function isKnown({ knownAt, withdrawnAt }: OracleVersion, at: number): boolean {
  return knownAt <= at && (withdrawnAt === null || withdrawnAt > at);
}

/** Of those known: the latest effective at or before the billing time; of two with the same instant the higher version. */
export function versionAt(
  versions: readonly OracleVersion[],
  billingTime: number,
  knownAt: number,
): OracleVersion | null {
  const usable = versions.filter((version) => isKnown(version, knownAt) && version.effectiveFrom <= billingTime);
  usable.sort((a, b) => b.effectiveFrom - a.effectiveFrom || b.version - a.version);
  return usable[0] ?? null;
}
