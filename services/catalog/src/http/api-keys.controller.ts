import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { issueApiKeyBody, type IssueApiKeyBody } from '@ratestream/catalog';
import {
  Caller,
  hashApiKey,
  newApiKeySecret,
  RequirePermission,
  zodBody,
  zodParams,
  zodQuery,
  type Page,
} from '@ratestream/http';
import type { CommandAnswer } from '../commands/command-handler.js';
import type { Shown } from '../queries/catalog-queries.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import { CommandPort, idOf } from './command-port.js';
import { getQuery, idParams, listQuery, type GetQuery, type IdParams, type ListQuery } from './requests.js';
import { ResourceReads } from './resource-reads.js';

/** Keys: issuing one is a matter of trust, so all of it asks for `admin`. */
@Controller('/api/catalog/v1/api-keys')
@RequirePermission('admin')
export class ApiKeysController {
  constructor(
    private readonly commands: CommandPort,
    private readonly reads: ResourceReads,
  ) {}

  @Get()
  list(@Caller() caller: Caller, @Query(zodQuery(listQuery)) query: ListQuery): Page<Shown> {
    return this.reads.list('api-keys', caller, query);
  }

  @Get(':id')
  get(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(getQuery)) query: GetQuery,
  ): Shown | Promise<Shown> {
    return this.reads.get('api-keys', id, caller, query);
  }

  @Get(':id/history')
  history(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(listQuery)) query: ListQuery,
  ): Promise<Page<Shown>> {
    return this.reads.history('api-keys', id, caller, query);
  }

  /** The secret is in this answer and nowhere else; a repeat under the same Idempotency-Key answers null in its place. */
  @Post()
  async issue(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Body(zodBody(issueApiKeyBody)) body: IssueApiKeyBody,
  ): Promise<CommandAnswer & { secret: string | null }> {
    const secret = newApiKeySecret();
    const issuer = caller.keyId;
    const command = { type: 'IssueApiKey' as const, id: idOf(body), hash: hashApiKey(secret), issuer, body };
    const { answer, repeated } = await this.commands.runOnce(command, caller, headers, body);
    return { ...answer, secret: repeated ? null : secret };
  }

  /** Revokes the key for ever. */
  @Delete(':id')
  revoke(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Param(zodParams(idParams)) { id }: IdParams,
  ): Promise<CommandAnswer> {
    return this.commands.run({ type: 'RevokeApiKey', id }, caller, headers);
  }
}
