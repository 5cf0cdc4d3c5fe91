import { TextDecoder } from 'node:util';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { SheetError } from '../model.js';
import { messageOf, type XlsxArchive } from './xlsx-archive.js';

export interface XmlHandlers {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
  /** A text, a tag or an attribute that does not end. */
  tooLong(): SheetError;
}

/** A text may be this long before the parser has seen its end; beyond it memory would grow with the sender's will. */
const MAX_PENDING_BYTES = 1_000_000;

/** Parses one part as it is unpacked and yields after each piece. Names come without their namespace prefix. */
export async function* parseXml(archive: XlsxArchive, name: string, handlers: XmlHandlers): AsyncGenerator<void> {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  let pending = 0;
  parser.on('opentag', (tag: SaxesTagPlain) => {
    pending = 0;
    handlers.open?.(local(tag.name), tag.attributes);
  });
  parser.on('closetag', (tag: SaxesTagPlain) => {
    pending = 0;
    handlers.close?.(local(tag.name));
  });
  parser.on('text', (text) => handlers.text?.(text));
  parser.on('cdata', (text) => handlers.text?.(text));
  parser.on('doctype', () => {
    throw new SheetError('workbook_malformed', `the part ${name} holds a document type, which no workbook has`);
  });
  parser.on('error', (error) => {
    throw new SheetError('workbook_malformed', `the part ${name} of the workbook is no XML: ${messageOf(error)}`);
  });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of archive.read(name)) {
    pending += chunk.length;
    parser.write(decode(decoder, chunk, name));
    if (pending > MAX_PENDING_BYTES) throw handlers.tooLong();
    yield;
  }
  parser.close();
}

/** Parses a small part whole. */
export async function parseWhole(
  archive: XlsxArchive,
  name: string,
  handlers: Omit<XmlHandlers, 'tooLong'>,
): Promise<void> {
  const tooLong = (): SheetError => new SheetError('cell_too_long', `the part ${name} holds a text that does not end`);
  for await (const _piece of parseXml(archive, name, { ...handlers, tooLong })) void _piece;
}

function decode(decoder: TextDecoder, chunk: Buffer, name: string): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new SheetError('encoding', `the part ${name} of the workbook is not UTF-8`);
  }
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
