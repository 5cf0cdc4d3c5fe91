import { Controller, Get, Inject, Query } from '@nestjs/common';
import { Answers, Caller, ProblemError, RequirePermission, zodQuery } from '@ratestream/http';
import { z } from 'zod';
import { Conservation } from './conservation.service.js';

const query = z.object({
  blocks: z
    .union([
      z
        .string()
        .regex(/^\d{1,5}$/, { error: 'must be a whole number' })
        .transform(Number),
      z.number(),
    ])
    .default(100)
    .refine((blocks) => blocks >= 1 && blocks <= 10_000, { error: 'must be from 1 to 10000' })
    .describe('newest blocks of each partition to compare'),
  all: z.stringbool({ error: 'must be true or false' }).default(false).describe('show equal lines as well'),
});

const sum = z.object({
  legs: z.number().int(),
  amount: z.string(),
  heldAmount: z.string(),
  heldAmountFreed: z.string(),
});
const three = z.object({ clickHouse: z.number().int(), fold: z.number().int(), balance: z.number().int().nullable() });
const answer = z.object({
  exact: z.boolean().describe('every sum compared is equal, and no row is doubled'),
  blockSize: z.number().int(),
  partitions: z.array(
    z.object({
      partition: z.number().int(),
      positions: three.describe('next offset of rated that each does not have yet'),
      lags: three.describe('offsets behind the furthest of the three'),
      blocksCompared: z.number().int(),
      lines: z.array(
        z.object({
          block: z.number().int(),
          currency: z.string(),
          action: z.string(),
          equal: z.boolean(),
          clickHouse: sum,
          fold: sum,
          balance: sum.nullable(),
        }),
      ),
      doubled: z.array(z.object({ block: z.number().int(), rows: z.number().int(), unique: z.number().int() })),
    }),
  ),
});

/** Whether ClickHouse, an independent fold of `rated` and the ledger say the same. The operator's alone. */
@Controller('api/analytics/v1')
@RequirePermission('read')
export class ConservationController {
  constructor(@Inject(Conservation) private readonly conservation: Conservation) {}

  @Get('conservation')
  @Answers(200, 'Totals by block, compared', answer)
  async compare(
    @Query(zodQuery(query)) { blocks, all }: z.output<typeof query>,
    @Caller() caller: Caller,
  ): Promise<z.output<typeof answer>> {
    if (!caller.isOperator) throw new ProblemError(403, 'operator_only', 'Only the operator sees the books.');
    return (await this.conservation.report(blocks, all)) as z.output<typeof answer>;
  }
}
