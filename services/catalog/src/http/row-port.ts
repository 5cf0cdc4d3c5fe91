import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { RateCard } from '@ratestream/catalog';
import type { RateChunk, RateRow } from '@ratestream/events';
import type { Caller, Page } from '@ratestream/http';
import type { Counter, Metrics } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandAnswer, CommandResult } from '../commands/command-handler.js';
import type { RowPublisher, When } from '../commands/row-publisher.js';
import type { NoticePlan } from '../notices/notice-desk.js';
import type { NoticePortOptions } from '../notices/notice.port.js';
import type { PageRequest } from '../queries/catalog-queries.js';
import { present } from '../queries/resource.js';
import { matching, pageOfRates, type RateFilter, type ShownRate } from '../queries/version-rates.js';
import { answeredBefore } from '../store/command-answers.js';
import { readChunks } from '../store/row-chunks.js';
import type { CsvLimits } from '../upload/csv-reader.js';
import { numbersCsv, ratesCsv } from '../upload/csv-writer.js';
import { NUMBER_SHEET, RATE_SHEET, readUpload, type Upload } from '../upload/upload.js';
import type { UploadSlots } from '../upload/upload-slots.js';
import { tiesOf } from '../upload/upload-ties.js';
import { authorityOf, commandHeaders } from './command-context.js';
import { doneOrThrow } from './command-port.js';
import type { VersionParams } from './requests.js';
import { NOTICES, ROWS } from './tokens.js';

export interface RowPortOptions {
  publisher: RowPublisher;
  pool: Pool;
  metrics: Metrics;
  slots: UploadSlots;
  limits: CsvLimits;
}

/** What an upload is told: the version, every row that was refused with its line and all its faults, and rates that tie. */
export type UploadAnswer = Record<string, unknown> & { refused: Upload<unknown>['refused'] };

type Terms = Parameters<RowPublisher['numbers']>[2];
type Published = Parameters<NoticePlan>[1];
type Publish<T> = (upload: Upload<T>, terms: Terms) => Promise<CommandResult>;

/** Sheets of rows over HTTP, in and out. */
@Injectable()
export class RowPort {
  private readonly rows: Counter<'kind' | 'outcome'>;

  constructor(
    @Inject(ROWS) private readonly options: RowPortOptions,
    @Inject(NOTICES) private readonly notices: Pick<NoticePortOptions, 'desk' | 'view'>,
  ) {
    this.rows = options.metrics.counter('catalog_uploaded_rows_total', 'Rows of uploaded sheets', ['kind', 'outcome']);
  }

  publishRates(
    id: string,
    { waiveNotice, ...when }: When & { waiveNotice: string | null },
    exchange: { caller: Caller; request: FastifyRequest; reply: FastifyReply; partial: boolean },
  ): Promise<UploadAnswer> {
    const publish: Publish<RateRow> = async ({ rows, effectiveFrom: inUpload }, terms) => {
      const { publisher, pool } = this.options;
      const { desk, view } = this.notices;
      const effectiveFrom = when.effectiveFrom ?? inUpload;
      const before = terms.idempotency === null ? null : await answeredBefore(pool, terms.idempotency);
      // What was published under this key already is not judged again by prices that have moved since.
      if (before !== null) return { outcome: 'done', answer: before as CommandAnswer, repeated: true };
      const card = view.cards.get(id) as RateCard;
      const consent = { by: exchange.caller.keyId, waiveNotice };
      const { insteadOf = null } = when;
      const plan = await desk.prepareDirect(card, { next: rows, effectiveFrom, insteadOf }, consent);
      const result = await publisher.rates(
        id,
        rows,
        { ...when, effectiveFrom },
        {
          ...terms,
          ...(plan === null ? {} : { alongside: (tx, answer) => plan(tx, answer as unknown as Published) }),
        },
      );
      if (plan !== null) desk.planned();
      return result;
    };
    return this.publish(exchange, RATE_SHEET, publish, async ({ rows }) => ({ ties: await tiesOf(rows) }));
  }

  publishNumbers(
    id: string,
    exchange: { caller: Caller; request: FastifyRequest; reply: FastifyReply; partial: boolean },
  ): Promise<UploadAnswer> {
    return this.publish(exchange, NUMBER_SHEET, ({ rows }, terms) => this.options.publisher.numbers(id, rows, terms));
  }

  /** The rows of a version as CSV, streamed. */
  exportCsv(
    kind: RateChunk['kind'],
    id: string,
    version: number,
    reply: FastifyReply,
    filter: RateFilter = {},
  ): Readable {
    const chunks = readChunks(this.options.pool, kind, id, version);
    const name = `${id}-${version}.csv`.replaceAll(/[^A-Za-z0-9._-]/g, '_');
    void reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${name}"`);
    return Readable.from(kind === 'rates' ? ratesCsv(matching(chunks, filter)) : numbersCsv(chunks));
  }

  /** The same in pages, as JSON. */
  listRates(target: VersionParams, filter: RateFilter, page: PageRequest): Promise<Page<ShownRate>> {
    return pageOfRates(this.options.pool, target, filter, page);
  }

  private publish<T>(
    {
      caller,
      request,
      reply,
      partial,
    }: { caller: Caller; request: FastifyRequest; reply: FastifyReply; partial: boolean },
    sheet: Parameters<typeof readUpload<T>>[1],
    publish: Publish<T>,
    findings: (upload: Upload<T>) => Promise<object> = () => Promise.resolve({}),
  ): Promise<UploadAnswer> {
    const { slots, limits } = this.options;
    const headers = commandHeaders(request);
    return slots.run(async () => {
      const upload = await readUpload(request, sheet, limits);
      this.rows.inc({ kind: sheet.field, outcome: 'good' }, upload.rows.length);
      this.rows.inc({ kind: sheet.field, outcome: 'refused' }, upload.refused.length);
      if (upload.refused.length > 0 && (!partial || upload.rows.length === 0)) return refusal(upload, request, reply);
      const result = await publish(upload, {
        authority: authorityOf(caller),
        actor: caller.keyId,
        expectedVersion: headers.expectedVersion,
        idempotency: headers.claimOf(caller, upload.contentSha256),
      });
      const { answer } = doneOrThrow(asAsked(result));
      return { ...present({ ...answer }, caller), refused: upload.refused, ...(await findings(upload)) };
    });
  }
}

/** A problem that lists rows: RFC 9457 allows members of its own. */
function refusal({ rows, refused }: Upload<unknown>, request: FastifyRequest, reply: FastifyReply): UploadAnswer {
  void reply.code(422).header('content-type', 'application/problem+json; charset=utf-8');
  return {
    type: 'urn:ratestream:problem:rows_refused',
    title: 'Invalid content',
    status: 422,
    code: 'rows_refused',
    detail: `${refused.length} rows are refused and ${rows.length} are good; nothing was published. partial=accept publishes the good ones.`,
    instance: request.url.split('?', 1)[0] ?? '',
    requestId: request.id,
    accepted: rows.length,
    refused,
  };
}

/** The command's name of the version that is withdrawn is ours; the parameter's is the caller's. */
function asAsked(result: CommandResult): CommandResult {
  if (!('faults' in result)) return result;
  const faults = result.faults.map((fault) => (fault.field === 'insteadOf' ? { ...fault, field: 'supersede' } : fault));
  return { ...result, faults };
}
