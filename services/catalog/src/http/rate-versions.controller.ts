import type { Readable } from 'node:stream';
import { Controller, Delete, Get, Inject, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { BodyLimit, Caller, zodParams, zodQuery } from '@ratestream/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandAnswer } from '../commands/command-handler.js';
import type { CatalogQueries, Shown } from '../queries/catalog-queries.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import { CommandPort } from './command-port.js';
import { idParams, ratesQuery, versionParams, type IdParams, type RatesQuery, type VersionParams } from './requests.js';
import { RowPort, type UploadAnswer } from './row-port.js';
import { QUERIES } from './tokens.js';

const MAX_JSON_BYTES = 64 << 20;

/** Versions of a rate card: published whole, immutable, withdrawn but never changed. */
@Controller('/api/catalog/v1/rate-cards/:id/versions')
export class RateVersionsController {
  constructor(
    private readonly commands: CommandPort,
    private readonly rows: RowPort,
    @Inject(QUERIES) private readonly queries: CatalogQueries,
  ) {}

  @Get()
  list(@Caller() caller: Caller, @Param(zodParams(idParams)) { id }: IdParams): { items: Shown[] } {
    return { items: this.queries.versions(id, caller) };
  }

  @Post()
  @BodyLimit(MAX_JSON_BYTES)
  @ApiConsumes('text/csv', 'multipart/form-data', 'application/json')
  @ApiBody({
    description:
      'Columns country,mcc,mnc,prefix,traffic_class,price,unit,basis,timeout_sec,timeout_policy; only price is needed',
    schema: { type: 'string' },
  })
  publish(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(ratesQuery)) query: RatesQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadAnswer> {
    // Before the sheet is read: who may not publish here does not keep us busy for a minute first.
    this.queries.find('rate-cards', id, caller);
    const when = { effectiveFrom: query.effectiveFrom ?? null, backdated: query.backdated };
    return this.rows.publishRates(id, when, { caller, request, reply, partial: query.partial === 'accept' });
  }

  @Get(':version')
  get(@Caller() caller: Caller, @Param(zodParams(versionParams)) { id, version }: VersionParams): Shown {
    return this.queries.shownVersion(id, version, caller);
  }

  @Get(':version/rates')
  rates(
    @Caller() caller: Caller,
    @Param(zodParams(versionParams)) { id, version }: VersionParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): StreamableFile {
    this.queries.version(id, version, caller);
    const csv: Readable = this.rows.exportCsv('rates', id, version, reply);
    return new StreamableFile(csv, { type: 'text/csv; charset=utf-8' });
  }

  /** Withdraws the version: it prices nothing that is rated from here on. */
  @Delete(':version')
  withdraw(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Param(zodParams(versionParams)) { id, version }: VersionParams,
  ): Promise<CommandAnswer> {
    return this.commands.run({ type: 'WithdrawRates', id, version }, caller, headers);
  }
}
