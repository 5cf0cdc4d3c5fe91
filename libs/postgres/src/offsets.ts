import type { Queryable, Tx } from './pool.js';

export interface ReaderPosition {
  /** Who reads, e.g. `balance.ledger`. */
  consumer: string;
  topic: string;
  partition: number;
}

/** Somebody else has moved this reader's offset: the whole transaction must fail, and its batch is read again from the store. */
export class LostOffsetError extends Error {
  override readonly name = 'LostOffsetError';
  readonly retriable = true;
  constructor(position: ReaderPosition, from: number | null) {
    super(
      `${position.consumer} no longer stands at offset ${from ?? 'none'} of ${position.topic}-${position.partition}`,
    );
  }
}

/** The offset to read next, or null where nothing was ever stored. */
export async function readOffset(db: Queryable, position: ReaderPosition): Promise<number | null> {
  const { rows } = await db.query<{ next_offset: string }>(
    'select next_offset from consumer_offset where consumer = $1 and topic = $2 and partition = $3',
    [position.consumer, position.topic, position.partition],
  );
  return rows[0] === undefined ? null : Number(rows[0].next_offset);
}

/**
 * Moves a reader from the offset it started from to the next one to read, in the transaction of what the batch did.
 *
 * Call it first: of two transactions on one offset the second waits for the first here and then fails whole, before it has
 * changed anything.
 * In     from: what `readOffset` gave (null: no row yet); to: last offset of the batch + 1.
 * Errors `LostOffsetError` where the stored offset is another by now.
 */
export async function advanceOffset(tx: Tx, move: ReaderPosition & { from: number | null; to: number }): Promise<void> {
  if (move.from !== null && move.to <= move.from)
    throw new RangeError(`offset ${move.to} does not advance ${move.from}`);
  const { rowCount } =
    move.from === null
      ? await tx.query(
          `insert into consumer_offset (consumer, topic, partition, next_offset) values ($1, $2, $3, $4)
           on conflict (consumer, topic, partition) do nothing`,
          [move.consumer, move.topic, move.partition, move.to],
        )
      : await tx.query(
          `update consumer_offset set next_offset = $4
           where consumer = $1 and topic = $2 and partition = $3 and next_offset = $5`,
          [move.consumer, move.topic, move.partition, move.to, move.from],
        );
  if (rowCount !== 1) throw new LostOffsetError(move, move.from);
}
