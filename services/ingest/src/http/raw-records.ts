import type { OutRecord } from '@ratestream/kafka';
import type { CdrLine, RecordFormat } from '@ratestream/sms';
import { HEADERS } from '../raw/headers.js';

/** Lines of one record of `cdr.raw`: few enough to keep partitions level, many enough to be worth a record. */
const LINES = 100;
const CHARS = 200_000;

export interface PostedLines {
  readonly source: string;
  readonly format: RecordFormat;
  readonly lines: readonly CdrLine[];
  /** The header line of CSV, repeated in front of each record's rows. */
  readonly csvHeader: string | null;
  /** `http:<key id>:<Idempotency-Key>`; null where the caller gave none */
  readonly base: string | null;
  /** null for the operator's keys */
  readonly scope: string | null;
}

/**
 * Cuts posted lines into records of `cdr.raw`.
 *
 * A line keeps its number within the request in all of this, so that the same request sent again under the same
 * Idempotency-Key gives every line the same identity.
 */
export function rawRecordsOf(posted: PostedLines): OutRecord[] {
  const records: OutRecord[] = [];
  for (let at = 0; at < posted.lines.length;) {
    const chunk: CdrLine[] = [];
    for (let chars = 0; at < posted.lines.length && chunk.length < LINES && (chars === 0 || chars < CHARS); at++) {
      const line = posted.lines[at] as CdrLine;
      // A gap (a blank line) would shift the numbers behind it: the next record begins there.
      if (chunk.length > 0 && line.line !== (chunk[0] as CdrLine).line + chunk.length) break;
      chunk.push(line);
      chars += line.text.length;
    }
    records.push(recordOf(posted, chunk));
  }
  return records;
}

function recordOf({ source, format, csvHeader, base, scope }: PostedLines, chunk: readonly CdrLine[]): OutRecord {
  const first = (chunk[0] as CdrLine).line;
  const texts = chunk.map(({ text }) => (format === 'canonical-json' ? onOneLine(text) : text));
  if (csvHeader !== null) texts.unshift(csvHeader);
  const headers: Record<string, string> = { [HEADERS.source]: source, [HEADERS.format]: format };
  if (base !== null) {
    headers[HEADERS.recordBase] = base;
    headers[HEADERS.firstLine] = String(csvHeader === null ? first : Math.max(1, first - 1));
  }
  if (scope !== null) headers[HEADERS.scope] = scope;
  return { topic: 'cdr.raw', key: null, value: Buffer.from(texts.join('\n')), headers };
}

function onOneLine(json: string): string {
  return json.includes('\n') ? JSON.stringify(JSON.parse(json)) : json;
}
