import { Controller, Get, Inject, Query } from '@nestjs/common';
import { Caller, Cursor, pageOf, pageQuery, RequirePermission, zodQuery } from '@ratestream/http';
import { z } from 'zod';
import type { OrphanList } from '../correlation/orphan-list.js';
import { operatorOnly } from './rejected.controller.js';
import { ORPHAN_LIST } from './tokens.js';

const listSchema = pageQuery().extend({
  source: z.string().max(128).optional(),
  connection: z.string().max(128).optional(),
});
const cursorSchema = z.tuple([z.number(), z.string()]);

/** Receipts whose message has not registered, oldest first, of the partitions that this process owns. */
@Controller('api/ingest/v1/orphans')
export class OrphansController {
  constructor(@Inject(ORPHAN_LIST) private readonly orphans: OrphanList) {}

  @Get()
  @RequirePermission('read')
  list(@Query(zodQuery(listSchema)) query: z.output<typeof listSchema>, @Caller() caller: Caller): unknown {
    operatorOnly(caller);
    const after = query.cursor === undefined ? undefined : Cursor.decode(cursorSchema, query.cursor);
    const rows = this.orphans.list(query, query.limit + 1, after);
    const { items, nextCursor } = pageOf(rows, query.limit, (o) => [o.sinceMs, o.id]);
    return {
      partitions: this.orphans.partitions(),
      items: items.map(({ sinceMs, ...rest }) => ({ ...rest, since: new Date(sinceMs).toISOString() })),
      nextCursor,
    };
  }
}
