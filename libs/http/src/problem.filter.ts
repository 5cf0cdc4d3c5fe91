import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@ratestream/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError, typeOf, unavailable, type Problem } from './problem.js';

const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'timeout',
  409: 'conflict',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  422: 'invalid',
  429: 'too_many_requests',
  503: 'unavailable',
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  413: 'Body too large',
  415: 'Unsupported media type',
  422: 'Invalid content',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
};

/** Turns whatever a request ended in into problem+json. A fault of ours is logged whole and told as nothing but its id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = this.refusalOf(thrown, request);
    if (reply.sent) return;
    void reply
      .code(error.status)
      .headers(error.headers)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemOf(error, request)));
  }

  private refusalOf(thrown: unknown, request: FastifyRequest): ProblemError {
    if (thrown instanceof ProblemError) return thrown;
    if (thrown instanceof HttpException) return fromStatus(thrown.getStatus(), thrown.message);
    const { statusCode, retriable } = (thrown ?? {}) as { statusCode?: unknown; retriable?: unknown };
    if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
      return fromStatus(statusCode, thrown instanceof Error ? thrown.message : 'The request cannot be served.');
    }
    const context = { err: thrown, requestId: request.id, route: request.routeOptions.url };
    if (retriable === true) {
      this.logger.warn(context, 'a request failed for now');
      return unavailable('The service cannot answer at the moment; the same request may work later.');
    }
    this.logger.error(context, 'a request failed');
    return new ProblemError(500, 'internal', 'Something went wrong on our side. It is logged under this request id.');
  }
}

function fromStatus(status: number, detail: string): ProblemError {
  return new ProblemError(status, CODES[status] ?? (status < 500 ? 'bad_request' : 'internal'), detail);
}

function problemOf(error: ProblemError, request: FastifyRequest): Problem {
  return {
    type: typeOf(error.code),
    title: TITLES[error.status] ?? 'Refused',
    status: error.status,
    code: error.code,
    detail: error.detail,
    instance: request.url.split('?', 1)[0] ?? '',
    requestId: request.id,
    ...(error.errors.length === 0 ? {} : { errors: [...error.errors] }),
  };
}
