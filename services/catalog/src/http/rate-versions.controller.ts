import type { Readable } from 'node:stream';
import { Controller, Delete, Get, Inject, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces } from '@nestjs/swagger';
import { RATE_COLUMNS } from '@ratestream/catalog';
import { BodyLimit, Caller, zodParams, zodQuery, type Page } from '@ratestream/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandAnswer } from '../commands/command-handler.js';
import type { CatalogQueries, Shown } from '../queries/catalog-queries.js';
import type { ShownRate } from '../queries/version-rates.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import { CommandPort } from './command-port.js';
import {
  idParams,
  rateListQuery,
  ratesQuery,
  versionParams,
  versionsQuery,
  withdrawQuery,
  type IdParams,
  type RateListQuery,
  type RatesQuery,
  type VersionParams,
  type VersionsQuery,
  type WithdrawQuery,
} from './requests.js';
import { RowPort, type UploadAnswer } from './row-port.js';
import { QUERIES } from './tokens.js';

const MAX_JSON_BYTES = 64 << 20;

const TWO_TIMES =
  'A version has two times: `effectiveFrom`, the first billing time that it prices, and `knownAt`, when it was published. ' +
  'In force at `asOf` as known at `knownAt` is, of the versions published by then and not withdrawn by then, the one with ' +
  'the latest `effectiveFrom` that is not after `asOf`; of equals the highest number.';
const PUBLISHING =
  `${TWO_TIMES} A scheduled version goes live by itself. \`supersede\` names a scheduled version that this one is there ` +
  'instead of: one is withdrawn and the other published in one step. `backdated=true` corrects after the fact: a version of ' +
  'the same or a later `effectiveFrom` takes the place of the one that was wrong for all that is rated from here on, and ' +
  'what was known before can still be asked for. `ties` in the answer are pairs of rates that can price one message with ' +
  "neither closer in everything: the card's precedence decides between them until one has a priority.";
const TELLING =
  'Accounts that pay by a sell card are told of it. Where they would pay more sooner than its `noticeDays` allow, it is refused ' +
  'with the earliest instant, and so it is where it leaves a destination without the price it had, unless `waiveNotice` says ' +
  'why it may be. ';
const WITHDRAWING =
  TELLING +
  'It prices nothing that is rated from here on; the version that was in force before it is so again. What it priced stays, ' +
  'and it still counts where a question names an earlier `knownAt`. Withdrawn is for ever.';

/** Versions of a rate card: published whole, immutable, withdrawn but never changed. */
@Controller('/api/catalog/v1/rate-cards/:id/versions')
export class RateVersionsController {
  constructor(
    private readonly commands: CommandPort,
    private readonly rows: RowPort,
    @Inject(QUERIES) private readonly queries: CatalogQueries,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Versions as known at an instant, and which one is in force', description: TWO_TIMES })
  list(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(versionsQuery)) query: VersionsQuery,
  ): Shown & Page<Shown> {
    return this.queries.versions(id, caller, query);
  }

  @Post()
  @ApiOperation({ summary: 'Publish a version', description: `${PUBLISHING} ${TELLING}` })
  @BodyLimit(MAX_JSON_BYTES)
  @ApiConsumes('text/csv', 'multipart/form-data', 'application/json')
  @ApiBody({
    description: `Columns ${RATE_COLUMNS.join(',')}; only price is needed`,
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
    const { effectiveFrom = null, backdated, supersede: insteadOf = null } = query;
    const when = { effectiveFrom, backdated, insteadOf, waiveNotice: query.waiveNotice ?? null };
    return this.rows.publishRates(id, when, { caller, request, reply, partial: query.partial === 'accept' });
  }

  @Get(':version')
  get(@Caller() caller: Caller, @Param(zodParams(versionParams)) { id, version }: VersionParams): Shown {
    return this.queries.shownVersion(id, version, caller);
  }

  @Get(':version/rates')
  @ApiOperation({ summary: 'Rates of a version', description: 'As a CSV that an upload takes, or as pages of JSON' })
  @ApiProduces('text/csv', 'application/json')
  rates(
    @Caller() caller: Caller,
    @Param(zodParams(versionParams)) { id, version }: VersionParams,
    @Query(zodQuery(rateListQuery)) { format, limit, cursor, ...filter }: RateListQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): StreamableFile | Promise<Page<ShownRate>> {
    this.queries.version(id, version, caller);
    if (format === 'json') return this.rows.listRates({ id, version }, filter, { limit, cursor });
    const csv: Readable = this.rows.exportCsv('rates', id, version, reply, filter);
    return new StreamableFile(csv, { type: 'text/csv; charset=utf-8' });
  }

  @Delete(':version')
  @ApiOperation({ summary: 'Withdraw a version', description: WITHDRAWING })
  withdraw(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Param(zodParams(versionParams)) { id, version }: VersionParams,
    @Query(zodQuery(withdrawQuery)) { waiveNotice }: WithdrawQuery,
  ): Promise<CommandAnswer> {
    return this.commands.withdraw(id, version, waiveNotice ?? null, caller, headers);
  }
}
