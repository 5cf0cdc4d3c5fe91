import { formatMoney, parseMoney } from '@ratestream/money';
import type { Nano } from '@ratestream/money';
import type { AccountMove, BlockTotal } from '@ratestream/ledger';
import type { Tx } from '@ratestream/postgres';

/** Where entries come from: a stretch of `rated`, or one command. */
export type EntryOrigin =
  | { readonly partition: number; readonly from: number; readonly to: number /* exclusive */ }
  | { readonly commandId: string };

/** A ledger account after a posting; its row stays locked until the transaction ends. */
export interface PostedAccount {
  readonly move: AccountMove;
  readonly balance: Nano;
  readonly held: Nano;
}

interface MovedRow {
  id: string;
  code: string;
  currency: string;
  sub: number;
  balance: string;
  held: string;
}

const MOVE_ACCOUNTS = `
  insert into ledger_account (code, currency, sub, balance, held)
  select * from unnest($1::text[], $2::text[], $3::int[], $4::numeric[], $5::numeric[])
  on conflict (code, currency, sub) do update
    set balance = ledger_account.balance + excluded.balance, held = ledger_account.held + excluded.held
  returning id, code, currency, sub, balance, held`;

const ADD_ENTRIES = `
  with entry as (
    insert into journal_entry (ledger_account_id, kind, amount, legs, at, partition, from_offset, to_offset, command_id,
      card_amount, card_currency, fx)
    select account, kind, amount, legs, $5::timestamptz, $6::int, $7::bigint, $8::bigint, $9::uuid,
      card_amount, card_currency, fx::json
    from unnest($1::bigint[], $2::text[], $3::numeric[], $4::int[], $10::numeric[], $11::text[], $12::text[])
      as e (account, kind, amount, legs, card_amount, card_currency, fx)
    returning ledger_account_id, kind, amount, legs, at
  )
  insert into account_day (ledger_account_id, day, kind, amount, entries, legs)
  select ledger_account_id, (at at time zone 'UTC')::date, kind, sum(amount), count(*), sum(legs) from entry
  group by 1, 2, 3
  on conflict (ledger_account_id, day, kind) do update
    set amount = account_day.amount + excluded.amount,
        entries = account_day.entries + excluded.entries,
        legs = account_day.legs + excluded.legs`;

const ADD_BLOCKS = `
  insert into block_total (partition, block, currency, action, legs, amount, held_amount, held_amount_freed)
  select $1::int, * from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::numeric[], $7::numeric[], $8::numeric[])
  on conflict (partition, block, currency, action) do update
    set legs = block_total.legs + excluded.legs,
        amount = block_total.amount + excluded.amount,
        held_amount = block_total.held_amount + excluded.held_amount,
        held_amount_freed = block_total.held_amount_freed + excluded.held_amount_freed`;

/**
 * Posts the moves of one batch or one command: relative updates of the sums, and their journal entries.
 *
 * In      moves sorted by (code, currency, sub), each account once: rows are locked in this order
 * Out     each account as it is now
 */
export async function postMoves(
  tx: Tx,
  moves: readonly AccountMove[],
  origin: EntryOrigin,
  at: Date,
): Promise<PostedAccount[]> {
  if (moves.length === 0) return [];
  const { rows } = await tx.query<MovedRow>({
    name: 'move-accounts',
    text: MOVE_ACCOUNTS,
    values: [
      moves.map((move) => move.account.code),
      moves.map((move) => move.account.currency),
      moves.map((move) => move.account.sub),
      moves.map((move) => formatMoney(move.amount)),
      moves.map((move) => formatMoney(move.held)),
    ],
  });
  const byKey = new Map(rows.map((row) => [key(row), row]));
  const posted = moves.map((move) => {
    const row = byKey.get(key(move.account));
    if (row === undefined) throw new Error(`the ledger gave no row back for ${move.account.code}`);
    return { move, id: row.id, balance: parseMoney(row.balance), held: parseMoney(row.held) };
  });
  const entries = posted.flatMap(({ id, move }) => move.entries.map((entry) => ({ id, ...entry })));
  if (entries.length > 0) {
    const range = 'commandId' in origin ? null : origin;
    await tx.query({
      name: 'add-entries',
      text: ADD_ENTRIES,
      values: [
        entries.map((entry) => entry.id),
        entries.map((entry) => entry.kind),
        entries.map((entry) => formatMoney(entry.amount)),
        entries.map((entry) => entry.legs),
        at.toISOString(),
        range?.partition ?? null,
        range?.from ?? null,
        range?.to ?? null,
        'commandId' in origin ? origin.commandId : null,
        entries.map(({ converted }) => (converted === undefined ? null : formatMoney(converted.amount))),
        entries.map(({ converted }) => converted?.currency ?? null),
        entries.map(({ converted }) => (converted === undefined ? null : JSON.stringify(converted.fx))),
      ],
    });
  }
  return posted;
}

/** Adds a batch's totals to its blocks. */
export async function addBlockTotals(tx: Tx, partition: number, blocks: readonly BlockTotal[]): Promise<void> {
  if (blocks.length === 0) return;
  await tx.query({
    name: 'add-blocks',
    text: ADD_BLOCKS,
    values: [
      partition,
      blocks.map((total) => total.block),
      blocks.map((total) => total.currency),
      blocks.map((total) => total.action),
      blocks.map((total) => total.legs),
      blocks.map((total) => formatMoney(total.amount)),
      blocks.map((total) => formatMoney(total.heldAmount)),
      blocks.map((total) => formatMoney(total.heldAmountFreed)),
    ],
  });
}

function key({ code, currency, sub }: { code: string; currency: string; sub: number }): string {
  return `${currency}|${sub}|${code}`;
}
