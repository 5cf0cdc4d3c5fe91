import type { CatalogView } from '@ratestream/catalog';
import { type Caller, notFound, ProblemError, unavailable, type Fault } from '@ratestream/http';
import type { OutRecord } from '@ratestream/kafka';
import type { Logger } from '@ratestream/observability';
import { type CdrLine, isFault, readRecords, type RecordFormat } from '@ratestream/sms';
import type { IngestMetrics } from '../metrics.js';
import { inflate } from './inflate.js';
import { rawRecordsOf } from './raw-records.js';

const FAULTS_SHOWN = 100;
const LINES = 200_000;

export interface CdrPost {
  readonly source: string;
  readonly body: Buffer;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly idempotencyKey: string | null;
}

export interface CdrDoorPorts {
  readonly view: Pick<CatalogView, 'sourceAt'>;
  readonly maxInflatedBytes: number;
  readonly metrics: IngestMetrics;
  readonly logger: Logger;
  nowMs(): number;
  /** Resolves once every in-sync replica has the records. */
  send(records: readonly OutRecord[]): Promise<unknown>;
}

/** The way of raw records over HTTP: all lines of a request can be read, or none is taken. */
export class CdrDoor {
  constructor(private readonly ports: CdrDoorPorts) {}

  /** Errors: 404 unknown source, 413 too large, 415, 422 with the lines at fault, 503 while Kafka does not answer. */
  async post(post: CdrPost, caller: Caller): Promise<{ accepted: number }> {
    const source = this.ports.view.sourceAt(post.source, this.ports.nowMs() * 1000);
    if (source === undefined) throw notFound('source', post.source);
    const bytes = await inflate(post.body, post.contentEncoding, this.ports.maxInflatedBytes);
    const format = formatOf(post.contentType) ?? source.format;
    const lines = readRecords(bytes, format, null, {
      bytes: this.ports.maxInflatedBytes,
      lines: LINES,
      lineChars: 65_536,
    });
    this.refuseFaults(lines);
    const records = rawRecordsOf({
      source: source.id,
      format,
      lines,
      csvHeader: format === 'canonical-csv' ? headerLineOf(bytes) : null,
      base: post.idempotencyKey === null ? null : `http:${caller.keyId}:${post.idempotencyKey}`,
      scope: caller.isOperator ? null : caller.scope,
    });
    try {
      await this.ports.send(records);
    } catch (error) {
      this.ports.logger.warn({ err: error, source: source.id }, 'posted records could not be written');
      throw unavailable('The records could not be written; send them again with the same Idempotency-Key.');
    }
    this.ports.metrics.posted.inc({ outcome: 'accepted' }, lines.length);
    return { accepted: lines.length };
  }

  private refuseFaults(lines: readonly CdrLine[]): void {
    const faults: Fault[] = [];
    let count = 0;
    let tooLarge = false;
    for (const { line, verdict } of lines) {
      if (!isFault(verdict)) continue;
      count += 1;
      tooLarge ||= verdict.fault === 'oversized' || verdict.fault === 'too_many_lines';
      if (faults.length < FAULTS_SHOWN)
        faults.push({ pointer: `/${line}`, code: verdict.fault, detail: `line ${line}: ${verdict.message}` });
    }
    if (count === 0) return;
    this.ports.metrics.posted.inc({ outcome: 'refused' }, lines.length);
    throw new ProblemError(
      tooLarge ? 413 : 422,
      'lines_at_fault',
      `${count} of ${lines.length} lines are at fault; none was taken.`,
      faults,
    );
  }
}

/** text/plain says nothing: the source's own format counts. */
function formatOf(contentType: string | undefined): RecordFormat | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json' || type === 'application/x-ndjson' || type === 'application/ndjson')
    return 'canonical-json';
  return type === 'text/csv' ? 'canonical-csv' : null;
}

function headerLineOf(bytes: Buffer): string {
  const end = bytes.indexOf(10);
  return bytes
    .subarray(0, end < 0 ? bytes.length : end)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .replace(/\r$/, '');
}
