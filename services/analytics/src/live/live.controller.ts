import { Controller, Get, Inject, Query } from '@nestjs/common';
import { Answers, Caller, RequirePermission, notFound, zodQuery } from '@ratestream/http';
import { z } from 'zod';
import { partyOf } from '../tenancy.js';
import type { AccountTree } from '../tenancy.js';
import { CATALOG } from '../tokens.js';
import { LiveView } from './live.service.js';
import type { Live } from './live.service.js';

const query = z.object({
  last: z
    .union([
      z
        .string()
        .regex(/^\d{1,2}$/, { error: 'must be a whole number' })
        .transform(Number),
      z.number(),
    ])
    .default(20)
    .refine((last) => last >= 1 && last <= 50, { error: 'must be from 1 to 50' })
    .describe('newest messages to show'),
});

const money = z.string();
const sums = z.object({
  currency: z.string(),
  revenue: money,
  cost: money,
  margin: money,
  heldRevenue: money,
  heldCost: money,
  soldUnits: z.number().int(),
  boughtUnits: z.number().int(),
});
const answer = z.object({
  at: z.string(),
  messagesPerSec: z.number(),
  eventsPerSec: z.number(),
  today: z.object({
    day: z.string(),
    events: z.number().int(),
    rated: z.number().int(),
    unrated: z.number().int(),
    noted: z.number().int(),
    unratedLegs: z.number().int(),
    rejected: z
      .object({
        total: z.number().int(),
        reasons: z.array(z.object({ reason: z.string(), records: z.number().int() })),
      })
      .nullable(),
  }),
  money: z.array(sums),
  latencyMs: z.object({ p50: z.number(), p99: z.number() }).nullable(),
  lag: z.number().int().nullable(),
  last: z.array(
    z.object({
      messageId: z.string(),
      ratedId: z.string(),
      at: z.string(),
      kind: z.string(),
      event: z.string(),
      status: z.string(),
      account: z.string(),
      country: z.string(),
      network: z.string(),
      trafficClass: z.string(),
      reason: z.string(),
      currency: z.string(),
      revenue: money,
      cost: money,
      margin: money,
      heldRevenue: money,
    }),
  ),
});

/** The present: pace, today's counts and money, the last messages, each cut to what the caller's scope may see. */
@Controller('api/analytics/v1')
@RequirePermission('read')
export class LiveController {
  constructor(
    @Inject(CATALOG) private readonly catalog: AccountTree,
    @Inject(LiveView) private readonly view: LiveView,
  ) {}

  @Get('live')
  @Answers(200, 'What happens now', answer)
  live(@Query(zodQuery(query)) { last }: z.output<typeof query>, @Caller() caller: Caller): Promise<Live> {
    const party = partyOf(this.catalog, caller.scope);
    if (party === undefined) throw notFound('account', caller.scope);
    return this.view.read(party, last);
  }
}
