import type { Readable } from 'node:stream';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { SheetError } from '../model.js';
import type { SheetLimits } from './limits.js';

const MAX_ENTRIES = 2_000;
/** No honest sheet is packed tighter once it is large; a bomb is a thousandfold. */
const MAX_RATIO = 250;
const RATIO_COUNTS_FROM_BYTES = 20_000_000;
const ENCRYPTED = 0x1;

/** The parts of a workbook. Sizes are checked from the directory, and again byte for byte while a part is read. */
export class XlsxArchive {
  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** Errors: SheetError for what is no zip, is encrypted, has thousands of parts or unpacks to more than allowed. */
  static async open(bytes: Buffer, limits: SheetLimits): Promise<XlsxArchive> {
    const zip = await new Promise<ZipFile>((resolve, reject) => {
      fromBuffer(bytes, { lazyEntries: true }, (error, opened) => (error === null ? resolve(opened) : reject(error)));
    }).catch((error: unknown) => {
      throw new SheetError('workbook_malformed', `the workbook cannot be opened: ${messageOf(error)}`);
    });
    const entries = new Map<string, Entry>();
    await new Promise<void>((resolve, reject) => {
      zip.on('error', (error: unknown) =>
        reject(new SheetError('workbook_malformed', `the workbook cannot be opened: ${messageOf(error)}`)),
      );
      zip.on('end', () => resolve());
      zip.on('entry', (entry: Entry) => {
        const fault = faultOf(entry, entries.size, limits);
        if (fault !== null) return reject(fault);
        entries.set(entry.fileName.replace(/^\//, ''), entry);
        zip.readEntry();
      });
      zip.readEntry();
    });
    return new XlsxArchive(zip, entries);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The unpacked bytes of a part, as they come. */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new SheetError('workbook_malformed', `the workbook has no part ${name}`);
    const stream = await new Promise<Readable>((resolve, reject) => {
      this.zip.openReadStream(entry, (error, opened) => (error === null ? resolve(opened) : reject(error)));
    }).catch((error: unknown) => {
      throw damaged(name, error);
    });
    try {
      for await (const chunk of stream) yield chunk as Buffer;
    } catch (error) {
      throw damaged(name, error);
    } finally {
      stream.destroy();
    }
  }
}

function faultOf(entry: Entry, before: number, { maxUnpackedBytes }: SheetLimits): SheetError | null {
  const { uncompressedSize, compressedSize, fileName, generalPurposeBitFlag } = entry;
  if (before >= MAX_ENTRIES) return new SheetError('workbook_too_large', `the workbook has over ${MAX_ENTRIES} parts`);
  if ((generalPurposeBitFlag & ENCRYPTED) !== 0)
    return new SheetError('workbook_encrypted', 'the workbook is protected by a password');
  const bomb = uncompressedSize > RATIO_COUNTS_FROM_BYTES && uncompressedSize > compressedSize * MAX_RATIO;
  if (uncompressedSize > maxUnpackedBytes || bomb) {
    const size = `${Math.round(uncompressedSize / 1e6)} MB out of ${Math.round(compressedSize / 1e3)} kB`;
    return new SheetError('workbook_too_large', `the part ${fileName.slice(0, 100)} unpacks to ${size}`);
  }
  return null;
}

function damaged(name: string, error: unknown): Error {
  if (error instanceof SheetError) return error;
  return new SheetError('workbook_malformed', `the part ${name} of the workbook is damaged: ${messageOf(error)}`);
}

export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 200);
}
