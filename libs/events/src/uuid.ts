import { digest, sha1 } from './sha1.js';

/** A namespace of RFC 9562 §5.5, as its 16 bytes. */
export type Namespace = Uint8Array & { readonly namespace: true };

const HEX = Buffer.from('0123456789abcdef', 'latin1');
const text = Buffer.alloc(36, '-', 'latin1');
/** Where the digit pairs of the 16 bytes stand in the text form. */
const AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** A namespace from its text form. Errors: RangeError when it is no UUID. */
export function namespace(uuid: string): Namespace {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16) throw new RangeError(`${uuid} is no UUID`);
  return bytes as Uint8Array as Namespace;
}

/**
 * The UUID of a name within a namespace: the same name always gives the same id.
 *
 * Out     lower case with hyphens
 * Source  RFC 9562 §5.5 (version 5, SHA-1)
 * Example uuidV5(DNS, 'www.example.com') → '2ed6657d-e927-568b-95e1-2665a8aea6a2'
 */
export function uuidV5(within: Namespace, name: string): string {
  sha1(within, name);
  digest[1] = ((digest[1] as number) & 0xffff0fff) | 0x5000;
  digest[2] = ((digest[2] as number) & 0x3fffffff) | 0x80000000;
  for (let i = 0; i < 16; i++) {
    const byte = ((digest[i >> 2] as number) >>> (24 - 8 * (i & 3))) & 0xff;
    const at = AT[i] as number;
    text[at] = HEX[byte >> 4] as number;
    text[at + 1] = HEX[byte & 15] as number;
  }
  return text.latin1Slice(0, 36);
}
