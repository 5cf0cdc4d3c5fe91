import { TextDecoder } from 'node:util';
import { columnLetter, SheetError } from '../model.js';

export type TextEncoding = 'auto' | 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const SLICE_BYTES = 65_536;
const SNIFFED_BYTES = 4_096;

/**
 * The text of a CSV in slices of 64 kB.
 *
 * In      bytes; `auto`: a byte order mark, else UTF-16 where every other byte of the beginning is zero, else UTF-8
 * Errors  SheetError `encoding` with row and column of the first byte that is not in the encoding: nothing is replaced by '�'
 */
export function* decodeText(bytes: Buffer, encoding: TextEncoding): Generator<string> {
  const found = encoding === 'auto' ? sniffEncoding(bytes) : encoding;
  const decoder = new TextDecoder(found, { fatal: true });
  let before = '';
  let rows = 1;
  for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
    const slice = bytes.subarray(from, from + SLICE_BYTES);
    let text: string;
    try {
      text = decoder.decode(slice, { stream: true });
    } catch {
      throw undecodable(bytes.subarray(from, from + SLICE_BYTES), found, rows, before);
    }
    const nul = text.indexOf('\0');
    if (nul >= 0)
      throw placed(
        'encoding',
        'holds a zero byte: it is no text, or another encoding',
        text.slice(0, nul),
        rows,
        before,
      );
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) rows += 1;
    before = text.includes('\n') ? text.slice(text.lastIndexOf('\n') + 1) : (before + text).slice(-SLICE_BYTES);
    yield text;
  }
  try {
    yield decoder.decode();
  } catch {
    throw placed('encoding', `the file ends in the middle of a character of ${found}`, '', rows, before);
  }
}

/** Out: the encoding that the beginning shows. */
export function sniffEncoding(bytes: Buffer): Exclude<TextEncoding, 'auto'> {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  let [even, odd] = [0, 0];
  const head = bytes.subarray(0, SNIFFED_BYTES);
  for (const [index, byte] of head.entries()) {
    if (byte !== 0) continue;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  }
  if (odd > head.length / 4) return 'utf-16le';
  return even > head.length / 4 ? 'utf-16be' : 'utf-8';
}

function undecodable(slice: Buffer, encoding: string, rows: number, before: string): SheetError {
  const text = new TextDecoder(encoding).decode(slice);
  const bad = Math.max(0, text.indexOf('\ufffd'));
  const hint = encoding === 'utf-8' ? '; say its encoding in the mapping, such as windows-1252' : '';
  return placed('encoding', `is not ${encoding}${hint}`, text.slice(0, bad), rows, before);
}

function placed(code: string, message: string, upTo: string, rows: number, before: string): SheetError {
  const line = upTo.includes('\n') ? upTo.slice(upTo.lastIndexOf('\n') + 1) : before + upTo;
  const row = rows + (upTo.match(/\n/g)?.length ?? 0);
  const column = columnLetter(line.match(/[,;\t|]/g)?.length ?? 0);
  return new SheetError(code, `row ${row}, column ${column}: ${message}`, row, column);
}
