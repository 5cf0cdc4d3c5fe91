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
const whole = z.number().int();
const answer = z.object({
  asOf: z.iso.datetime(),
  perSecond: z
    .array(z.object({ t: z.iso.datetime(), messages: whole }))
    .describe('the last minute; the last second may not be complete'),
  totals: z
    .object({ messages: whole, rated: whole, unrated: whole, rejected: whole })
    .describe('messages of today, UTC'),
  rejectReasons: z.array(z.object({ reason: z.string(), records: whole })),
  money: z
    .array(z.object({ currency: z.string(), revenue: money, cost: money, margin: money, held: money }))
    .describe('of today, UTC'),
  latency: z
    .object({ p50Ms: whole.nullable(), p99Ms: whole.nullable() })
    .describe('from the append to cdr.raw to the row'),
  lag: z.array(z.object({ service: z.string(), topic: z.string(), partition: whole, lag: whole })),
  last: z.array(
    z.object({
      messageId: z.string(),
      part: whole,
      ratedAt: whole.describe('microseconds UTC'),
      kind: z.string(),
      event: z.string(),
      account: z.string(),
      country: z.string().nullable(),
      recipientPrefix: z.string().nullable(),
      network: z.string().nullable(),
      reason: z.string().nullable(),
      legs: z.array(
        z.object({
          side: z.string(),
          action: z.string(),
          amount: money,
          heldAmount: money,
          currency: z.string(),
          accountAmount: money,
          accountCurrency: z.string(),
          payer: z.string(),
          payee: z.string(),
          supplierId: z.string().nullable(),
        }),
      ),
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
