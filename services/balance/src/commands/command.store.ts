import { formatMoney } from '@ratestream/money';
import type { Nano } from '@ratestream/money';
import type { Tx } from '@ratestream/postgres';

/** What the caller was answered; kept, so that a repeat of the request gets the same. */
export interface CommandAnswer {
  readonly id: string;
  readonly account: string;
  readonly kind: 'top_up' | 'adjustment';
  readonly amount: string;
  readonly currency: string;
  readonly reason: string;
  readonly reference: string;
  readonly author: string;
  readonly at: string;
  /** After the command. */
  readonly balance: string;
  readonly held: string;
  readonly creditLimit: string;
  readonly available: string;
  readonly status: string;
}

export interface StoredCommand {
  readonly requestHash: string;
  readonly answer: CommandAnswer;
}

/**
 * The command of an idempotency key, if it was taken; also makes every other request with this key wait for this
 * transaction, so that two at once are taken once.
 */
export async function claimKey(tx: Tx, scope: string, key: string): Promise<StoredCommand | null> {
  await tx.query({
    text: `select pg_advisory_xact_lock(hashtextextended('balance-command/' || $1 || '/' || $2, 0))`,
    values: [scope, key],
  });
  const { rows } = await tx.query<{ request_hash: string; response: CommandAnswer }>({
    text: 'select request_hash, response from balance_command where scope = $1 and idempotency_key = $2',
    values: [scope, key],
  });
  const [row] = rows;
  return row === undefined ? null : { requestHash: row.request_hash, answer: row.response };
}

export interface NewCommand {
  readonly scope: string;
  readonly key: string;
  readonly requestHash: string;
  readonly amount: Nano;
  readonly answer: CommandAnswer;
}

export async function storeCommand(tx: Tx, { scope, key, requestHash, amount, answer }: NewCommand): Promise<void> {
  await tx.query({
    text: `insert into balance_command (id, scope, idempotency_key, request_hash, kind, account_id, currency, amount,
        reason, reference, author, at, response)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    values: [
      answer.id,
      scope,
      key,
      requestHash,
      answer.kind,
      answer.account,
      answer.currency,
      formatMoney(amount),
      answer.reason,
      answer.reference,
      answer.author,
      answer.at,
      JSON.stringify(answer),
    ],
  });
}
