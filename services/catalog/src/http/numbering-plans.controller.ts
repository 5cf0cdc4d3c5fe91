import { Controller, Get, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { BodyLimit, Caller, notFound, ProblemError, zodParams, zodQuery, type Page } from '@ratestream/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Shown } from '../queries/catalog-queries.js';
import {
  getQuery,
  idParams,
  listQuery,
  newNumbersQuery,
  numbersQuery,
  versionParams,
  type GetQuery,
  type IdParams,
  type ListQuery,
  type NewNumbersQuery,
  type NumbersQuery,
  type VersionParams,
} from './requests.js';
import { ResourceReads } from './resource-reads.js';
import { RowPort, type UploadAnswer } from './row-port.js';

const MAX_JSON_BYTES = 64 << 20;
const SHEET = {
  description: 'Columns prefix,country,mcc,mnc,operator; only prefix is needed',
  schema: { type: 'string' as const },
};

/** Numbering plans: which network a number range belongs to. The operator's; the newest publication counts. */
@Controller('/api/catalog/v1/numbering-plans')
export class NumberingPlansController {
  constructor(
    private readonly rows: RowPort,
    private readonly reads: ResourceReads,
  ) {}

  @Get()
  list(@Caller() caller: Caller, @Query(zodQuery(listQuery)) query: ListQuery): Page<Shown> {
    return this.reads.list('numbering-plans', caller, query);
  }

  @Get(':id')
  get(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(getQuery)) query: GetQuery,
  ): Shown | Promise<Shown> {
    return this.reads.get('numbering-plans', id, caller, query);
  }

  @Get(':id/history')
  history(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(listQuery)) query: ListQuery,
  ): Promise<Page<Shown>> {
    return this.reads.history('numbering-plans', id, caller, query);
  }

  /** `?id=`: publishes the next version of that plan, the first where there is none. */
  @Post()
  @BodyLimit(MAX_JSON_BYTES)
  @ApiConsumes('text/csv', 'multipart/form-data', 'application/json')
  @ApiBody(SHEET)
  create(
    @Caller() caller: Caller,
    @Query(zodQuery(newNumbersQuery)) { id, partial }: NewNumbersQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadAnswer> {
    return this.publishTo(id, partial === 'accept', caller, request, reply);
  }

  @Post(':id/versions')
  @BodyLimit(MAX_JSON_BYTES)
  @ApiConsumes('text/csv', 'multipart/form-data', 'application/json')
  @ApiBody(SHEET)
  publish(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(numbersQuery)) { partial }: NumbersQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadAnswer> {
    return this.publishTo(id, partial === 'accept', caller, request, reply);
  }

  @Get(':id/versions/:version/numbers')
  numbers(
    @Caller() caller: Caller,
    @Param(zodParams(versionParams)) { id, version }: VersionParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): StreamableFile {
    const { state } = this.reads.queries.find('numbering-plans', id, caller);
    if (version > Number(state['version'])) throw notFound('version', `${id}/${version}`);
    return new StreamableFile(this.rows.exportCsv('numbers', id, version, reply), { type: 'text/csv; charset=utf-8' });
  }

  private publishTo(
    id: string,
    partial: boolean,
    caller: Caller,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<UploadAnswer> {
    if (!caller.isOperator) throw new ProblemError(403, 'operator_only', 'Only the operator may do this.');
    return this.rows.publishNumbers(id, { caller, request, reply, partial });
  }
}
