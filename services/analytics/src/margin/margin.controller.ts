import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { ClickHouse } from '@ratestream/clickhouse';
import { Answers, Caller, ProblemError, RequirePermission, notFound, zodQuery } from '@ratestream/http';
import { z } from 'zod';
import { partyOf } from '../tenancy.js';
import type { AccountTree } from '../tenancy.js';
import { CATALOG, CLICKHOUSE, CLOCK } from '../tokens.js';
import { DIMENSIONS, MONIES, marginQuery } from './margin.query.js';
import { marginLine, totalsOf } from './margin.view.js';
import type { MarginRow } from './margin.view.js';

const MS_PER_DAY = 86_400_000;
const MAX_LINES = 10_000;
/** A longer span is another report: it would read every part of the table. */
const MAX_DAYS = 800;

const day = z.iso.date({ error: 'must be a UTC day such as 2026-05-01' });
const query = z.object({
  groupBy: z
    .string()
    .default('day')
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(DIMENSIONS, { error: `must be among ${DIMENSIONS.join(', ')}` })).max(DIMENSIONS.length))
    .refine((names) => new Set(names).size === names.length, { error: 'names a dimension twice' })
    .describe('dimensions, separated by commas'),
  from: day.optional().describe('first UTC day of billing, inclusive; today unless told'),
  to: day.optional().describe('UTC day, exclusive; tomorrow unless told'),
  party: z
    .string()
    .max(200)
    .optional()
    .describe('whose margin: an account the key sees; the key’s own scope unless told'),
  money: z
    .enum(MONIES)
    .default('reporting')
    .describe(
      'reporting: one currency for all, legs without a rate in their own; account: as accounts are debited and suppliers owed',
    ),
  limit: z
    .union([
      z
        .string()
        .regex(/^\d{1,5}$/, { error: 'must be a whole number' })
        .transform(Number),
      z.number(),
    ])
    .default(1_000)
    .refine((limit) => limit >= 1 && limit <= MAX_LINES, { error: `must be from 1 to ${MAX_LINES}` }),
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
  party: z.string(),
  money: z.enum(MONIES),
  groupBy: z.array(z.enum(DIMENSIONS)),
  from: z.string(),
  to: z.string(),
  lines: z.array(sums.extend({ group: z.partialRecord(z.enum(DIMENSIONS), z.string()) })),
  totals: z.array(sums).describe('over the lines shown, by currency; none by level'),
  truncated: z.boolean().describe('there are more lines than the limit: narrow the question'),
});

/** Margin of the caller’s own level: what its customers pay it less what it pays. */
@Controller('api/analytics/v1')
@RequirePermission('read')
export class MarginController {
  constructor(
    @Inject(CATALOG) private readonly catalog: AccountTree,
    @Inject(CLICKHOUSE) private readonly clickHouse: ClickHouse,
    @Inject(CLOCK) private readonly nowMs: () => number,
  ) {}

  @Get('margin')
  @Answers(200, 'Margin by group and currency', answer)
  async margin(
    @Query(zodQuery(query)) asked: z.output<typeof query>,
    @Caller() caller: Caller,
  ): Promise<z.output<typeof answer>> {
    const today = new Date(this.nowMs()).toISOString().slice(0, 10);
    const from = asked.from ?? today;
    const to = asked.to ?? dayAfter(from > today ? from : today);
    const days = (Date.parse(to) - Date.parse(from)) / MS_PER_DAY;
    if (days < 1 || days > MAX_DAYS) {
      const detail = days < 1 ? 'must lie after from' : `must lie within ${MAX_DAYS} days of from`;
      throw new ProblemError(400, 'invalid', 'One field is at fault.', [{ parameter: 'to', detail }]);
    }
    const id = asked.party ?? caller.scope;
    if (id !== caller.scope && !caller.isOperator) caller.mustSee(id);
    const party = partyOf(this.catalog, id);
    if (party === undefined) throw notFound('account', id);
    if (asked.groupBy.includes('supplier') && !caller.isOperator) {
      throw new ProblemError(403, 'operator_only', 'Suppliers are the operator’s.');
    }
    const { sql, parameters } = marginQuery({
      party: party.id,
      partyLevel: party.level,
      subtree: party.subtree,
      groupBy: asked.groupBy,
      from,
      to,
      limit: asked.limit,
      money: asked.money,
    });
    const rows = await this.clickHouse.query<MarginRow>(sql, parameters);
    const lines = rows.slice(0, asked.limit).map((row) => marginLine(row, asked.groupBy));
    return {
      party: party.id,
      money: asked.money,
      groupBy: asked.groupBy,
      from,
      to,
      lines,
      // Over levels, one leg is a cost here and revenue there: their sum would say nothing.
      totals: asked.groupBy.includes('level') ? [] : totalsOf(lines),
      truncated: rows.length > asked.limit,
    };
  }
}

function dayAfter(text: string): string {
  return new Date(Date.parse(text) + MS_PER_DAY).toISOString().slice(0, 10);
}
