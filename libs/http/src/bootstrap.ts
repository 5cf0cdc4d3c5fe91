import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startAdminServer, type Health } from '@ratestream/observability';
import { createServiceApp, type ServiceAppOptions } from './app.js';
import type { HttpConfig } from './config.js';
import { drainInSteps, type ShutdownHook } from './drain.js';

export interface BootstrapOptions extends ServiceAppOptions {
  config: Pick<HttpConfig, 'httpHost' | 'httpPort' | 'adminPort'> & { drainTimeoutMs?: number };
  health: Health;
  /** In the order things were started; run in reverse after the last request is answered. */
  onShutdown?: readonly ShutdownHook[];
  /** Default true: SIGTERM and SIGINT drain and end the process. Tests that run services in one process say false. */
  handleSignals?: boolean;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  readonly httpPort: number;
  readonly adminPort: number;
  /** Base URL of the API's port. */
  readonly url: string;
  /** Something else to end at shutdown; it runs before everything registered so far. */
  onShutdown(hook: ShutdownHook): void;
  /** Stops accepting, answers what is open, runs the hooks in reverse. False: the time ran out or a hook failed. */
  drain(reason: string): Promise<boolean>;
  /** For faults after which only a restart is right: logs, drains, exits with 1. */
  fail(error: unknown): void;
}

const DEFAULT_DRAIN_TIMEOUT_MS = 20_000;

/** Starts a service: the API and the admin port listen when this resolves. */
export async function bootstrapService(options: BootstrapOptions): Promise<RunningService> {
  const { config, health, logger, metrics } = options;
  const drainTimeoutMs = config.drainTimeoutMs ?? DEFAULT_DRAIN_TIMEOUT_MS;
  const hooks: ShutdownHook[] = [...(options.onShutdown ?? [])];

  const admin = await startAdminServer({ port: config.adminPort, host: config.httpHost, metrics, health });
  const app = await createServiceApp(options);
  await app.listen(config.httpPort, config.httpHost);
  const address = app.getHttpServer().address() as { port: number };

  let draining: Promise<boolean> | undefined;
  const drain = (reason: string): Promise<boolean> => {
    draining ??= (async () => {
      logger.info({ reason }, 'draining');
      health.startDraining();
      const clean = await drainInSteps(
        [
          { name: 'requests', run: () => finishRequests(app) },
          { name: 'application', run: () => app.close() },
          ...[...hooks].reverse(),
          { name: 'admin port', run: () => admin.close() },
        ],
        drainTimeoutMs,
        logger,
      );
      logger.info({ clean }, 'stopped');
      return clean;
    })();
    return draining;
  };

  const fail = (error: unknown): void => {
    logger.fatal({ err: error }, 'cannot go on');
    void drain('failure').finally(() => process.exit(1));
  };

  if (options.handleSignals !== false) {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => void drain(signal).then((clean) => process.exit(clean ? 0 : 1)));
    }
    process.on('uncaughtException', fail);
    process.on('unhandledRejection', fail);
  }
  logger.info({ httpPort: address.port, adminPort: admin.port }, 'listening');
  return {
    app,
    httpPort: address.port,
    adminPort: admin.port,
    url: `http://${config.httpHost}:${address.port}`,
    onShutdown: (hook) => void hooks.push(hook),
    drain,
    fail,
  };
}

/** Stops accepting and waits for the last answer; callers with a kept-alive connection are told to close it. */
function finishRequests(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    server.once('close', () => clearInterval(idle));
  });
}
