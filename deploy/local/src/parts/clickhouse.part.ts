import { join } from 'node:path';
import { builtHere, nodeBinary } from '../paths.js';
import type { Command, Part, PartContext } from '../part.js';

/** ClickHouse in one process of its own behind its usual HTTP interface. */
export class ClickHousePart implements Part {
  readonly name = 'clickhouse';
  readonly title = 'ClickHouse';
  readonly stopSignal = 'SIGTERM';
  readonly stopGraceMs = 10_000;
  readonly readyTimeoutMs = 60_000;

  constructor(
    private readonly context: PartContext,
    private readonly port: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  prepare(): Promise<void> {
    this.context.say('starting');
    builtHere('clickhouse/front.main.js');
    return Promise.resolve();
  }

  command(): Command {
    const data = join(this.context.folder, 'data');
    return {
      file: nodeBinary(),
      args: [
        '--enable-source-maps',
        builtHere('clickhouse/front.main.js'),
        '--port',
        String(this.port),
        '--folder',
        data,
      ],
    };
  }

  async probe(): Promise<void> {
    const response = await fetch(`${this.url}/?query=SELECT%201`, { signal: AbortSignal.timeout(3_000) });
    const text = await response.text();
    if (text.trim() !== '1') throw new Error(`ClickHouse answered ${response.status} ${text}`);
  }
}
