import type { Pool, Tx } from '@ratestream/postgres';

/** A command's idempotency key with what was asked under it. */
export interface Claim {
  keyId: string;
  idempotencyKey: string;
  /** Same key, other hash: another request. */
  requestHash: string;
}

export type Claimed = { outcome: 'new' } | { outcome: 'answered'; answer: object } | { outcome: 'other_request' };

/**
 * Claims the key for this transaction. A second request under the same key waits here until the first one's
 * transaction has ended: then it finds the answer, or, if the first was refused, it is the first.
 */
export async function claim(tx: Tx, { keyId, idempotencyKey, requestHash }: Claim): Promise<Claimed> {
  const inserted = await tx.query(
    `insert into command_answer (key_id, idempotency_key, request_hash) values ($1, $2, $3) on conflict do nothing`,
    [keyId, idempotencyKey, requestHash],
  );
  if (inserted.rowCount === 1) return { outcome: 'new' };
  const { rows } = await tx.query<{ request_hash: string; answer: string }>(
    'select request_hash, answer from command_answer where key_id = $1 and idempotency_key = $2',
    [keyId, idempotencyKey],
  );
  const [known] = rows;
  if (known === undefined || known.request_hash !== requestHash) return { outcome: 'other_request' };
  return { outcome: 'answered', answer: JSON.parse(known.answer) as object };
}

/** What was answered to exactly this request; null where it is new, still running, or another request had the key. */
export async function answeredBefore(pool: Pool, asked: Claim): Promise<object | null> {
  const { rows } = await pool.query<{ answer: string | null }>(
    'select answer from command_answer where key_id = $1 and idempotency_key = $2 and request_hash = $3',
    [asked.keyId, asked.idempotencyKey, asked.requestHash],
  );
  const answer = rows[0]?.answer ?? null;
  return answer === null ? null : (JSON.parse(answer) as object);
}

export async function keepAnswer(tx: Tx, { keyId, idempotencyKey }: Claim, answer: object): Promise<void> {
  await tx.query('update command_answer set answer = $3 where key_id = $1 and idempotency_key = $2', [
    keyId,
    idempotencyKey,
    JSON.stringify(answer),
  ]);
}

/** Forgets answers older than 30 days. */
export async function forgetOldAnswers(pool: Pool): Promise<void> {
  await pool.query(`delete from command_answer where created_at < now() - interval '30 days'`);
}
