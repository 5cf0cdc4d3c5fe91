import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import { BodyLimit, Caller, RequirePermission, zodBody, zodParams, zodQuery, type Page } from '@ratestream/http';
import type { FastifyReply } from 'fastify';
import type { LineShown } from '../what-if/what-if.js';
import { linesQuery, whatIfBody, type LinesQuery, type WhatIfBody } from '../what-if/what-if-requests.js';
import { refusalOf, WhatIfPort, type WhatIfShown } from '../what-if/what-if.port.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import { idParams, type IdParams } from './requests.js';

const MAX_JSON_BYTES = 64 << 20;

/** Tries prices that are in no catalog on usages or on past traffic. Writes nothing of the catalog. */
@Controller('/api/catalog/v1/what-if')
export class WhatIfsController {
  constructor(private readonly whatIfs: WhatIfPort) {}

  /** 200 with the result, or 202 with the progress of what takes longer. */
  @Post()
  @BodyLimit(MAX_JSON_BYTES)
  @RequirePermission('write')
  async ask(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Body(zodBody(whatIfBody)) body: WhatIfBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WhatIfShown> {
    const { done, shown } = await this.whatIfs.ask(body, caller, headers);
    const refusal = refusalOf(shown);
    if (refusal !== null) throw refusal;
    void reply.code(done ? 200 : 202);
    return shown;
  }

  @Get()
  list(@Caller() caller: Caller, @Query(zodQuery(linesQuery)) query: LinesQuery): Promise<Page<WhatIfShown>> {
    return this.whatIfs.list(query, caller);
  }

  @Get(':id')
  get(@Caller() caller: Caller, @Param(zodParams(idParams)) { id }: IdParams): Promise<WhatIfShown> {
    return this.whatIfs.get(id, caller);
  }

  /** By account and destination. */
  @Get(':id/lines')
  lines(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(linesQuery)) query: LinesQuery,
  ): Promise<Page<LineShown>> {
    return this.whatIfs.lines(id, query, caller);
  }

  @Get(':id/sheet')
  @ApiProduces('text/csv')
  async sheet(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const csv = await this.whatIfs.csv(id, caller);
    void reply.header('content-disposition', `attachment; filename="what-if-${id}.csv"`);
    return new StreamableFile(csv, { type: 'text/csv; charset=utf-8' });
  }

  /** Cancels one that runs, forgets one that has ended. */
  @Delete(':id')
  @HttpCode(200)
  end(@Caller() caller: Caller, @Param(zodParams(idParams)) { id }: IdParams): Promise<WhatIfShown> {
    return this.whatIfs.end(id, caller);
  }
}
