import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import {
  Answers,
  Caller,
  IdempotencyKey,
  ProblemError,
  RequirePermission,
  amount,
  conflict,
  idempotencyKeyReused,
  invalid,
  notFound,
  positiveAmount,
  requestHash,
  unavailable,
  zodBody,
} from '@ratestream/http';
import { OPERATOR } from '@ratestream/catalog';
import type { BalanceCommand, CommandRefusal } from '@ratestream/ledger';
import { LARGEST_COMMAND } from '@ratestream/ledger';
import { formatMoney } from '@ratestream/money';
import { z } from 'zod';
import { CATALOG, COMMAND_HANDLER } from '../tokens.js';
import type { BalanceCatalog } from '../catalog.js';
import type { CommandAnswer } from './command.store.js';
import type { CommandHandler } from './command.handler.js';

const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max)
    // Control characters would let a reason forge lines in exports.
    .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');
const explained = { reason: text(500), reference: text(200) };
const topUpBody = z.strictObject({ amount: positiveAmount, ...explained });
const adjustmentBody = z.strictObject({
  amount: amount.refine((value) => value !== 0n, { error: 'must not be zero' }),
  ...explained,
});
const answerSchema = z.object({
  id: z.uuid(),
  account: z.string(),
  kind: z.enum(['top_up', 'adjustment']),
  amount: z.string(),
  currency: z.string(),
  reason: z.string(),
  reference: z.string(),
  author: z.string(),
  at: z.iso.datetime(),
  balance: z.string(),
  held: z.string(),
  creditLimit: z.string(),
  available: z.string(),
  status: z.enum(['active', 'warned', 'suspended']),
});

type CommandBody = z.output<typeof adjustmentBody>;

/** What people and payment systems move by hand. The account's parent, or anyone above it, may; the account itself may not. */
@Controller('api/balance/v1/accounts/:id')
@RequirePermission('write')
export class CommandsController {
  constructor(
    @Inject(CATALOG) private readonly catalog: BalanceCatalog,
    @Inject(COMMAND_HANDLER) private readonly handler: CommandHandler,
  ) {}

  @Post('top-ups')
  @HttpCode(201)
  @Answers(201, 'Credited; the same answer for a repeat with the same key', answerSchema)
  topUp(
    @Param('id') id: string,
    @Body(zodBody(topUpBody)) body: CommandBody,
    @Caller() caller: Caller,
    @IdempotencyKey() key: string,
  ): Promise<CommandAnswer> {
    return this.command('top_up', id, body, caller, key);
  }

  @Post('adjustments')
  @HttpCode(201)
  @Answers(201, 'Posted; the same answer for a repeat with the same key', answerSchema)
  adjust(
    @Param('id') id: string,
    @Body(zodBody(adjustmentBody)) body: CommandBody,
    @Caller() caller: Caller,
    @IdempotencyKey() key: string,
  ): Promise<CommandAnswer> {
    return this.command('adjustment', id, body, caller, key);
  }

  private async command(
    kind: BalanceCommand['kind'],
    id: string,
    body: CommandBody,
    caller: Caller,
    idempotencyKey: string,
  ): Promise<CommandAnswer> {
    const account = this.catalog.accounts.get(id);
    if (account === undefined || !caller.sees(id)) throw notFound('account', id);
    if (!caller.sees(account.parentId ?? OPERATOR))
      throw new ProblemError(
        403,
        'parent_only',
        'Only a key of the account’s parent, or of one above it, may move its balance.',
      );
    const root = this.catalog.rootPayerOf(id);
    const partition = root === undefined ? undefined : this.catalog.partitionOf(root);
    if (partition === undefined) throw unavailable(`The partition of ${id} is not known yet.`);

    const outcome = await this.handler.handle({
      command: {
        kind,
        accountId: id,
        parentId: account.parentId,
        currency: account.currency,
        partition,
        closed: account.closed,
        amount: body.amount,
      },
      reason: body.reason,
      reference: body.reference,
      scope: caller.scope,
      author: caller.keyId,
      idempotencyKey,
      requestHash: requestHash('POST', `accounts/${id}/${kind}`, body),
    });
    switch (outcome.type) {
      case 'taken':
      case 'repeated':
        return outcome.answer;
      case 'key_reused':
        throw idempotencyKeyReused();
      case 'refused':
        throw refusalProblem(outcome.refusal, id);
    }
  }
}

function refusalProblem(refusal: CommandRefusal, id: string): ProblemError {
  switch (refusal) {
    case 'account_closed':
      return conflict(
        'account_closed',
        `Account ${id} is closed and takes no top-ups; an adjustment can put it straight.`,
      );
    case 'amount_too_large':
      return invalid([
        { pointer: '/amount', code: refusal, detail: `must not be beyond ±${formatMoney(LARGEST_COMMAND)}` },
      ]);
    case 'amount_zero':
      return invalid([{ pointer: '/amount', code: refusal, detail: 'must not be zero' }]);
    case 'amount_not_positive':
      return invalid([{ pointer: '/amount', code: refusal, detail: 'must be above zero' }]);
  }
}
