/**
 * The GSM 03.38 default alphabet and its extension, as septets per UTF-16 code unit.
 *
 * Source  3GPP TS 23.038 §6.2.1 and §6.2.1.1
 */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENDED = '\f^{}\\[~]|€';

/** 1 for a septet, 2 for an escape pair, 0 for a character that the alphabet lacks. */
export const SEPTETS = septetTable();

function septetTable(): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (const char of BASIC) table[char.charCodeAt(0)] = 1;
  for (const char of EXTENDED) table[char.charCodeAt(0)] = 2;
  return table;
}

/** Whether a text can be sent in the 7-bit alphabet as it is. */
export function isGsm7(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (SEPTETS[text.charCodeAt(i)] === 0) return false;
  return true;
}
