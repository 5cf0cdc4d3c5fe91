import { Controller, Get, Inject, Query } from '@nestjs/common';
import { Answers, Caller, ProblemError, RequirePermission, zodQuery } from '@ratestream/http';
import { BLOCK_SIZE } from '@ratestream/ledger';
import { formatMoney, parseMoney } from '@ratestream/money';
import type { Queryable } from '@ratestream/postgres';
import { z } from 'zod';
import { CATALOG, DATABASE, POSITIONS } from '../tokens.js';
import type { BalanceCatalog } from '../catalog.js';
import type { Database } from '../database.js';
import { readBlockTotals, readPayables, readTrialBalance } from './books.store.js';

const whole = (max: number) =>
  z
    .union([z.string().regex(/^\d{1,12}$/, 'must be a whole number'), z.number()])
    .transform(Number)
    .refine((value) => value <= max, { error: `must be at most ${max}` });

/** Blocks answered at once. */
const BLOCKS_PER_PAGE = 1_000;
const blockQuery = z.object({
  partition: whole(100_000).describe('partition of rated'),
  from: whole(1e11).default(0).describe('first block, inclusive; a block is 10 000 offsets'),
});

const money = z.string();
const trialSchema = z.object({
  balanced: z.boolean().describe('every currency sums to zero, and every balance to its journal'),
  currencies: z.array(
    z.object({
      currency: z.string(),
      sum: money,
      accounts: z.array(z.object({ kind: z.string(), balance: money, held: money, journal: money })),
    }),
  ),
});
const supplierSchema = z.object({
  id: z.string(),
  name: z.string(),
  currency: z.string(),
  payable: money,
  expected: money,
});
const blockSchema = z.object({
  partition: z.number().int(),
  blockSize: z.number().int(),
  position: z.number().int().describe('next offset of rated to apply, at the moment of these totals'),
  blocks: z.array(
    z.object({
      block: z.number().int(),
      complete: z.boolean(),
      currency: z.string(),
      action: z.string(),
      legs: z.number().int(),
      amount: money,
      heldAmount: money,
      heldAmountFreed: money,
    }),
  ),
  nextFrom: z.number().int().nullable(),
});

/** Reads where the stream stands, at the moment of the transaction. */
export interface Positions {
  readPosition(tx: Queryable, partition: number): Promise<number | null>;
}

/** The operator's books. No tenant sees them: they hold cost, suppliers and everybody's revenue. */
@Controller('api/balance/v1')
@RequirePermission('read')
export class BooksController {
  constructor(
    @Inject(CATALOG) private readonly catalog: BalanceCatalog,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(POSITIONS) private readonly positions: Positions,
  ) {}

  @Get('trial-balance')
  @Answers(200, 'All ledger accounts, by currency', trialSchema)
  async trialBalance(@Caller() caller: Caller): Promise<z.output<typeof trialSchema>> {
    operatorOnly(caller);
    const lines = await this.database.snapshot(readTrialBalance);
    const currencies = [...Map.groupBy(lines, ({ currency }) => currency)].map(([currency, accounts]) => {
      const sum = accounts.reduce((total, { balance }) => total + parseMoney(balance), 0n);
      return { currency, sum: formatMoney(sum), accounts: accounts.map(({ currency: _, ...line }) => line) };
    });
    const balanced =
      currencies.every(({ sum }) => sum === '0') && lines.every(({ balance, journal }) => balance === journal);
    return { balanced, currencies };
  }

  @Get('suppliers')
  @Answers(200, 'What is owed to suppliers', z.object({ items: z.array(supplierSchema) }))
  async suppliers(@Caller() caller: Caller): Promise<{ items: z.output<typeof supplierSchema>[] }> {
    operatorOnly(caller);
    const lines = await this.database.snapshot(readPayables);
    return {
      items: lines.map(({ supplier, ...line }) => {
        return { id: supplier, name: this.catalog.suppliers.get(supplier)?.name ?? supplier, ...line };
      }),
    };
  }

  @Get('block-totals')
  @Answers(200, 'Totals per block, for the conservation check', blockSchema)
  async blockTotals(
    @Query(zodQuery(blockQuery)) { partition, from }: z.output<typeof blockQuery>,
    @Caller() caller: Caller,
  ): Promise<z.output<typeof blockSchema>> {
    operatorOnly(caller);
    const { position, blocks } = await this.database.snapshot(async (tx) => {
      const applied = (await this.positions.readPosition(tx, partition)) ?? 0;
      return { position: applied, blocks: await readBlockTotals(tx, partition, from, BLOCKS_PER_PAGE, applied) };
    });
    const more = position > (from + BLOCKS_PER_PAGE) * BLOCK_SIZE;
    return { partition, blockSize: BLOCK_SIZE, position, blocks, nextFrom: more ? from + BLOCKS_PER_PAGE : null };
  }
}

function operatorOnly(caller: Caller): void {
  if (!caller.isOperator) throw new ProblemError(403, 'operator_only', 'Only the operator sees the books.');
}
