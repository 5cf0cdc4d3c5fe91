import { DEFAULT_PRECEDENCE, UNKNOWN_ORIGIN } from '@ratestream/catalog';
import type { MatchDimension, RateCard } from '@ratestream/catalog';
import type { NetworkRef, RateRow } from '@ratestream/events';
import type { MatchKey } from './facts.js';

/**
 * The best row of a card for a message, by looking at every row: those that match, of these the highest priority,
 * of these the first difference in the card's order of dimensions (docs/pricing-rules.md §3).
 */
export function chooseRow(card: RateCard, rows: readonly RateRow[], key: MatchKey): RateRow | 'origin_unknown' | null {
  const candidates = withRightOrigin(rowsFor(card, rows, key), key);
  if (candidates === 'origin_unknown') return candidates;
  const order = card.precedence ?? DEFAULT_PRECEDENCE;
  const sorted = [...candidates].sort(
    (a, b) => b.priority - a.priority || moreSpecific(a, b, order) || laterFrom(a, b),
  );
  return sorted[0] ?? null;
}

/** Rows of which everything but the origin fits. */
function rowsFor(card: RateCard, rows: readonly RateRow[], key: MatchKey): RateRow[] {
  const evidence = evidenceFor(card, key);
  return rows.filter((row) => matchesDestination(row, key, evidence) && matchesRest(row, key));
}

/** A message of unknown origin is priced by `unknown` alone as soon as an origin matters to its price, never by "any". */
function withRightOrigin(rows: readonly RateRow[], { originCountry }: MatchKey): readonly RateRow[] | 'origin_unknown' {
  if (originCountry !== null)
    return rows.filter((row) => row.originCountry === null || row.originCountry === originCountry);
  if (rows.every((row) => row.originCountry === null)) return rows;
  const ofUnknown = rows.filter((row) => row.originCountry === UNKNOWN_ORIGIN);
  return ofUnknown.length > 0 ? ofUnknown : 'origin_unknown';
}

/** The first piece of evidence that the card believes in and that is there. */
export function evidenceFor(card: RateCard, { network }: MatchKey): NetworkRef | null {
  for (const kind of card.networkEvidence) {
    const evidence = network[kind];
    if (evidence !== null && evidence.mcc !== null) return evidence;
  }
  return null;
}

function matchesDestination(row: RateRow, key: MatchKey, evidence: NetworkRef | null): boolean {
  const country = evidence?.country ?? key.country;
  if (row.country !== null && row.country !== country) return false;
  if (row.mcc !== null && row.mcc !== evidence?.mcc) return false;
  if (row.mnc !== null && row.mnc !== evidence?.mnc) return false;
  return row.prefix === null || priceableDigits(key.recipient).startsWith(row.prefix);
}

function matchesRest(row: RateRow, key: MatchKey): boolean {
  if (row.trafficClass !== null && row.trafficClass !== key.trafficClass) return false;
  if (row.senderType !== null && row.senderType !== key.senderType) return false;
  return row.routeGrade === null || row.routeGrade === key.routeGrade;
}

/** The last four digits are nobody's business downstream, so no price depends on them. */
function priceableDigits(recipient: string | null): string {
  return (recipient ?? '').replace(/^\+/, '').slice(0, -4);
}

/** Below 0 where `a` comes first. */
function moreSpecific(a: RateRow, b: RateRow, order: readonly MatchDimension[]): number {
  for (const dimension of order) {
    const difference =
      dimension === 'destination'
        ? depthOf(b) - depthOf(a) || prefixLength(b) - prefixLength(a) || named(b.country) - named(a.country)
        : named(b[dimension]) - named(a[dimension]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Of surcharges that are equal in everything the later counts. */
function laterFrom(a: RateRow, b: RateRow): number {
  return (b.validFrom ?? -Number.MAX_SAFE_INTEGER) - (a.validFrom ?? -Number.MAX_SAFE_INTEGER);
}

function named(value: string | null): number {
  return value === null ? 0 : 1;
}

function prefixLength({ prefix }: RateRow): number {
  return prefix?.length ?? 0;
}

const DEPTHS = ['default', 'country', 'mcc', 'prefix', 'network'] as const;

function depthOf(row: RateRow): number {
  if (row.mcc !== null && row.mnc !== null) return 4;
  if (row.prefix !== null) return 3;
  if (row.mcc !== null) return 2;
  return row.country !== null ? 1 : 0;
}

/** For a person. Example: `priority 2 network otp from IN` */
export function describeRow(row: RateRow): string {
  const from = row.originCountry === null ? '' : ` from ${row.originCountry}`;
  const words = [DEPTHS[depthOf(row)], row.prefix, row.trafficClass, row.senderType, row.routeGrade];
  return `${row.priority === 0 ? '' : `priority ${row.priority} `}${words.filter((word) => word !== null).join(' ')}${from}`;
}
