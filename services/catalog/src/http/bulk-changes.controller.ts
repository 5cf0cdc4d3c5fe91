import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { Caller, zodBody, zodParams, zodQuery, type Page } from '@ratestream/http';
import type { FastifyReply } from 'fastify';
import {
  bulkApproval,
  bulkBody,
  bulkCardsQuery,
  bulkQuery,
  revertBody,
  type BulkApproval,
  type BulkBody,
  type BulkCardsQuery,
  type BulkQuery,
  type RevertBody,
} from '../bulk/bulk-requests.js';
import { BulkPort } from '../bulk/bulk.port.js';
import type { Shown } from '../queries/catalog-queries.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import { idParams, type IdParams } from './requests.js';

/** One change of many cards: staged card by card, then published whole by another person, or not at all. */
@Controller('/api/catalog/v1/bulk-changes')
export class BulkChangesController {
  constructor(private readonly bulk: BulkPort) {}

  @Get()
  list(@Caller() caller: Caller, @Query(zodQuery(bulkQuery)) query: BulkQuery): Promise<Page<Shown>> {
    return this.bulk.list(query, caller);
  }

  @Post()
  async create(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Body(zodBody(bulkBody)) body: BulkBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Shown> {
    return answered(await this.bulk.create(body, caller, headers), reply);
  }

  @Get(':id')
  get(@Caller() caller: Caller, @Param(zodParams(idParams)) { id }: IdParams): Promise<Shown> {
    return this.bulk.get(id, caller);
  }

  @Get(':id/cards')
  cards(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(bulkCardsQuery)) query: BulkCardsQuery,
  ): Promise<Page<Shown>> {
    return this.bulk.cards(id, query, caller);
  }

  @Post(':id/approve')
  approve(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Body(zodBody(bulkApproval)) body: BulkApproval,
  ): Promise<Shown> {
    return this.bulk.approve(id, body, caller, headers);
  }

  @Post(':id/discard')
  @HttpCode(200)
  discard(@Caller() caller: Caller, @Param(zodParams(idParams)) { id }: IdParams): Promise<Shown> {
    return this.bulk.discard(id, caller);
  }

  /** Stages a new change back to the versions before this one. */
  @Post(':id/revert')
  async revert(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Body(zodBody(revertBody)) body: RevertBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Shown> {
    return answered(await this.bulk.revert(id, body, caller, headers), reply);
  }
}

/** 201 once every card is staged, 202 with the progress while they are. */
function answered(shown: Shown, reply: FastifyReply): Shown {
  void reply.code(shown['status'] === 'staging' ? 202 : 201);
  return shown;
}
