import proxy from '@fastify/http-proxy';
import { ProblemError, unavailable } from '@ratestream/http';
import type { Logger } from '@ratestream/observability';
import type { FastifyInstance } from 'fastify';

/** A load of 100 000 rates or a file of CDRs is answered when it is durable, which may take a while. */
const ANSWER_TIMEOUT_MS = 120_000;
const CONNECTIONS_PER_SERVICE = 128;

/**
 * `/api/<service>/v1/*` → the service, body and answer streamed, status and headers as they are.
 *
 * Decides nothing: keys, permissions and limits are the service's own, so the entry port can never be a way around them.
 * A service that cannot be reached answers 503 with its name; one that takes too long 504.
 */
export function registerApiProxy(
  instance: FastifyInstance,
  upstreams: ReadonlyMap<string, string>,
  logger: Logger,
): void {
  for (const [service, upstream] of upstreams) {
    const prefix = `/api/${service}/v1`;
    void instance.register(proxy, {
      upstream,
      prefix,
      rewritePrefix: prefix,
      undici: {
        connections: CONNECTIONS_PER_SERVICE,
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
      },
      replyOptions: {
        rewriteRequestHeaders: (request, headers) => ({ ...endToEnd(headers), 'x-request-id': String(request.id) }),
        onError: (reply, { error }) => {
          logger.warn({ err: error, upstream: service }, 'a service did not answer');
          void reply.send(
            isTimeout(error)
              ? new ProblemError(504, 'service_timeout', `The service "${service}" took too long to answer.`)
              : unavailable(`The service "${service}" cannot be reached at the moment.`),
          );
        },
      },
    });
  }
  instance.all('/api/*', () => {
    throw new ProblemError(
      404,
      'not_found',
      `There is no such service. There are: ${[...upstreams.keys()].join(', ')}.`,
    );
  });
}

/**
 * What is said to the entry port and not to the service behind it (RFC 9110 §7.6.1). `expect` has been answered by the
 * time we are asked, and the client below refuses to send it: curl says it with every body of a megabyte or more.
 */
const FOR_THIS_HOP: ReadonlySet<string> = new Set([
  'expect',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
]);

function endToEnd<T extends object>(headers: T): Partial<T> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !FOR_THIS_HOP.has(name))) as Partial<T>;
}

function isTimeout(error: Error): boolean {
  const code = (error as { code?: string }).code ?? '';
  return code.includes('TIMEOUT') && !code.includes('CONNECT');
}
