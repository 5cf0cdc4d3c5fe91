import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import {
  Answers,
  Caller,
  Cursor,
  instant,
  pageOf,
  pageQuery,
  ProblemError,
  RequirePermission,
  zodBody,
  zodQuery,
} from '@ratestream/http';
import type { RejectedCdr } from '@ratestream/events';
import { z } from 'zod';
import type { RejectedIndex } from '../reject/rejected-index.js';
import type { Replayer, ReplayResult } from '../reject/replayer.js';
import { JsonBody } from './json-body.js';
import { REJECTED_INDEX, REPLAYER } from './tokens.js';

const filter = {
  source: z.string().max(128).optional(),
  reason: z.string().max(64).optional(),
  from: instant.optional(),
  to: instant.optional(),
};
const listSchema = pageQuery().extend(filter);
const replaySchema = z.strictObject({ rejectIds: z.array(z.uuid()).min(1).max(1_000) });
const cursorSchema = z.tuple([z.number(), z.string()]);
const replayedSchema = z.object({
  replayed: z.number().int(),
  failed: z.array(z.object({ rejectId: z.string(), reason: z.string() })),
});

/** The dead letters, and their way back in. Raw records know no tenant yet, so they are the operator's. */
@Controller('api/ingest/v1/rejected')
export class RejectedController {
  constructor(
    @Inject(REJECTED_INDEX) private readonly index: RejectedIndex,
    @Inject(REPLAYER) private readonly replayer: Replayer,
  ) {}

  @Get()
  @RequirePermission('read')
  list(@Query(zodQuery(listSchema)) query: z.output<typeof listSchema>, @Caller() caller: Caller): unknown {
    operatorOnly(caller);
    const after = query.cursor === undefined ? undefined : Cursor.decode(cursorSchema, query.cursor);
    const rows = this.index.list(query, query.limit + 1, after);
    const { items, nextCursor } = pageOf(rows, query.limit, (r) => [r.rejectedAt, r.rejectId]);
    return { items: items.map(shown), nextCursor };
  }

  @Post('replay')
  @HttpCode(202)
  @RequirePermission('write')
  @Answers(202, 'What was put into cdr.raw again, and what could not be', replayedSchema)
  replay(
    @Body(new JsonBody(), zodBody(replaySchema)) { rejectIds }: z.output<typeof replaySchema>,
    @Caller() caller: Caller,
  ): Promise<ReplayResult> {
    operatorOnly(caller);
    return this.replayer.replay(
      [...new Set(rejectIds)].map((rejectId) => ({ rejectId, rejected: this.index.get(rejectId) })),
    );
  }
}

export function operatorOnly(caller: Caller): void {
  if (!caller.isOperator) throw new ProblemError(403, 'forbidden', 'Only a key of the operator may do this.');
}

function shown(r: RejectedCdr): unknown {
  return {
    rejectId: r.rejectId,
    source: r.source,
    reason: r.reason,
    message: r.message,
    topic: r.rawRef.topic,
    partition: r.rawRef.partition,
    offset: r.rawRef.offset,
    line: r.line,
    rejectedAt: new Date(r.rejectedAt / 1000).toISOString(),
    replayable: r.replayable,
    attempt: r.attempt,
    record: r.bytes.toString('utf8'),
    truncated: r.truncated,
  };
}
