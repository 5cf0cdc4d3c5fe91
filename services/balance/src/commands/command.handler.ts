import { NAMESPACES, uuidV5 } from '@ratestream/events';
import type { BalanceEvent } from '@ratestream/events';
import { available, decideCommand, movesOf } from '@ratestream/ledger';
import type { BalanceCommand, CommandRefusal } from '@ratestream/ledger';
import { formatMoney } from '@ratestream/money';
import type { Tx } from '@ratestream/postgres';
import { postMoves } from '../ledger/ledger.store.js';
import type { BalanceOutbox } from '../outbox.js';
import type { StatusKeeper } from '../status/status-keeper.js';
import { readStatuses } from '../status/status.store.js';
import { claimKey, storeCommand } from './command.store.js';
import type { CommandAnswer } from './command.store.js';

/** A command as it came in, with who sent it. */
export interface CommandRequest {
  readonly command: BalanceCommand;
  readonly reason: string;
  readonly reference: string;
  /** Tenant whose key sent it, and the key. */
  readonly scope: string;
  readonly author: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
}

export type CommandOutcome =
  | { readonly type: 'taken'; readonly answer: CommandAnswer }
  /** The same key with the same request: nothing happened now. */
  | { readonly type: 'repeated'; readonly answer: CommandAnswer }
  | { readonly type: 'key_reused' }
  | { readonly type: 'refused'; readonly refusal: CommandRefusal };

export interface HandlerPorts {
  transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  nowMs(): number;
}

/** Takes top-ups and adjustments: once per idempotency key, in one transaction with postings, status and news. */
export class CommandHandler {
  constructor(
    private readonly ports: HandlerPorts,
    private readonly keeper: StatusKeeper,
    private readonly outbox: BalanceOutbox,
  ) {}

  handle(request: CommandRequest): Promise<CommandOutcome> {
    return this.ports.transaction(async (tx): Promise<CommandOutcome> => {
      const earlier = await claimKey(tx, request.scope, request.idempotencyKey);
      if (earlier !== null) {
        if (earlier.requestHash !== request.requestHash) return { type: 'key_reused' };
        return { type: 'repeated', answer: earlier.answer };
      }
      const postings = decideCommand(request.command);
      if (typeof postings === 'string') return { type: 'refused', refusal: postings };
      return { type: 'taken', answer: await this.take(tx, request, postings) };
    });
  }

  private async take(
    tx: Tx,
    request: CommandRequest,
    postings: Exclude<ReturnType<typeof decideCommand>, CommandRefusal>,
  ): Promise<CommandAnswer> {
    const { command, scope, idempotencyKey } = request;
    const at = new Date(this.ports.nowMs());
    const id = uuidV5(NAMESPACES.command, `balance\u001f${scope}\u001f${idempotencyKey}`);
    const posted = await postMoves(tx, movesOf(postings), { commandId: id }, at);
    const account = posted.find(({ move }) => move.account.code === postings[0]?.account.code);
    if (account === undefined) throw new Error('a command was posted without its balance');

    const position = { balance: account.balance, held: account.held };
    const moved = { accountId: command.accountId, currency: command.currency, position, byCorrectionOnly: false };
    const news = await this.keeper.settle(tx, [moved], at.getTime() * 1_000);
    const row = (await readStatuses(tx, [command.accountId])).get(command.accountId);
    if (row === undefined) throw new Error(`account ${command.accountId} has no status after a posting`);
    const answer: CommandAnswer = {
      id,
      account: command.accountId,
      kind: command.kind,
      amount: formatMoney(command.amount),
      currency: command.currency,
      reason: request.reason,
      reference: request.reference,
      author: request.author,
      at: at.toISOString(),
      balance: formatMoney(position.balance),
      held: formatMoney(position.held),
      creditLimit: formatMoney(row.limits.creditLimit),
      available: formatMoney(available(position, row.limits)),
      status: row.status,
    };
    await storeCommand(tx, {
      scope,
      key: idempotencyKey,
      requestHash: request.requestHash,
      amount: command.amount,
      answer,
    });
    const recorded: BalanceEvent = {
      eventId: uuidV5(NAMESPACES.balanceEvent, id),
      type: command.kind === 'top_up' ? 'TopUpRecorded' : 'AdjustmentRecorded',
      account: command.accountId,
      currency: command.currency,
      amount: command.amount,
      ...position,
      creditLimit: row.limits.creditLimit,
      at: at.getTime() * 1_000,
      reason: request.reason,
      reference: request.reference,
      actor: request.author,
    };
    await this.outbox.append(tx, { statuses: news.statuses, crossings: [recorded, ...news.crossings] });
    return answer;
  }
}
