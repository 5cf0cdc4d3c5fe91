import type { Pool, Tx } from './pool.js';

export interface TransactionOptions {
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readOnly?: boolean;
  /**
   * How often a serialization failure or deadlock runs `fn` again. Default 0: whoever guards by offsets must start over
   * from what is stored instead of repeating what it decided on stale reads.
   */
  serializationRetries?: number;
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';

/**
 * Runs `fn` in one transaction: commits what it returns, rolls back what it throws.
 * An error of `commit` leaves open whether it happened; the caller reads its offsets anew.
 * Errors that may go away by themselves (connection, overload, serialization) carry `retriable = true`.
 */
export async function transaction<T>(
  pool: Pool,
  fn: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(pool, fn, options);
    } catch (error) {
      const code = codeOf(error);
      const again =
        (code === SERIALIZATION_FAILURE || code === DEADLOCK) && attempt < (options.serializationRetries ?? 0);
      if (!again) throw marked(error);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
    }
  }
}

async function once<T>(pool: Pool, fn: (tx: Tx) => Promise<T>, options: TransactionOptions): Promise<T> {
  const tx = await pool.connect();
  // Without a listener a connection that breaks between two queries would end the process.
  const ignore = (): void => undefined;
  tx.on('error', ignore);
  let broken: Error | undefined;
  try {
    await tx.query(
      `begin isolation level ${options.isolation ?? 'read committed'}${options.readOnly === true ? ' read only' : ''}`,
    );
    const result = await fn(tx);
    await tx.query('commit');
    return result;
  } catch (error) {
    await tx.query('rollback').catch((rollbackError: unknown) => {
      broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    });
    throw error;
  } finally {
    tx.off('error', ignore);
    tx.release(broken);
  }
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
/** Connection exceptions, insufficient resources, operator intervention, transaction rollback. */
const RETRIABLE_CLASSES = ['08', '53', '57', '40'];

/** Whether an error of the driver says nothing about our request, so that the same may work later. */
export function isRetriable(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined)
    return NETWORK_CODES.has(code) || (code.length === 5 && RETRIABLE_CLASSES.includes(code.slice(0, 2)));
  return (
    error instanceof Error &&
    /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i.test(
      error.message,
    )
  );
}

function marked(error: unknown): unknown {
  if (error instanceof Error && isRetriable(error)) Object.assign(error, { retriable: true });
  return error;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
