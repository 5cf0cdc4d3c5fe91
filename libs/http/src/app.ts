import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger, Metrics } from '@ratestream/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { API_KEYS, PermissionGuard, authenticate, getCaller, setCaller, type ApiKeys } from './access.js';
import { NestLogger } from './nest-logger.js';
import { openApiDocument } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { watchRoutes } from './routes.js';

const MEBIBYTE = 1 << 20;

export interface ServiceAppOptions {
  /** `rating`: the API lies under `/api/rating/v1`. */
  name: string;
  module: Type<unknown> | DynamicModule;
  logger: Logger;
  metrics: Metrics;
  /** Default 1 MiB; `@BodyLimit` on a handler overrides it. */
  bodyLimitBytes?: number;
  /** Bodies of these types (`*`: of every type) reach the handler as a Buffer, unparsed. */
  rawBodyTypes?: readonly string[];
  /** `api-keys` (default): no request without a key. `open`: the entry port, which leaves it to the services behind it. */
  access?: 'api-keys' | 'open';
  /** Plugins and parsers (multipart, static files) that need the Fastify instance, before the routes are made. */
  configure?: (app: NestFastifyApplication) => void | Promise<void>;
}

/**
 * A service's HTTP side, initialised and not listening: what `bootstrapService` starts and what tests `inject` into.
 *
 * Order of a request: request id → key (before the body is read) → body within its limit → permission → parsing → handler.
 * A `module` with an API provides `API_KEYS`.
 */
export async function createServiceApp(options: ServiceAppOptions): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimitBytes ?? MEBIBYTE,
    genReqId: requestIdOf,
    requestTimeout: 300_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 512 },
    trustProxy: false,
  });
  const instance: FastifyInstance = adapter.getInstance<FastifyInstance>();
  watchRoutes(instance);

  const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter, {
    bodyParser: false,
    logger: new NestLogger(options.logger),
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(options.logger.child({ part: 'http' })));
  observeRequests(instance, options);
  if (options.rawBodyTypes !== undefined) keepBodiesRaw(instance, options.rawBodyTypes);

  if (options.access !== 'open') {
    const keys = app.get<ApiKeys>(API_KEYS, { strict: false });
    instance.addHook('onRequest', async (request) => {
      setCaller(request, authenticate(request.headers.authorization, keys, Date.now()));
    });
    app.useGlobalGuards(new PermissionGuard(app.get(Reflector)));
  }
  await options.configure?.(app);
  if (options.access !== 'open') {
    let document: string | undefined;
    instance.get(`/api/${options.name}/v1/openapi.json`, (_request, reply) => {
      document ??= JSON.stringify(openApiDocument(app, options.name));
      return reply.header('content-type', 'application/json; charset=utf-8').send(document);
    });
  }
  await app.init();
  await instance.ready();
  return app;
}

/** A caller's own request id where it is harmless to repeat in logs and headers. */
function requestIdOf(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID();
}

function keepBodiesRaw(instance: FastifyInstance, types: readonly string[]): void {
  if (types.includes('*')) instance.removeAllContentTypeParsers();
  else instance.removeContentTypeParser(types.filter((type) => type === 'application/json' || type === 'text/plain'));
  instance.addContentTypeParser([...types], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

/** One line and one measurement a request. The line names the route and not the URL, whose query may hold anything. */
function observeRequests(instance: FastifyInstance, { logger, metrics }: ServiceAppOptions): void {
  const access = logger.child({ part: 'http' });
  const durations = metrics.histogram('http_request_duration_seconds', 'Time from the first byte to the last', [
    'method',
    'route',
    'status',
  ]);
  const inFlight = metrics.gauge('http_requests_in_flight', 'Requests being answered');
  const bytes = metrics.counter('http_request_body_bytes_total', 'Bytes of request bodies, as announced', ['route']);

  instance.addHook('onRequest', async (request, reply) => {
    inFlight.inc();
    void reply.header('x-request-id', request.id);
    void reply.header('x-content-type-options', 'nosniff');
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
  });
  // Raw end of the answer, so that aborted requests count as well and exactly once.
  instance.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => {
      inFlight.dec();
      const route = request.routeOptions.url ?? 'unknown';
      const status = reply.raw.statusCode;
      const durationMs = reply.elapsedTime;
      durations.observe({ method: request.method, route, status: String(status) }, durationMs / 1_000);
      bytes.inc({ route }, Number(request.headers['content-length'] ?? 0) || 0);
      const line = {
        requestId: request.id,
        method: request.method,
        route,
        status,
        durationMs: Math.round(durationMs * 10) / 10,
        keyId: keyIdOf(request),
      };
      if (status >= 500) access.warn(line, 'answered');
      else access.debug(line, 'answered');
    });
  });
}

const keyIdOf = (request: FastifyRequest): string | null => getCaller(request)?.keyId ?? null;
