import { Controller, Get, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import { Caller, zodParams, zodQuery, type Page } from '@ratestream/http';
import type { FastifyReply } from 'fastify';
import {
  lossQuery,
  noticesQuery,
  sheetQuery,
  type LossQuery,
  type NoticesQuery,
  type SheetQuery,
} from '../notices/notice-requests.js';
import { NoticePort } from '../notices/notice.port.js';
import type { WaitingLoss } from '../notices/waiting-losses.js';
import type { Shown } from '../queries/catalog-queries.js';
import { importParams, type ImportParams } from './import-requests.js';
import { idParams, type IdParams } from './requests.js';
import { sendTable } from './send-table.js';

/** Who was told of which prices, and the sheets that they were told with. */
@Controller('/api/catalog/v1')
export class NoticesController {
  constructor(private readonly notices: NoticePort) {}

  @Get('notices')
  list(@Caller() caller: Caller, @Query(zodQuery(noticesQuery)) query: NoticesQuery): Promise<Page<Shown>> {
    return this.notices.list(query, caller);
  }

  @Get('notices/:id')
  get(@Caller() caller: Caller, @Param(zodParams(idParams)) { id }: IdParams): Promise<Shown> {
    return this.notices.get(id, caller);
  }

  @Get('notices/:id/sheet')
  @ApiProduces('text/csv', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  async sheet(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(sheetQuery)) query: SheetQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return sendTable(await this.notices.sheet(id, query, caller), query.format, reply);
  }

  /** Money lost below cost while increases wait. */
  @Get('notices/:id/losses')
  losses(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Query(zodQuery(lossQuery)) page: LossQuery,
  ): Promise<Page<WaitingLoss>> {
    return this.notices.losses(id, page, caller);
  }

  /** Before an approval: who would be told, the earliest instant, and what waiting costs. */
  @Get('rate-cards/:id/imports/:importId/notice')
  preview(@Caller() caller: Caller, @Param(zodParams(importParams)) { id, importId }: ImportParams): Promise<Shown> {
    return this.notices.preview(id, importId, caller);
  }
}
