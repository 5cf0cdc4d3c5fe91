import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import {
  changeRateGroupBody,
  createRateGroupBody,
  type ChangeRateGroupBody,
  type CreateRateGroupBody,
} from '@ratestream/catalog';
import { Caller, zodBody, zodParams, zodQuery, type Page } from '@ratestream/http';
import type { CommandAnswer } from '../commands/command-handler.js';
import type { Shown } from '../queries/catalog-queries.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import { CommandPort, idOf } from './command-port.js';
import { getQuery, idParams, listQuery, type GetQuery, type IdParams, type ListQuery } from './requests.js';
import { ResourceReads } from './resource-reads.js';

/** Accounts that share a plan. An account joins by its `rateGroupId`; a plan of its own goes before the group's. */
@Controller('/api/catalog/v1/rate-groups')
export class RateGroupsController {
  constructor(
    private readonly commands: CommandPort,
    private readonly reads: ResourceReads,
  ) {}

  @Get()
  list(@Caller() caller: Caller, @Query(zodQuery(listQuery)) query: ListQuery): Page<Shown> {
    return this.reads.list('rate-groups', caller, query);
  }

  @Get(':id')
  get(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(getQuery)) query: GetQuery,
  ): Shown | Promise<Shown> {
    return this.reads.get('rate-groups', id, caller, query);
  }

  @Get(':id/history')
  history(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(listQuery)) query: ListQuery,
  ): Promise<Page<Shown>> {
    return this.reads.history('rate-groups', id, caller, query);
  }

  @Post()
  create(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Body(zodBody(createRateGroupBody)) body: CreateRateGroupBody,
  ): Promise<CommandAnswer> {
    return this.commands.run({ type: 'CreateRateGroup', id: idOf(body), body }, caller, headers, body);
  }

  @Put(':id')
  change(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Body(zodBody(changeRateGroupBody)) body: ChangeRateGroupBody,
  ): Promise<CommandAnswer> {
    return this.commands.run({ type: 'ChangeRateGroup', id, body }, caller, headers, body);
  }
}
