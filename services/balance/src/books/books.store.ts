import { BLOCK_SIZE } from '@ratestream/ledger';
import { formatMoney, parseMoney } from '@ratestream/money';
import type { Tx } from '@ratestream/postgres';

const plain = (amount: string): string => formatMoney(parseMoney(amount));

export interface TrialLine {
  currency: string;
  kind: string;
  balance: string;
  held: string;
  /** Σ of the account days, which are Σ of the journal: must equal `balance`. */
  journal: string;
}

/** Sums of all ledger accounts by currency and kind, beside the sums of their journal. */
export async function readTrialBalance(tx: Tx): Promise<TrialLine[]> {
  const { rows } = await tx.query<TrialLine>({
    text: `select a.currency, a.kind, sum(a.balance) as balance, sum(a.held) as held, sum(coalesce(d.amount, 0)) as journal
      from ledger_account a
      left join (select ledger_account_id, sum(amount) as amount from account_day group by ledger_account_id) d
        on d.ledger_account_id = a.id
      group by a.currency, a.kind order by a.currency, a.kind`,
  });
  return rows.map((row) => ({
    ...row,
    balance: plain(row.balance),
    held: plain(row.held),
    journal: plain(row.journal),
  }));
}

export interface PayableLine {
  supplier: string;
  currency: string;
  /** What we owe for what was settled. */
  payable: string;
  /** What open attempts will cost if they all count. */
  expected: string;
}

export async function readPayables(tx: Tx): Promise<PayableLine[]> {
  const { rows } = await tx.query<PayableLine>({
    text: `select party as supplier, currency, sum(balance) as payable, sum(held) as expected
      from ledger_account where kind = 'payable' group by party, currency order by party, currency`,
  });
  return rows.map((row) => ({ ...row, payable: plain(row.payable), expected: plain(row.expected) }));
}

export interface BlockLine {
  block: number;
  /** Every offset of the block has been applied. */
  complete: boolean;
  currency: string;
  action: string;
  legs: number;
  amount: string;
  heldAmount: string;
  heldAmountFreed: string;
}

interface BlockRow {
  block: string;
  currency: string;
  action: string;
  legs: string;
  amount: string;
  held_amount: string;
  held_amount_freed: string;
}

/** Totals of the blocks [from, from + blocks) of a partition, as far as `position` has come. */
export async function readBlockTotals(
  tx: Tx,
  partition: number,
  from: number,
  blocks: number,
  position: number,
): Promise<BlockLine[]> {
  const { rows } = await tx.query<BlockRow>({
    text: `select block, currency, action, legs, amount, held_amount, held_amount_freed from block_total
      where partition = $1 and block >= $2 and block < $3 order by block, currency, action`,
    values: [partition, from, from + blocks],
  });
  return rows.map((row) => {
    const block = Number(row.block);
    return {
      block,
      complete: position >= (block + 1) * BLOCK_SIZE,
      currency: row.currency,
      action: row.action,
      legs: Number(row.legs),
      amount: plain(row.amount),
      heldAmount: plain(row.held_amount),
      heldAmountFreed: plain(row.held_amount_freed),
    };
  });
}
