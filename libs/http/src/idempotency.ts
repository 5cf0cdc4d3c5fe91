import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from './problem.js';

const HEADER = 'idempotency-key';
/** Visible ASCII, as UUIDs, order numbers and base64 are. */
const ALLOWED = /^[\x21-\x7e]{1,200}$/;

/** The request's `Idempotency-Key`, or null. Errors: 400 where it is malformed. */
export function readIdempotencyKey(request: FastifyRequest): string | null {
  const value = request.headers[HEADER];
  if (value === undefined || value === '') return null;
  if (typeof value === 'string' && ALLOWED.test(value)) return value;
  throw new ProblemError(400, 'idempotency_key_invalid', 'Idempotency-Key must be 1 to 200 visible ASCII characters.', [
    { parameter: 'Idempotency-Key', detail: 'must be 1 to 200 visible ASCII characters' },
  ]);
}

/**
 * `@IdempotencyKey() key: string` on a command: the header, or 400 `idempotency_key_missing`.
 * `@IdempotencyKey('optional') key: string | null` where a command may go without.
 * The service stores (caller's key id, idempotency key) with `requestHash` and the answer, in the command's transaction.
 */
export const IdempotencyKey = createParamDecorator(
  (mode: 'optional' | undefined, context: ExecutionContext): string | null => {
    const key = readIdempotencyKey(context.switchToHttp().getRequest<FastifyRequest>());
    if (key === null && mode !== 'optional') {
      throw new ProblemError(
        400,
        'idempotency_key_missing',
        'This command needs an Idempotency-Key header, so that sending it twice does it once.',
        [{ parameter: 'Idempotency-Key', detail: 'is missing' }],
      );
    }
    return key;
  },
);

/** Same key with another hash is another request: answer it with `idempotencyKeyReused`. Field order does not matter. */
export function requestHash(method: string, path: string, body: unknown): string {
  return createHash('sha256')
    .update(`${method}\u001f${path}\u001f${canonicalJson(body)}`)
    .digest('hex');
}

export const idempotencyKeyReused = (): ProblemError =>
  new ProblemError(409, 'idempotency_key_reused', 'This Idempotency-Key was used before for a different request.');

/** JSON with sorted fields; bigint (money) as a string with a mark, so that 5n and "5" differ. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
