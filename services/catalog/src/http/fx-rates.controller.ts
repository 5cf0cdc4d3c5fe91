import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { formatInstant } from '@ratestream/catalog';
import { BodyLimit, Caller, ProblemError, zodBody, zodParams, zodQuery, type Page } from '@ratestream/http';
import { ECB } from '@ratestream/fx';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FxPort } from '../fx/fx.port.js';
import type { FeedStatus } from '../fx/fx-feed.js';
import type { ShownConversion, ShownDay } from '../fx/fx-queries.js';
import type { FxStatus } from '../fx/fx-status.js';
import type { ManualRates, ManualSummary } from '../fx/manual-rates.store.js';
import type { Shown } from '../queries/catalog-queries.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import {
  conversionQuery,
  daysQuery,
  ecbQuery,
  manualBody,
  manualParams,
  manualQuery,
  type ConversionQuery,
  type DaysQuery,
  type EcbQuery,
  type ManualBody,
  type ManualParams,
  type ManualQuery,
} from './fx-requests.js';

const MAX_JSON_BYTES = 4 << 20;

/** Exchange rates: what was published, which rule gives which rate, and how new rates come in. The operator's. */
@Controller('/api/catalog/v1/fx-rates')
export class FxRatesController {
  constructor(private readonly fx: FxPort) {}

  /** Days of a source, newest first. */
  @Get()
  list(@Caller() caller: Caller, @Query(zodQuery(daysQuery)) query: DaysQuery): Page<ShownDay> {
    return this.of(caller).parts.queries.days(query);
  }

  /** Which rule gives which rate for a pair, at a billing time, as known at a rating time. */
  @Get('conversion')
  conversion(@Caller() caller: Caller, @Query(zodQuery(conversionQuery)) query: ConversionQuery): ShownConversion {
    return this.of(caller).parts.queries.conversion(query);
  }

  /** Newest date of each source, its age, and how the feed does. */
  @Get('status')
  status(@Caller() caller: Caller): FxStatus {
    return this.of(caller).status();
  }

  /**
   * The history or the daily file of the ECB. Its days that say something new count once another person approves them, as
   * rates by hand: at `manual/{id}/approve`. 200 with `id: null` where nothing is new.
   */
  @Post('ecb')
  @BodyLimit(MAX_JSON_BYTES)
  @ApiConsumes('text/csv', 'multipart/form-data')
  @ApiBody({ description: 'eurofxref-hist.csv or eurofxref.csv', schema: { type: 'string' } })
  async uploadEcb(
    @Caller() caller: Caller,
    @Query(zodQuery(ecbQuery)) { partial }: EcbQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Shown> {
    const { staged, ...file } = await this.of(caller).uploadEcb(request, partial === 'accept', caller);
    if (staged !== null) return { ...shown(staged), ...file };
    void reply.code(200);
    return { id: null, source: ECB.source, status: 'unchanged', dayCount: 0, ...file };
  }

  /** Pulls the feed now; what went wrong is in the answer. */
  @Post('feed/pull')
  @HttpCode(200)
  pull(@Caller() caller: Caller): Promise<FeedStatus> {
    return this.of(caller).pull();
  }

  @Get('manual')
  async listManual(@Caller() caller: Caller, @Query(zodQuery(manualQuery)) query: ManualQuery): Promise<Page<Shown>> {
    const { items, nextCursor } = await this.of(caller).listManual(query);
    return { items: items.map((one) => shown(one)), nextCursor };
  }

  /** Rates by hand; they count once another person approves them. */
  @Post('manual')
  @BodyLimit(MAX_JSON_BYTES)
  async stage(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Body(zodBody(manualBody)) body: ManualBody,
  ): Promise<Shown> {
    return shownDays(await this.of(caller).parts.manual.stage(body, caller, headers));
  }

  @Get('manual/:ratesId')
  async one(@Caller() caller: Caller, @Param(zodParams(manualParams)) { ratesId }: ManualParams): Promise<Shown> {
    return shownDays(await this.of(caller).parts.manual.get(ratesId));
  }

  @Post('manual/:ratesId/approve')
  @HttpCode(200)
  async approve(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Param(zodParams(manualParams)) { ratesId }: ManualParams,
  ): Promise<Shown> {
    return shownDays(await this.of(caller).parts.manual.approve(ratesId, caller, headers));
  }

  @Post('manual/:ratesId/discard')
  @HttpCode(200)
  async discard(@Caller() caller: Caller, @Param(zodParams(manualParams)) { ratesId }: ManualParams): Promise<Shown> {
    return shownDays(await this.of(caller).parts.manual.discard(ratesId, caller));
  }

  private of(caller: Caller): FxPort {
    if (!caller.isOperator) throw new ProblemError(403, 'operator_only', 'Only the operator may do this.');
    return this.fx;
  }
}

function shown({ stagedAt, decidedAt, ...rest }: ManualSummary): Shown {
  return {
    ...rest,
    stagedAt: formatInstant(stagedAt),
    decidedAt: decidedAt === null ? null : formatInstant(decidedAt),
  };
}

function shownDays({ days, ...summary }: ManualRates): Shown {
  return {
    ...shown(summary),
    days: days.map((day) => ({ ...day, publishedAt: formatInstant(day.publishedAt) })),
  };
}
