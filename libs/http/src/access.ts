import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable, SetMetadata, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { OPERATOR, type ApiKey, type Permission } from '@ratestream/catalog';
import type { FastifyRequest } from 'fastify';
import { ProblemError, notFound } from './problem.js';

/** Where keys come from: each service's own view of the catalog. */
export interface ApiKeys {
  /** `hash`: SHA-256 of the secret in lower-case hex. */
  find(hash: string): ApiKey | undefined;
  /** Whether the account is `scope` itself or below it. An account nobody knows is within nothing. */
  isWithin(accountId: string, scope: string): boolean;
}

/** Injection token of the `ApiKeys` port; every service with an API provides it. */
export const API_KEYS = Symbol('API_KEYS');

/** Who asks, as a handler sees them: `@Caller() caller: Caller`. */
export interface Caller {
  readonly keyId: string;
  /** Root of the subtree the caller may see; `operator`: everything. */
  readonly scope: string;
  readonly permissions: readonly Permission[];
  readonly isOperator: boolean;
  sees(accountId: string): boolean;
  /** Throws 404 where the caller does not see the account: the same answer as for one that does not exist. */
  mustSee(accountId: string): void;
  /** `admin` includes every other permission. */
  may(permission: Permission): boolean;
}

const CALLER = Symbol('caller');
const PERMISSION = 'ratestream:permission';
const SECRET_PREFIX = 'rs_';
/** Far longer than any secret; a guard against hashing megabytes. */
const MAX_SECRET_CHARS = 512;

/** SHA-256 of a key's secret, lower-case hex: the only form in which a key is kept. */
export function hashApiKey(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/** A new secret with 256 random bits, to be shown once. */
export function newApiKeySecret(): string {
  return SECRET_PREFIX + randomBytes(32).toString('base64url');
}

/**
 * The caller of a request, from `Authorization: Bearer <secret>`.
 *
 * The secret is hashed before it is looked up, so the time of a look-up tells nothing about a stored key; an unknown, a
 * revoked and an expired key get the same answer.
 * Errors 401 `unauthorized`.
 */
export function authenticate(header: string | undefined, keys: ApiKeys, nowMs: number): Caller {
  const secret = /^Bearer +([\x21-\x7e]+)$/i.exec(header ?? '')?.[1];
  if (secret === undefined || secret.length > MAX_SECRET_CHARS) throw unauthorized();
  const hash = hashApiKey(secret);
  const key = keys.find(hash);
  if (key === undefined || !sameHash(key.hash, hash)) throw unauthorized();
  if (key.revoked || (key.expiresAt !== null && key.expiresAt <= nowMs * 1_000)) throw unauthorized();
  return callerOf(key, keys);
}

/** The caller that a key makes; exported for tests that call handlers directly. */
export function callerOf(key: Pick<ApiKey, 'id' | 'scope' | 'permissions'>, keys: Pick<ApiKeys, 'isWithin'>): Caller {
  const isOperator = key.scope === OPERATOR;
  const sees = (accountId: string): boolean => isOperator || keys.isWithin(accountId, key.scope);
  return {
    keyId: key.id,
    scope: key.scope,
    permissions: key.permissions,
    isOperator,
    sees,
    mustSee: (accountId) => {
      if (!sees(accountId)) throw notFound('account', accountId);
    },
    may: (permission) => key.permissions.includes(permission) || key.permissions.includes('admin'),
  };
}

function sameHash(stored: string, given: string): boolean {
  const a = Buffer.from(stored.toLowerCase(), 'utf8');
  const b = Buffer.from(given, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}

const unauthorized = (): ProblemError =>
  new ProblemError(401, 'unauthorized', 'A valid API key is needed: Authorization: Bearer <key>.', [], {
    'www-authenticate': 'Bearer',
  });

type WithCaller = FastifyRequest & { [CALLER]?: Caller };

export function setCaller(request: FastifyRequest, caller: Caller): void {
  (request as WithCaller)[CALLER] = caller;
}

export function getCaller(request: FastifyRequest): Caller | undefined {
  return (request as WithCaller)[CALLER];
}

/** `@Caller() caller: Caller`: who asks. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = getCaller(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw unauthorized();
  return caller;
});

/** What a handler (or all of a controller) asks for. Without it: `read` for GET and HEAD, `write` for the rest. */
export const RequirePermission = (permission: Permission) => SetMetadata(PERMISSION, permission);

/** Lets a known caller through to a handler that the key's permissions cover; 403 names the one that is missing. */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = getCaller(request);
    if (caller === undefined) throw unauthorized();
    const declared = this.reflector.getAllAndOverride<Permission | undefined>(PERMISSION, [
      context.getHandler(),
      context.getClass(),
    ]);
    const needed = declared ?? (request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write');
    if (!caller.may(needed)) throw new ProblemError(403, 'forbidden', `This key lacks the permission "${needed}".`);
    return true;
  }
}
