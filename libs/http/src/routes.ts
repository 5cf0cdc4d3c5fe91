import { RouteConfig, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

export interface Route {
  method: string;
  /** With its parameters: `/api/balance/v1/accounts/:id`. */
  url: string;
}

const routesOf = new WeakMap<object, Route[]>();

/** Remembers every route from here on and applies `@BodyLimit`; called before Nest registers its routes. */
export function watchRoutes(instance: FastifyInstance): void {
  const routes: Route[] = [];
  routesOf.set(instance, routes);
  instance.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) routes.push({ method, url: route.url });
    const limit = (route.config as { bodyLimitBytes?: number } | undefined)?.bodyLimitBytes;
    if (limit !== undefined) route.bodyLimit = limit;
  });
}

/** `@BodyLimit(64 << 20)` on a handler that takes more than the service's limit. */
export const BodyLimit = (bytes: number): MethodDecorator => RouteConfig({ bodyLimitBytes: bytes });

/**
 * Every route of a service, so that a test can call each as nobody and as another tenant.
 * `app` must come from `createServiceApp` or `bootstrapService` and be initialised.
 */
export function walkRoutes(app: NestFastifyApplication): Route[] {
  const routes = routesOf.get(app.getHttpAdapter().getInstance());
  if (routes === undefined) throw new Error('These routes were not watched: create the app with createServiceApp');
  return [...routes].sort((a, b) => (a.url + a.method < b.url + b.method ? -1 : 1));
}

export interface RouteAnswer extends Route {
  status: number;
  body: string;
}

/**
 * Calls every route once, without a socket. `params` fills `:names` (default `x`), `headers` carries the key, if any.
 * Bodies are empty objects: access is decided before a body is looked at.
 */
export async function callEveryRoute(
  app: NestFastifyApplication,
  options: { headers?: Record<string, string>; params?: Record<string, string> } = {},
): Promise<RouteAnswer[]> {
  const answers: RouteAnswer[] = [];
  for (const route of walkRoutes(app)) {
    const url = route.url
      .replace(/:(\w+)/g, (_match, name: string) => encodeURIComponent(options.params?.[name] ?? 'x'))
      .replace('*', 'x');
    const hasBody = !['GET', 'HEAD', 'DELETE', 'OPTIONS'].includes(route.method);
    const answer = await app.inject({
      method: route.method as 'GET',
      url,
      headers: { ...options.headers, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
      ...(hasBody ? { payload: '{}' } : {}),
    });
    answers.push({ ...route, status: answer.statusCode, body: answer.body });
  }
  return answers;
}
