import { built, nodeBinary } from '../paths.js';
import type { ServiceName } from '../contract.js';
import type { Command, Part, PartContext } from '../part.js';

const TITLES: Readonly<Record<ServiceName, string>> = {
  catalog: 'Catalog',
  ingest: 'Ingest',
  rating: 'Rating',
  balance: 'Balance',
  analytics: 'Analytics',
  console: 'Console',
};

/** One of our services, started exactly as in production: from its environment alone. */
export class ServicePart implements Part {
  readonly title: string;
  readonly stopSignal = 'SIGTERM';
  readonly stopGraceMs = 25_000; // a service drains for at most 20 s
  readonly readyTimeoutMs = 90_000;

  constructor(
    readonly name: ServiceName,
    private readonly context: PartContext,
    private readonly adminUrl: string,
    private readonly environment: () => Record<string, string>,
  ) {
    this.title = TITLES[name];
  }

  prepare(): Promise<void> {
    this.context.say('starting');
    built('services', this.name, 'dist', 'main.js');
    return Promise.resolve();
  }

  command(): Command {
    return {
      file: nodeBinary(),
      args: ['--enable-source-maps', built('services', this.name, 'dist', 'main.js')],
      env: { PATH: process.env['PATH'], ...this.environment() },
    };
  }

  async probe(): Promise<void> {
    const response = await fetch(`${this.adminUrl}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${this.name} is not ready: ${text}`);
  }
}
