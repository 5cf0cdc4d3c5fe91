import type { MncPadding } from './model.js';
import type { NetworkList } from './networks.js';

/** What speaks for each way of filling MNCs up, counted over the distinct codes of a sheet. */
export interface PaddingEvidence {
  padding: MncPadding;
  /** Codes that are known networks under each reading. */
  known: Record<MncPadding, number>;
  /** Codes that are known, and different networks, under left and right at once: no row could decide these alone. */
  bothWays: number;
  /** No reading knows more codes than the others. */
  undecided: boolean;
}

/**
 * Finds on which side a whole sheet fills MNCs up to three digits with zeros.
 *
 * In      distinct (MCC, MNC) of the sheet as written
 * Out     `none` where any MNC has fewer than three digits, or where nothing ends or begins with a zero that could be
 *         filling; else the reading under which most codes are known networks
 * Never   decides row by row: 262-010 alone is 262-01 or 262-10, and both exist
 * Source  domain.md §2; the AWS sheet fills on the right
 */
export function detectPadding(
  codes: Iterable<readonly [mcc: string, mnc: string]>,
  networks: NetworkList,
): PaddingEvidence {
  const known: Record<MncPadding, number> = { none: 0, left: 0, right: 0 };
  let bothWays = 0;
  let short = false;
  for (const [mcc, mnc] of codes) {
    if (mnc.length < 3) short = true;
    const plain = networks.has(mcc, mnc);
    const left = mnc.length === 3 && mnc.startsWith('0') && networks.has(mcc, mnc.slice(1));
    const right = mnc.length === 3 && mnc.endsWith('0') && networks.has(mcc, mnc.slice(0, 2));
    if (plain) known.none += 1;
    if (plain || left) known.left += 1;
    if (plain || right) known.right += 1;
    if (left && right && mnc.slice(1) !== mnc.slice(0, 2)) bothWays += 1;
  }
  const best = Math.max(known.none, known.left, known.right);
  const padding = short || known.none === best ? 'none' : known.right > known.left ? 'right' : 'left';
  return { padding, known, bothWays, undecided: padding !== 'none' && known.left === known.right };
}

export type ResolvedMnc = { mnc: string; known: boolean } | { ambiguous: readonly string[] };

/**
 * The MNC that a code of a filled-up sheet means.
 *
 * Out     the two-digit one where the list knows it and not the three-digit one, or where all MNCs of the MCC have two;
 *         `ambiguous` where it knows both
 * Example right: 262-010 → 01; 310-410 → 410
 */
export function resolveMnc(mcc: string, mnc: string, padding: MncPadding, networks: NetworkList): ResolvedMnc {
  const short =
    padding === 'left' && mnc.startsWith('0')
      ? mnc.slice(1)
      : padding === 'right' && mnc.endsWith('0')
        ? mnc.slice(0, 2)
        : null;
  const plainKnown = networks.has(mcc, mnc);
  if (padding === 'none' || mnc.length !== 3 || short === null) return { mnc, known: plainKnown };
  const shortKnown = networks.has(mcc, short);
  if (shortKnown && plainKnown) return { ambiguous: [short, mnc] };
  if (shortKnown || plainKnown) return { mnc: shortKnown ? short : mnc, known: true };
  const lengths = networks.mncLengths(mcc);
  return { mnc: lengths.has(2) && !lengths.has(3) ? short : mnc, known: false };
}
