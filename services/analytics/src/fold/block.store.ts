import { formatMoney, parseMoney } from '@ratestream/money';
import { advanceOffset, readOffset, transaction } from '@ratestream/postgres';
import type { Pool, Queryable } from '@ratestream/postgres';
import type { BlockTotal } from './block-totals.js';

const CONSUMER = 'analytics.fold';

/** The fold's totals and the offset up to which they are complete, moved together. */
export interface BlockStore {
  position(partition: number): Promise<number | null>;
  /** Errors: LostOffsetError when another process moved the position. */
  add(partition: number, from: number | null, to: number, totals: readonly BlockTotal[]): Promise<void>;
  /** Totals of blocks ≥ `fromBlock` with the position they belong to, read as one. */
  read(partition: number, fromBlock: number): Promise<{ position: number; totals: BlockTotal[] }>;
}

export function createBlockStore(pool: Pool): BlockStore {
  const position = (db: Queryable, partition: number): Promise<number | null> =>
    readOffset(db, { consumer: CONSUMER, topic: 'rated', partition });
  return {
    position: (partition) => position(pool, partition),

    add: (partition, from, to, totals) =>
      transaction(pool, async (tx) => {
        await advanceOffset(tx, { consumer: CONSUMER, topic: 'rated', partition, from, to });
        if (totals.length === 0) return;
        const column = <T>(of: (total: BlockTotal) => T): T[] => totals.map(of);
        await tx.query(
          `insert into block_total (partition, block, currency, action, legs, amount, held_amount, held_amount_freed)
           select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::numeric[], $7::numeric[], $8::numeric[])
           on conflict (partition, block, currency, action) do update set
             legs = block_total.legs + excluded.legs, amount = block_total.amount + excluded.amount,
             held_amount = block_total.held_amount + excluded.held_amount,
             held_amount_freed = block_total.held_amount_freed + excluded.held_amount_freed`,
          [
            partition,
            column((total) => total.block),
            column((total) => total.currency),
            column((total) => total.action),
            column((total) => total.legs),
            column((total) => formatMoney(total.amount)),
            column((total) => formatMoney(total.heldAmount)),
            column((total) => formatMoney(total.heldAmountFreed)),
          ],
        );
      }),

    read: (partition, fromBlock) =>
      transaction(
        pool,
        async (tx) => {
          const { rows } = await tx.query<
            Record<'block' | 'currency' | 'action' | 'legs' | 'amount' | 'held' | 'freed', string>
          >(
            `select block, currency, action, legs, amount, held_amount as held, held_amount_freed as freed
             from block_total where partition = $1 and block >= $2 order by block, currency, action`,
            [partition, fromBlock],
          );
          const totals = rows.map((row) => ({
            block: Number(row.block),
            currency: row.currency,
            action: row.action,
            legs: Number(row.legs),
            amount: parseMoney(row.amount),
            heldAmount: parseMoney(row.held),
            heldAmountFreed: parseMoney(row.freed),
          }));
          return { position: (await position(tx, partition)) ?? 0, totals };
        },
        { isolation: 'repeatable read', readOnly: true },
      ),
  };
}
