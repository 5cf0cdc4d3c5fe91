import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ChildSettings } from './child.js';

/** Task processes by place: one after the other in each, as a supervisor would keep them. */
export class Children {
  readonly logFile = join(mkdtempSync(join(tmpdir(), 'ratestream-chaos-')), 'children.log');
  readonly exits: string[] = [];
  private readonly running = new Map<number, ChildProcess>();
  private readonly everyone: ChildProcess[] = [];
  private generation = 0;

  constructor(
    private readonly script: string,
    private readonly settings: (place: number) => Omit<ChildSettings, 'name'>,
  ) {}

  launch(place: number): void {
    const name = `place${place}-${this.generation++}`;
    const child = spawn(process.execPath, [this.script, JSON.stringify({ ...this.settings(place), name })], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = (data: Buffer): void => appendFileSync(this.logFile, data);
    child.stdout.on('data', log);
    child.stderr.on('data', log);
    child.on('exit', (code, signal) => this.exits.push(`${name} ${code ?? signal}`));
    this.running.set(place, child);
    this.everyone.push(child);
  }

  signal(place: number, signal: NodeJS.Signals): void {
    this.running.get(place)!.kill(signal);
  }

  /** Detaches the process of a place, so that another may be launched there while it lives. */
  detach(place: number): { signal(signal: NodeJS.Signals): void } {
    const child = this.running.get(place)!;
    return { signal: (signal) => void child.kill(signal) };
  }

  /** Forgets the log: all went well. */
  discardLog(): void {
    rmSync(dirname(this.logFile), { recursive: true, force: true });
  }

  async end(): Promise<void> {
    for (const child of this.everyone) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await new Promise((resolve) => child.once('exit', resolve));
      clearTimeout(killer);
    }
  }
}
