/** Concatenation header of one part. */
export interface Concatenation {
  readonly ref: number;
  /** 1-based */
  readonly part: number;
  readonly total: number;
}

export interface UserDataHeader {
  /** Octets the header takes of the body, its length octet included. */
  readonly octets: number;
  /** null: the header says nothing about concatenation, or says something impossible. */
  readonly concatenation: Concatenation | null;
  /** Bits of the reference where there is one. */
  readonly refBits: 8 | 16 | null;
}

const CONCATENATION_8 = 0x00;
const CONCATENATION_16 = 0x08;

/**
 * Reads a user data header written as hex.
 *
 * In      hex of the header with its length octet
 * Out     the concatenation it carries, if any; null when it is no header (odd digits, no hex, an element that ends
 *         behind the header's end). A part outside 1…total is no concatenation: TS 23.040 says to ignore it.
 * Source  3GPP TS 23.040 §9.2.3.24, §9.2.3.24.1 and §9.2.3.24.8
 * Example parseUdh('050003F10402') → ref 241, part 2 of 4
 */
export function parseUdh(hex: string): UserDataHeader | null {
  const bytes = hexBytes(hex);
  if (bytes === null || bytes.length === 0) return null;
  const end = (bytes[0] as number) + 1;
  if (end > bytes.length) return null;
  let concatenation: Concatenation | null = null;
  let refBits: 8 | 16 | null = null;
  for (let at = 1; at < end;) {
    const id = bytes[at] as number;
    const length = bytes[at + 1];
    if (length === undefined || at + 2 + length > end) return null;
    const wide = id === CONCATENATION_16 && length === 4;
    // The last one wins where a header repeats an element (§9.2.3.24).
    if (wide || (id === CONCATENATION_8 && length === 3)) {
      const first = bytes[at + 2] as number;
      const ref = wide ? (first << 8) | (bytes[at + 3] as number) : first;
      const total = bytes[at + length] as number;
      const part = bytes[at + length + 1] as number;
      const possible = total >= 1 && part >= 1 && part <= total;
      concatenation = possible ? { ref, part, total } : null;
      refBits = possible ? (wide ? 16 : 8) : null;
    }
    at += 2 + length;
  }
  return { octets: end, concatenation, refBits };
}

function hexBytes(hex: string): Uint8Array | null {
  if (hex.length % 2 !== 0 || hex.length > 280) return null;
  const bytes = Buffer.from(hex, 'hex');
  return bytes.length * 2 === hex.length ? bytes : null;
}
