import { Inject, Injectable } from '@nestjs/common';
import type { CatalogView, RateCard } from '@ratestream/catalog';
import { Cursor, faultsOf, invalid, pageOf, ProblemError, type Caller, type Fault, type Page } from '@ratestream/http';
import { sheetMappingSchema, type SheetMapping } from '@ratestream/rate-sheets';
import type { Pool } from '@ratestream/postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { keptRates, readItems, type ListKind } from '../imports/import-chunks.js';
import type { ImportDecisions } from '../imports/import-decisions.js';
import type { RateImport } from '../imports/import.js';
import { failAbandoned, findImportOfVersion, listImports } from '../imports/import-store.js';
import type { ImportUploads, Uploaded } from '../imports/import-uploads.js';
import type { SavedMappings } from '../imports/saved-mappings.js';
import { exportSheet, SHEET_TYPES, type ExportedSheet } from '../imports/sheet-export.js';
import type { CatalogQueries, Shown } from '../queries/catalog-queries.js';
import { cursorPlace, newestCursor } from '../queries/cursor-parts.js';
import { withPeople } from '../queries/people.js';
import { present } from '../queries/resource.js';
import { readChunks } from '../store/row-chunks.js';
import { readFileOf } from '../upload/read-file.js';
import { commandHeaders } from './command-context.js';
import { importFields, type ExportQuery, type ImportFields } from './import-requests.js';
import { IMPORTS, QUERIES } from './tokens.js';

export interface ImportPortOptions {
  pool: Pool;
  view: CatalogView;
  uploads: ImportUploads;
  decisions: ImportDecisions;
  mappings: SavedMappings;
  maxBytes: number;
}

interface ListPage {
  limit: number;
  cursor?: string | undefined;
}

const placeCursor = z.tuple([cursorPlace, cursorPlace]);

/** Sheets over HTTP: from the upload to what an approver reads, and out again. */
@Injectable()
export class ImportPort {
  constructor(
    @Inject(IMPORTS) private readonly options: ImportPortOptions,
    @Inject(QUERIES) private readonly queries: CatalogQueries,
  ) {}

  /** 201 once it is staged, 202 with the progress while it is read, 422 with row and column where it cannot be. */
  async upload(
    cardId: string,
    query: ImportFields,
    { caller, request, reply }: { caller: Caller; request: FastifyRequest; reply: FastifyReply },
  ): Promise<Shown> {
    // Before the sheet is read: who may not import here does not keep us busy for a minute first.
    const card = this.card(cardId, caller);
    const headers = commandHeaders(request);
    const id = await this.options.uploads.take(
      card,
      () => this.receive(query, request, caller),
      (asked) => headers.claimOf(caller, asked),
    );
    const found = await this.options.decisions.find(cardId, id);
    if (found.status === 'failed') throw unreadable(found);
    void reply.code(found.status === 'reading' ? 202 : 201);
    return shownImport(found, caller, this.options.view);
  }

  async get(cardId: string, importId: string, caller: Caller): Promise<Shown> {
    this.card(cardId, caller);
    await failAbandoned(this.options.pool);
    return shownImport(await this.options.decisions.find(cardId, importId), caller, this.options.view);
  }

  async list(cardId: string, { limit, cursor }: ListPage, caller: Caller): Promise<Page<Shown>> {
    this.card(cardId, caller);
    const before = cursor === undefined ? null : Cursor.decode(newestCursor, cursor);
    const found = await listImports(this.options.pool, cardId, limit + 1, before);
    const page = pageOf(found, limit, ({ uploadedAt, id }) => [uploadedAt, id]);
    return { ...page, items: page.items.map((one) => shownImport(one, caller, this.options.view)) };
  }

  /** A page of verdicts, findings, changes or losses. */
  async items<T>(
    target: { id: string; importId: string },
    kind: ListKind,
    page: ListPage & { label: string | undefined; labelOf: (item: T) => string },
    caller: Caller,
  ): Promise<Page<T>> {
    this.card(target.id, caller);
    const { id } = await this.options.decisions.find(target.id, target.importId);
    const from = page.cursor === undefined ? ([0, 0] as const) : Cursor.decode(placeCursor, page.cursor);
    const { limit, label = null, labelOf } = page;
    const found = await readItems<T>(this.options.pool, id, kind, { from, limit: limit + 1, label, labelOf });
    const { items, nextCursor } = pageOf(found, limit, ({ next }) => next);
    return { items: items.map(({ item }) => item), nextCursor };
  }

  /** The rates that an approval publishes, in the sheet's layout. */
  async exportImport(
    target: { id: string; importId: string },
    query: ExportQuery,
    { caller, reply }: { caller: Caller; reply: FastifyReply },
  ): Promise<NodeJS.ReadableStream> {
    const card = this.card(target.id, caller);
    const found = await this.options.decisions.find(target.id, target.importId);
    const mapping = query.mapping === undefined ? found.mapping : (await this.mapping(query.mapping, caller)).mapping;
    const header = query.mapping === undefined ? (found.summary?.header ?? []) : [];
    const effectiveFrom = found.effectiveFrom ?? found.uploadedAt;
    const rates = keptRates(this.options.pool, found.id);
    return this.send(
      `${card.id}-import`,
      { mapping, header, currency: card.currency, effectiveFrom, rates },
      query.format,
      reply,
    );
  }

  /** A published version in the layout of a mapping; without one in that of the sheet it came from. */
  async exportVersion(
    target: { id: string; version: number },
    query: ExportQuery,
    { caller, reply }: { caller: Caller; reply: FastifyReply },
  ): Promise<NodeJS.ReadableStream> {
    const version = this.queries.version(target.id, target.version, caller);
    const card = this.card(target.id, caller);
    const origin = await findImportOfVersion(this.options.pool, target.id, target.version);
    const { mapping, header } =
      query.mapping !== undefined
        ? { mapping: (await this.mapping(query.mapping, caller)).mapping, header: [] }
        : { mapping: origin?.mapping, header: origin?.summary?.header ?? [] };
    if (mapping === undefined)
      throw new ProblemError(400, 'mapping_missing', 'This version came from no sheet: name a mapping.', [
        { parameter: 'mapping', detail: 'is needed' },
      ]);
    const rates = ratesOfChunks(readChunks(this.options.pool, 'rates', target.id, target.version));
    const { effectiveFrom } = version;
    return this.send(
      `${card.id}-${version.version}`,
      { mapping, header, currency: card.currency, effectiveFrom, rates },
      query.format,
      reply,
    );
  }

  private async send(
    name: string,
    sheet: ExportedSheet,
    format: ExportQuery['format'],
    reply: FastifyReply,
  ): Promise<NodeJS.ReadableStream> {
    const stream = await exportSheet(sheet, format);
    const fileName = `${name}.${format}`.replaceAll(/[^A-Za-z0-9._-]/g, '_');
    void reply
      .header('content-type', SHEET_TYPES[format])
      .header('content-disposition', `attachment; filename="${fileName}"`);
    return stream;
  }

  private card(id: string, caller: Caller): RateCard {
    this.queries.find('rate-cards', id, caller);
    return this.options.view.cards.get(id) as RateCard;
  }

  private async receive(query: ImportFields, request: FastifyRequest, caller: Caller): Promise<Uploaded> {
    const file = await readFileOf(request, this.options.maxBytes);
    const parsed = importFields.safeParse(file.fields);
    if (!parsed.success) throw invalid(faultsOf(parsed.error.issues));
    const fields = { ...parsed.data, ...defined(query) };
    if (fields.mapping === undefined)
      throw invalid([
        { parameter: 'mapping', code: 'missing', detail: 'an id of a saved mapping, or a mapping as JSON, is needed' },
      ]);
    const { content, fileName } = file;
    return {
      ...(await this.mapping(fields.mapping, caller)),
      mode: fields.mode ?? 'full',
      effectiveFrom: fields.effectiveFrom ?? null,
      fileName,
      bytes: content.length,
      sha256: file.sha256,
      uploadedBy: caller.keyId,
      content,
    };
  }

  private async mapping(
    text: string,
    caller: Caller,
  ): Promise<{ mapping: SheetMapping; mappingId: string | null; mappingVersion: number | null }> {
    if (!text.trimStart().startsWith('{')) {
      const { mapping, id, version } = await this.options.mappings.get(text, caller);
      return { mapping, mappingId: id, mappingVersion: version };
    }
    const parsed = sheetMappingSchema.safeParse(jsonOf(text));
    if (!parsed.success) throw invalid(faultsOf(parsed.error.issues, 'body', ['mapping']));
    return { mapping: parsed.data, mappingId: null, mappingVersion: null };
  }
}

async function* ratesOfChunks(chunks: ReturnType<typeof readChunks>) {
  for await (const { rates } of chunks) yield rates;
}

export function shownImport({ rowsRead, ...one }: RateImport, caller: Caller, view: CatalogView): Shown {
  return { ...withPeople(present({ ...one }, caller), { view, caller }), progress: { rowsRead } };
}

function unreadable({ id, fault }: RateImport): ProblemError {
  const { code, message, row, column } = fault ?? {
    code: 'failed',
    message: 'The sheet cannot be read.',
    row: null,
    column: null,
  };
  const place: Fault = {
    code,
    detail: message,
    ...(row === null ? {} : { pointer: `/rows/${row}${column === null ? '' : `/${column}`}` }),
  };
  return new ProblemError(
    422,
    code,
    `${message.charAt(0).toUpperCase()}${message.slice(1)}. Import ${id} keeps this.`,
    [place],
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid([{ pointer: '/mapping', code: 'malformed', detail: 'is no JSON' }]);
  }
}

function defined(fields: ImportFields): Partial<ImportFields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
