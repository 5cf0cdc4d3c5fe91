import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { Caller, Cursor, pageOf, zodBody, zodParams, zodQuery, type Page } from '@ratestream/http';
import { z } from 'zod';
import type { Shown } from '../queries/catalog-queries.js';
import { withPeople } from '../queries/people.js';
import { present } from '../queries/resource.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import type { ImportPortOptions } from './import-port.js';
import {
  changeMappingBody,
  createMappingBody,
  mappingsQuery,
  type ChangeMappingBody,
  type CreateMappingBody,
  type MappingsQuery,
} from './import-requests.js';
import { idParams, type IdParams } from './requests.js';
import { IMPORTS } from './tokens.js';

const idCursor = z.tuple([z.string()]);

/** How the sheets of each supplier are read. */
@Controller('/api/catalog/v1/sheet-mappings')
export class SheetMappingsController {
  constructor(@Inject(IMPORTS) private readonly options: ImportPortOptions) {}

  @Get()
  async list(
    @Caller() caller: Caller,
    @Query(zodQuery(mappingsQuery)) { limit, cursor, supplierId }: MappingsQuery,
  ): Promise<Page<Shown>> {
    const after = cursor === undefined ? '' : Cursor.decode(idCursor, cursor)[0];
    const found = await this.options.mappings.list(caller, { after, limit: limit + 1, supplierId: supplierId ?? null });
    const page = pageOf(found, limit, ({ id }) => [id]);
    return { ...page, items: page.items.map((one) => this.shown(one, caller)) };
  }

  @Get(':id')
  async get(@Caller() caller: Caller, @Param(zodParams(idParams)) { id }: IdParams): Promise<Shown> {
    return this.shown(await this.options.mappings.get(id, caller), caller);
  }

  /** Who changed what and when. */
  @Get(':id/history')
  async history(@Caller() caller: Caller, @Param(zodParams(idParams)) { id }: IdParams): Promise<{ items: Shown[] }> {
    return { items: (await this.options.mappings.history(id, caller)).map((one) => this.shown(one, caller)) };
  }

  @Post()
  create(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Body(zodBody(createMappingBody)) body: CreateMappingBody,
  ): Promise<{ id: string; version: number }> {
    return this.options.mappings.create(body, caller, headers.claimOf(caller, body));
  }

  @Put(':id')
  change(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Body(zodBody(changeMappingBody)) body: ChangeMappingBody,
  ): Promise<{ id: string; version: number }> {
    return this.options.mappings.change(id, body, caller);
  }

  @Delete(':id')
  remove(
    @Caller() caller: Caller,
    @Param(zodParams(idParams)) { id }: IdParams,
  ): Promise<{ id: string; version: number }> {
    return this.options.mappings.remove(id, caller);
  }

  private shown(mapping: object, caller: Caller): Shown {
    return withPeople(present({ ...mapping }, caller), { view: this.options.view, caller });
  }
}
