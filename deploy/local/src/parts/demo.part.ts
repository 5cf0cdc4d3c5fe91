import { setTimeout as sleep } from 'node:timers/promises';
import { built, nodeBinary } from '../paths.js';
import type { Command, Part, PartContext } from '../part.js';

/** The simulator with the demo tenant tree and its traffic. */
export class DemoPart implements Part {
  readonly name = 'demo';
  readonly title = 'Demo traffic';
  readonly stopSignal = 'SIGTERM';
  readonly stopGraceMs = 5_000;
  readonly readyTimeoutMs = 10_000;

  constructor(
    private readonly context: PartContext,
    private readonly target: { entryUrl: string; key: string; brokers: string },
  ) {}

  prepare(): Promise<void> {
    this.context.say('starting');
    built('tools', 'simulator', 'dist', 'main.js');
    return Promise.resolve();
  }

  command(): Command {
    const { entryUrl, key, brokers } = this.target;
    return {
      file: nodeBinary(),
      args: [
        '--enable-source-maps',
        built('tools', 'simulator', 'dist', 'main.js'),
        'demo',
        '--entry',
        entryUrl,
        '--brokers',
        brokers,
      ],
      env: { PATH: process.env['PATH'], RATESTREAM_KEY: key }, // not an argument: those are readable by every user
    };
  }

  /** It has no port to ask: staying up for a moment must do. */
  async probe(): Promise<void> {
    await sleep(300);
  }
}
