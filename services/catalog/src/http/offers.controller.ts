import { Body, Controller, Get, Param, Post, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import { Caller, zodBody, zodParams, zodQuery, type Page } from '@ratestream/http';
import type { FastifyReply } from 'fastify';
import type { OfferRow } from '../offers/build-offer.js';
import type { ComparedDestination } from '../offers/compare-suppliers.js';
import {
  comparisonQuery,
  comparisonSheetQuery,
  type ComparisonQuery,
  type ComparisonSheetQuery,
} from '../offers/comparison-requests.js';
import { ComparisonPort } from '../offers/comparison.port.js';
import {
  offerBody,
  offerQuery,
  offerRowsQuery,
  offerSheetQuery,
  offersQuery,
  stageBody,
  type OfferBody,
  type OfferQuery,
  type OfferRowsQuery,
  type OfferSheetQuery,
  type OffersQuery,
  type StageBody,
} from '../offers/offer-requests.js';
import { OfferPort } from '../offers/offer.port.js';
import type { Shown } from '../queries/catalog-queries.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import { idParams, type IdParams } from './requests.js';
import { sendTable } from './send-table.js';

/** Suppliers side by side, and price lists made from the best of them. */
@Controller('/api/catalog/v1')
export class OffersController {
  constructor(
    private readonly comparison: ComparisonPort,
    private readonly offers: OfferPort,
  ) {}

  @Get('supplier-comparison')
  compare(
    @Caller() caller: Caller,
    @Query(zodQuery(comparisonQuery)) query: ComparisonQuery,
  ): Promise<Page<ComparedDestination>> {
    return this.comparison.page(query, caller);
  }

  @Get('supplier-comparison/sheet')
  @ApiProduces('text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  async comparisonSheet(
    @Caller() caller: Caller,
    @Query(zodQuery(comparisonSheetQuery)) query: ComparisonSheetQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return sendTable(await this.comparison.sheet(query, caller), query.format, reply);
  }

  @Get('offers')
  list(@Caller() caller: Caller, @Query(zodQuery(offersQuery)) query: OffersQuery): Promise<Page<Shown>> {
    return this.offers.list(query, caller);
  }

  @Post('offers')
  create(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Body(zodBody(offerBody)) body: OfferBody,
  ): Promise<Shown> {
    return this.offers.create(body, caller, headers);
  }

  @Get('offers/:id')
  get(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(offerQuery)) { version }: OfferQuery,
  ): Promise<Shown> {
    return this.offers.get(id, version ?? null, caller);
  }

  /** Best buy, supplier and margin of each price. */
  @Get('offers/:id/rows')
  rows(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(offerRowsQuery)) query: OfferRowsQuery,
  ): Promise<Page<OfferRow>> {
    return this.offers.rows(id, query, caller);
  }

  /** For the customer: prices alone. */
  @Get('offers/:id/sheet')
  @ApiProduces('text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  async sheet(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(offerSheetQuery)) query: OfferSheetQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return sendTable(await this.offers.sheet(id, query, caller), query.format, reply);
  }

  /** A staged import on a sell card, to be approved by another person. */
  @Post('offers/:id/stage')
  stage(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Body(zodBody(stageBody)) body: StageBody,
  ): Promise<Shown> {
    return this.offers.stage(id, body, caller, headers);
  }
}
