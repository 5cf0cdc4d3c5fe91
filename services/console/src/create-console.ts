import type { ServiceAppOptions } from '@ratestream/http';
import type { Logger, Metrics } from '@ratestream/observability';
import { registerApiProxy } from './api-proxy.js';
import { ConsoleModule } from './console.module.js';
import { registerWebApp } from './web-app.js';

export interface ConsoleOptions {
  /** Name of a service → base URL of its API. */
  upstreams: ReadonlyMap<string, string>;
  /** Folder of the built page. */
  webFolder: string;
  logger: Logger;
  metrics: Metrics;
}

/** What `createServiceApp` and `bootstrapService` need to make the entry port. */
export function consoleApp(options: ConsoleOptions): ServiceAppOptions {
  return {
    name: 'console',
    module: ConsoleModule,
    logger: options.logger,
    metrics: options.metrics,
    access: 'open',
    configure: (app) => {
      const instance = app.getHttpAdapter().getInstance();
      registerApiProxy(instance, options.upstreams, options.logger);
      registerWebApp(instance, options.webFolder);
    },
  };
}
