import type { RateCard } from '@ratestream/catalog';
import type { NetworkRef, RateRow } from '@ratestream/events';
import type { Fact } from './facts.js';
import type { OracleVersion } from './oracle-catalog.js';

export type RateChoice =
  { rate: RateRow; version: OracleVersion; matchedBy: string } | { reason: 'no_version' | 'no_rate' };

/**
 * The rate of a card for a message, by looking at every row: version by billing time, then class before any,
 * then network, longest prefix, MCC, country, default (domain.md §3).
 */
export function chooseRate(
  card: RateCard,
  versions: readonly OracleVersion[],
  subject: Fact,
  billingTime: number,
): RateChoice {
  const version = versionAt(versions, billingTime);
  if (version === null) return { reason: 'no_version' };
  const evidence = evidenceFor(card, subject);
  const candidates = version.rates
    .filter((rate) => matches(rate, subject, evidence))
    .map((rate) => ({ rate, rank: rank(rate) }))
    .sort((a, b) => compareRanks(b.rank, a.rank));
  const best = candidates[0];
  if (best === undefined) return { reason: 'no_rate' };
  return { rate: best.rate, version, matchedBy: `${best.rate.trafficClass ?? 'any'} ${depthName(best.rate)}` };
}

/** Latest effective at or before the billing time; of two with the same instant the later published. */
export function versionAt(versions: readonly OracleVersion[], billingTime: number): OracleVersion | null {
  let best: OracleVersion | null = null;
  for (const version of versions) {
    if (version.withdrawnAt !== null || version.effectiveFrom > billingTime) continue;
    const later = best === null || version.effectiveFrom > best.effectiveFrom;
    const sameButNewer =
      best !== null && version.effectiveFrom === best.effectiveFrom && version.version > best.version;
    if (later || sameButNewer) best = version;
  }
  return best;
}

function evidenceFor(card: RateCard, subject: Fact): NetworkRef | null {
  for (const kind of card.networkEvidence) {
    const evidence = subject.network[kind];
    if (evidence !== null && evidence.mcc !== null) return evidence;
  }
  return null;
}

function matches(rate: RateRow, subject: Fact, evidence: NetworkRef | null): boolean {
  const country = evidence?.country ?? subject.country;
  if (rate.trafficClass !== null && rate.trafficClass !== subject.trafficClass) return false;
  if (rate.country !== null && rate.country !== country) return false;
  if (rate.mcc !== null && rate.mcc !== evidence?.mcc) return false;
  if (rate.mnc !== null && rate.mnc !== evidence?.mnc) return false;
  return rate.prefix === null || digits(subject.recipient).startsWith(rate.prefix);
}

function digits(recipient: string | null): string {
  return (recipient ?? '').replace(/^\+/, '');
}

type Rank = readonly [trafficClass: number, depth: number, prefixLength: number, country: number];

function rank(rate: RateRow): Rank {
  return [rate.trafficClass === null ? 0 : 1, depthOf(rate), rate.prefix?.length ?? 0, rate.country === null ? 0 : 1];
}

function compareRanks(a: Rank, b: Rank): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

function depthOf(rate: RateRow): number {
  if (rate.mcc !== null && rate.mnc !== null) return 4;
  if (rate.prefix !== null) return 3;
  if (rate.mcc !== null) return 2;
  return rate.country !== null ? 1 : 0;
}

function depthName(rate: RateRow): string {
  return ['default', 'country', 'mcc', 'prefix', 'network'][depthOf(rate)] ?? '';
}
