import type { ClickHouse } from '@ratestream/clickhouse';
import { parseMoney } from '@ratestream/money';
import { BLOCK_SIZE } from '../fold/block-totals.js';
import type { BlockTotal } from '../fold/block-totals.js';

type Row = Record<
  'block' | 'currency' | 'account_currency' | 'action' | 'legs' | 'amount' | 'account_amount' | 'held' | 'freed',
  string
>;

const SELECT =
  `SELECT intDiv(offset, ${BLOCK_SIZE}) AS block, currency, account_currency, action, count() AS legs, ` +
  'sum(amount) AS amount, sum(account_amount) AS account_amount, sum(held_amount) AS held, sum(held_freed) AS freed FROM rated_legs';
const GROUP = 'GROUP BY block, currency, account_currency, action';

/** Block totals of a partition's rows before `position`: whole blocks from the projection, the open one from its rows. */
export async function clickHouseBlocks(
  store: ClickHouse,
  partition: number,
  fromBlock: number,
  position: number,
): Promise<BlockTotal[]> {
  const openBlock = Math.floor(position / BLOCK_SIZE);
  const parameters = { partition, fromBlock, openBlock, openFrom: openBlock * BLOCK_SIZE, position };
  const [whole, open] = await Promise.all([
    store.query<Row>(
      `${SELECT} WHERE partition = {partition:UInt16} AND intDiv(offset, ${BLOCK_SIZE}) >= {fromBlock:UInt64}
         AND intDiv(offset, ${BLOCK_SIZE}) < {openBlock:UInt64} AND side != '' ${GROUP}`,
      parameters,
    ),
    openBlock < fromBlock
      ? []
      : store.query<Row>(
          `${SELECT} WHERE partition = {partition:UInt16} AND offset >= {openFrom:UInt64} AND offset < {position:UInt64}
             AND side != '' ${GROUP}`,
          parameters,
        ),
  ]);
  return summed([...whole, ...open].map(totalOf));
}

/** In the currency that is moved, as the fold and the ledger count. */
function totalOf(row: Row): BlockTotal {
  const inAccount = row.account_currency !== '';
  return {
    block: Number(row.block),
    currency: inAccount ? row.account_currency : row.currency,
    action: row.action,
    legs: Number(row.legs),
    amount: parseMoney(inAccount ? row.account_amount : row.amount),
    heldAmount: parseMoney(row.held),
    heldAmountFreed: parseMoney(row.freed),
  };
}

/** Cards of several currencies may debit one account. */
function summed(totals: readonly BlockTotal[]): BlockTotal[] {
  const groups = Map.groupBy(totals, ({ block, currency, action }) => `${block}|${action}|${currency}`);
  return [...groups.values()].map((group) =>
    group.reduce((sum, total) => ({
      ...sum,
      legs: sum.legs + total.legs,
      amount: sum.amount + total.amount,
      heldAmount: sum.heldAmount + total.heldAmount,
      heldAmountFreed: sum.heldAmountFreed + total.heldAmountFreed,
    })),
  );
}

/** Blocks in which a row stands twice. */
export async function doubledBlocks(
  store: ClickHouse,
  partition: number,
  fromBlock: number,
): Promise<{ block: number; rows: number; unique: number }[]> {
  const rows = await store.query<{ block: string; rows: string; unique: string }>(
    `SELECT intDiv(offset, ${BLOCK_SIZE}) AS block, count() AS rows, uniqExact(offset, leg) AS unique FROM rated_legs
     WHERE partition = {partition:UInt16} AND offset >= {fromOffset:UInt64} GROUP BY block HAVING rows != unique ORDER BY block`,
    { partition, fromOffset: fromBlock * BLOCK_SIZE },
  );
  return rows.map((row) => ({ block: Number(row.block), rows: Number(row.rows), unique: Number(row.unique) }));
}
