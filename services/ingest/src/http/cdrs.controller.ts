import { Body, Controller, Headers, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { Answers, Caller, IdempotencyKey, RequirePermission, zodQuery } from '@ratestream/http';
import { z } from 'zod';
import type { CdrDoor } from './cdr-door.js';
import { CDR_DOOR } from './tokens.js';

const querySchema = z.object({ source: z.string().min(1).max(128) });
const acceptedSchema = z.object({ accepted: z.number().int() });

/** Raw CDRs over HTTP, for gateways that have no Kafka client. */
@Controller('api/ingest/v1/cdrs')
export class CdrsController {
  constructor(@Inject(CDR_DOOR) private readonly door: CdrDoor) {}

  @Post()
  @HttpCode(202)
  @RequirePermission('ingest')
  @ApiConsumes('application/x-ndjson', 'application/json', 'text/csv', 'text/plain')
  @ApiBody({
    schema: {
      type: 'string',
      description:
        "NDJSON, a JSON array, CSV with a header line, or plain lines of the source's format; gzip is allowed",
    },
  })
  @Answers(202, 'Every in-sync replica has the records', acceptedSchema)
  post(
    @Query(zodQuery(querySchema)) { source }: z.output<typeof querySchema>,
    @Body() body: unknown,
    @Headers('content-type') contentType: string | undefined,
    @Headers('content-encoding') contentEncoding: string | undefined,
    @IdempotencyKey('optional') idempotencyKey: string | null,
    @Caller() caller: Caller,
  ): Promise<{ accepted: number }> {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    return this.door.post({ source, body: bytes, contentType, contentEncoding, idempotencyKey }, caller);
  }
}
