import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiProduces } from '@nestjs/swagger';
import { BodyLimit, Caller, zodBody, zodParams, zodQuery, type Page } from '@ratestream/http';
import type { Finding, RateChange, RowVerdict } from '@ratestream/rate-sheets';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { changeOf, lossLabel, severityOf, verdictOf } from '../imports/labels.js';
import type { CatalogQueries, Shown } from '../queries/catalog-queries.js';
import { present } from '../queries/resource.js';
import type { WeighedLoss } from '../what-if/margin-traffic.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import { ImportPort, type ImportPortOptions } from './import-port.js';
import {
  approvalBody,
  diffQuery,
  exportQuery,
  findingsQuery,
  importFields,
  importParams,
  lossesQuery,
  rowsQuery,
  type ApprovalBody,
  type DiffQuery,
  type ExportQuery,
  type FindingsQuery,
  type ImportFields,
  type ImportParams,
  type LossesQuery,
  type RowsQuery,
} from './import-requests.js';
import { idParams, listQuery, versionParams, type IdParams, type ListQuery, type VersionParams } from './requests.js';
import { IMPORTS, QUERIES } from './tokens.js';

const MAX_JSON_BYTES = 64 << 20;

/** Sheets on their way to a version: staged, looked at, then approved by another person or discarded. */
@Controller('/api/catalog/v1/rate-cards/:id')
export class ImportsController {
  constructor(
    private readonly imports: ImportPort,
    @Inject(IMPORTS) private readonly options: ImportPortOptions,
    @Inject(QUERIES) private readonly queries: CatalogQueries,
  ) {}

  @Get('imports')
  list(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(listQuery)) query: ListQuery,
  ): Promise<Page<Shown>> {
    return this.imports.list(id, query, caller);
  }

  @Post('imports')
  @BodyLimit(MAX_JSON_BYTES)
  @ApiConsumes('multipart/form-data', 'text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  @ApiBody({
    description: 'One file, CSV or XLSX. A form may carry mapping, mode and effectiveFrom as fields',
    schema: { type: 'string', format: 'binary' },
  })
  upload(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(importFields)) query: ImportFields,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Shown> {
    return this.imports.upload(id, query, { caller, request, reply });
  }

  @Get('imports/:importId')
  get(@Caller() caller: Caller, @Param(zodParams(importParams)) { id, importId }: ImportParams): Promise<Shown> {
    return this.imports.get(id, importId, caller);
  }

  @Get('imports/:importId/rows')
  rows(
    @Caller() caller: Caller,
    @Param(zodParams(importParams)) target: ImportParams,
    @Query(zodQuery(rowsQuery)) { verdict, ...page }: RowsQuery,
  ): Promise<Page<RowVerdict>> {
    return this.imports.items(target, 'rows', { ...page, label: verdict, labelOf: verdictOf }, caller);
  }

  @Get('imports/:importId/findings')
  findings(
    @Caller() caller: Caller,
    @Param(zodParams(importParams)) target: ImportParams,
    @Query(zodQuery(findingsQuery)) { severity, ...page }: FindingsQuery,
  ): Promise<Page<Finding>> {
    return this.imports.items(target, 'findings', { ...page, label: severity, labelOf: severityOf }, caller);
  }

  @Get('imports/:importId/diff')
  diff(
    @Caller() caller: Caller,
    @Param(zodParams(importParams)) target: ImportParams,
    @Query(zodQuery(diffQuery)) { change, ...page }: DiffQuery,
  ): Promise<Page<RateChange>> {
    return this.imports.items(target, 'diff', { ...page, label: change, labelOf: changeOf }, caller);
  }

  /** Sell rates that would be below their buy rates, with what the last 30 days sent over them. */
  @Get('imports/:importId/margin')
  margin(
    @Caller() caller: Caller,
    @Param(zodParams(importParams)) target: ImportParams,
    @Query(zodQuery(lossesQuery)) page: LossesQuery,
  ): Promise<Page<WeighedLoss>> {
    return this.imports.items<WeighedLoss>(target, 'margin', { ...page, label: undefined, labelOf: lossLabel }, caller);
  }

  @Get('imports/:importId/sheet')
  @ApiProduces('text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  async sheet(
    @Caller() caller: Caller,
    @Param(zodParams(importParams)) target: ImportParams,
    @Query(zodQuery(exportQuery)) query: ExportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return new StreamableFile((await this.imports.exportImport(target, query, { caller, reply })) as Readable);
  }

  /** Publishes the staged rates as the card's next version, by another person than those who made them. */
  @Post('imports/:importId/approve')
  async approve(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Param(zodParams(importParams)) { id, importId }: ImportParams,
    @Body(zodBody(approvalBody)) { group, ...approval }: ApprovalBody,
  ): Promise<Shown> {
    this.queries.find('rate-cards', id, caller);
    const { decisions } = this.options;
    const answer = group
      ? await decisions.approveGroup(id, importId, approval, caller, headers)
      : await decisions.approve(id, importId, approval, caller, headers);
    return present({ ...answer }, caller);
  }

  @Post('imports/:importId/discard')
  @HttpCode(200)
  async discard(
    @Caller() caller: Caller,
    @Param(zodParams(importParams)) { id, importId }: ImportParams,
  ): Promise<Shown> {
    this.queries.find('rate-cards', id, caller);
    await this.options.decisions.discard(id, importId, caller);
    return this.imports.get(id, importId, caller);
  }

  /** A version in a supplier's layout; without a mapping in that of the sheet it came from. */
  @Get('versions/:version/sheet')
  @ApiProduces('text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  async versionSheet(
    @Caller() caller: Caller,
    @Param(zodParams(versionParams)) target: VersionParams,
    @Query(zodQuery(exportQuery)) query: ExportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return new StreamableFile((await this.imports.exportVersion(target, query, { caller, reply })) as Readable);
  }
}
