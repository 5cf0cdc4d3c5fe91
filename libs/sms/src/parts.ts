import { SEPTETS } from './gsm7.js';

/** How the characters of a message are coded on the air. */
export type SmsEncoding = 'gsm7' | 'ucs2' | 'binary';

export interface Parts {
  readonly encoding: SmsEncoding;
  /** Units of the whole text: septets, UTF-16 code units or octets. */
  readonly units: number;
  /** Units of every part, in order; their sum is `units`. Never empty: an empty text is one part of 0. */
  readonly parts: readonly number[];
}

/** Both counts of one text: a supplier on 16-bit references bills more than one on 8-bit references. */
export interface PartCount {
  readonly encoding: SmsEncoding;
  readonly units: number;
  readonly computed8: number;
  readonly computed16: number;
}

interface Limits {
  readonly single: number;
  readonly ref8: number;
  readonly ref16: number;
}

/** Units per part. Source: 3GPP TS 23.040 §9.2.3.24 (140 octets, less a header of 6 or 7 octets). */
export const PART_LIMITS: Readonly<Record<SmsEncoding, Limits>> = {
  gsm7: { single: 160, ref8: 153, ref16: 152 },
  ucs2: { single: 70, ref8: 67, ref16: 66 },
  binary: { single: 140, ref8: 134, ref16: 133 },
};

/**
 * Splits a text into the parts an operator bills.
 *
 * In      text: as sent, after any smart encoding; ref: bits of the concatenation reference; encoding: where the
 *         gateway says it, else the smallest that holds every character
 * Out     encoding, and the units of every part, filled greedily
 * Never   splits an escape pair or a surrogate pair: 152×'a' + '€' + 152×'a' is 3 parts, not 2
 * Source  3GPP TS 23.038 §6.2.1, TS 23.040 §9.2.3.24
 * Example splitIntoParts('a'.repeat(161)) → { encoding: 'gsm7', units: 161, parts: [153, 8] }
 */
export function splitIntoParts(text: string, ref: 8 | 16 = 8, encoding?: 'gsm7' | 'ucs2'): Parts {
  const septets = encoding === 'ucs2' ? -1 : septetsOf(text, encoding === 'gsm7');
  const chosen = septets < 0 ? 'ucs2' : 'gsm7';
  const units = septets < 0 ? text.length : septets;
  const limits = PART_LIMITS[chosen];
  if (units <= limits.single) return { encoding: chosen, units, parts: [units] };
  const room = ref === 8 ? limits.ref8 : limits.ref16;
  const parts: number[] = [];
  let used = 0;
  for (let i = 0; i < text.length; i++) {
    const width = chosen === 'gsm7' ? septetsAt(text, i) : pairAt(text, i) ? 2 : 1;
    if (used + width > room) {
      parts.push(used);
      used = 0;
    }
    used += width;
    if (chosen === 'ucs2' && width === 2) i += 1;
  }
  parts.push(used);
  return { encoding: chosen, units, parts };
}

/**
 * The counts of a text under both reference widths, without building the parts: what the hot path asks for.
 *
 * Example countParts('a'.repeat(306)) → computed8 2, computed16 3
 */
export function countParts(text: string, encoding?: 'gsm7' | 'ucs2'): PartCount {
  const septets = encoding === 'ucs2' ? -1 : septetsOf(text, encoding === 'gsm7');
  const chosen = septets < 0 ? 'ucs2' : 'gsm7';
  const units = septets < 0 ? text.length : septets;
  if (units <= PART_LIMITS[chosen].single) return { encoding: chosen, units, computed8: 1, computed16: 1 };
  return {
    encoding: chosen,
    units,
    computed8: splitIntoParts(text, 8, chosen).parts.length,
    computed16: splitIntoParts(text, 16, chosen).parts.length,
  };
}

/**
 * Parts of a body of octets, which may be split anywhere.
 *
 * Example countOctets(141) → computed8 2, computed16 2
 */
export function countOctets(octets: number): PartCount {
  const { single, ref8, ref16 } = PART_LIMITS.binary;
  const one = octets <= single;
  return {
    encoding: 'binary',
    units: octets,
    computed8: one ? 1 : Math.ceil(octets / ref8),
    computed16: one ? 1 : Math.ceil(octets / ref16),
  };
}

/** Septets of a text; −1 when a character is not in the alphabet, unless `forced`, where it counts as one. */
function septetsOf(text: string, forced: boolean): number {
  let septets = 0;
  for (let i = 0; i < text.length; i++) {
    const width = SEPTETS[text.charCodeAt(i)] as number;
    if (width === 0) {
      if (!forced) return -1;
      septets += 1;
    } else septets += width;
  }
  return septets;
}

/** A gateway that says GSM replaced what the alphabet lacks by one septet. */
function septetsAt(text: string, index: number): number {
  const width = SEPTETS[text.charCodeAt(index)] as number;
  return width === 0 ? 1 : width;
}

function pairAt(text: string, index: number): boolean {
  const high = text.charCodeAt(index);
  if (high < 0xd800 || high > 0xdbff || index + 1 >= text.length) return false;
  const low = text.charCodeAt(index + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}
