import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Authority } from '@ratestream/catalog';
import { Caller, ProblemError, readIdempotencyKey, requestHash } from '@ratestream/http';
import type { FastifyRequest } from 'fastify';
import type { Claim } from '../store/command-answers.js';

/** What the headers of a command say: which version the caller has seen, and under which key it may be repeated. */
export interface CommandHeaders {
  /** `If-Match: "3"`; null: any. */
  expectedVersion: number | null;
  /** The claim for a body; null where the command carries no key. */
  claimOf(caller: Caller, body: unknown): Claim | null;
}

/** `@Headers…` of a command in one argument: `@FromHeaders() headers: CommandHeaders`. */
export const FromHeaders = createParamDecorator((_data: unknown, context: ExecutionContext): CommandHeaders =>
  commandHeaders(context.switchToHttp().getRequest<FastifyRequest>()),
);

export function commandHeaders(request: FastifyRequest): CommandHeaders {
  const idempotencyKey = readIdempotencyKey(request);
  return {
    expectedVersion: readIfMatch(request.headers['if-match']),
    claimOf: (caller, body) =>
      idempotencyKey === null
        ? null
        : { keyId: caller.keyId, idempotencyKey, requestHash: requestHash(request.method, request.url, body) },
  };
}

function readIfMatch(value: string | undefined): number | null {
  if (value === undefined || value === '' || value === '*') return null;
  const match = /^(?:W\/)?"?(\d{1,9})"?$/.exec(value);
  if (match === null) {
    throw new ProblemError(400, 'if_match_invalid', 'If-Match must be the version that a GET answered, such as "3".', [
      { parameter: 'If-Match', detail: 'is no version' },
    ]);
  }
  return Number(match[1]);
}

export function authorityOf(caller: Caller): Authority {
  return { scope: caller.scope, permissions: caller.permissions };
}
