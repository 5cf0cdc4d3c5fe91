import Fastify from 'fastify';
import type { Health, HealthReport } from './health.js';
import { hideUrlPasswords } from './logger.js';
import type { Metrics } from './metrics.js';

export interface AdminServerOptions {
  /** 0 takes a free one. */
  port: number;
  host: string;
  metrics: Metrics;
  health: Health;
}

export interface AdminServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `/health/live`, `/health/ready` and `/metrics` on a port of their own, without a key, so that the API's port
 * can be published while this one stays inside the cluster. Unhealthy answers 503 with the checks that failed.
 */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const server = Fastify({ logger: false, forceCloseConnections: true });
  const answer = (report: HealthReport) => JSON.parse(hideUrlPasswords(JSON.stringify(report))) as HealthReport;

  server.get('/health/live', async (_request, reply) => {
    const report = await options.health.live();
    return reply.code(report.ok ? 200 : 503).send(answer(report));
  });
  server.get('/health/ready', async (_request, reply) => {
    const report = await options.health.ready();
    return reply.code(report.ok ? 200 : 503).send(answer(report));
  });
  server.get('/metrics', async (_request, reply) => {
    const text = await options.metrics.registry.metrics();
    return reply.type(options.metrics.registry.contentType).send(text);
  });

  await server.listen({ port: options.port, host: options.host });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return { port, close: () => server.close() };
}
