import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from './errors.js';
import { removePid, writePid } from './pid-files.js';
import { killTree, treeOf, signalQuietly } from './process-table.js';
import type { StackMessage } from './contract.js';
import type { Part } from './part.js';

const RESTART_PAUSES_MS = [200, 1_000, 3_000, 10_000];
const STEADY_AFTER_MS = 30_000;
const MOST_DEATHS = 4;

/**
 * One part under supervision. `wanted` says whether it should run; a process that ends while wanted is started again,
 * at once the first time and ever slower when it keeps dying.
 */
export class Child {
  restarts = 0;
  private process: ChildProcess | undefined;
  private gone: Promise<void> = Promise.resolve();
  private wanted = false;
  private startedAt = 0;
  private deathsInARow = 0;
  /** Of the present process: true once it answered, false when it ended before or was silent for too long. */
  private ready: Promise<boolean> = Promise.resolve(false);

  constructor(
    readonly part: Part,
    private readonly stackFolder: string,
    readonly log: string,
    private readonly tell: (message: StackMessage) => void,
  ) {}

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Starts the process unless it runs, and waits until it answers. */
  async start(): Promise<void> {
    if (!this.wanted) {
      this.wanted = true;
      this.deathsInARow = 0;
      this.spawn();
    }
    await this.waitReady(this.part.readyTimeoutMs);
  }

  /** Waits until the present process answers, or one that is started in its place; gives up on one that keeps dying. */
  async waitReady(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      const seen = this.process;
      if (seen === undefined) {
        if (this.deathsInARow >= MOST_DEATHS || !this.wanted) throw this.notReady('does not stay up');
        await sleep(20);
        continue;
      }
      const patience = sleep(deadline - Date.now(), false, { ref: false });
      if ((await Promise.race([this.ready, patience])) && this.process === seen) return;
      // Given up on once it stays so, and asking for it again would never let anything else run: it is probed anew.
      if (this.process === seen && Date.now() < deadline) this.ready = this.answer(seen);
    }
    throw this.notReady(`did not answer within ${timeoutMs} ms`);
  }

  /** Signals the whole process tree; resolves when the process is gone (at once for signals that do not end it). */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const { gone, pid } = this;
    if (pid === undefined) return;
    killTree(pid, signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
    await gone;
  }

  freeze(): void {
    if (this.pid !== undefined) for (const pid of treeOf(this.pid)) signalQuietly(pid, 'SIGSTOP');
  }

  unfreeze(): void {
    if (this.pid !== undefined) for (const pid of treeOf(this.pid)) signalQuietly(pid, 'SIGCONT');
  }

  /** Ends the process and keeps it down. SIGKILL follows where the part does not end in its time. */
  async stop(signal: NodeJS.Signals = this.part.stopSignal): Promise<void> {
    this.wanted = false;
    const { gone, pid } = this;
    if (pid === undefined) return;
    this.unfreeze();
    if (signal === 'SIGKILL') killTree(pid, signal);
    else signalQuietly(pid, signal);
    const inTime = await Promise.race([gone.then(() => true), sleep(this.part.stopGraceMs, false, { ref: false })]);
    if (!inTime) {
      this.tell({
        part: this.part.name,
        kind: 'warning',
        text: `did not stop within ${this.part.stopGraceMs} ms and was killed`,
      });
      killTree(pid, 'SIGKILL');
    }
    await gone;
  }

  private spawn(): void {
    const { file, args, env, uid, gid } = this.part.command();
    const output = openSync(this.log, 'a');
    // detached: a group of its own, so that Ctrl-C in the terminal reaches the supervisor alone and it stops the parts in order
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', output, output],
      env: env ?? process.env,
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    closeSync(output);
    this.process = child;
    this.startedAt = Date.now();
    if (child.pid !== undefined) writePid(this.stackFolder, this.part.name, child.pid);
    this.gone = new Promise((resolve) => {
      child.once('error', (error) => {
        this.ended(child, error.message);
        resolve();
      });
      child.once('exit', (code, signal) => {
        this.ended(child, signal ?? `exit code ${code}`);
        resolve();
      });
    });
    this.ready = this.answer(child);
  }

  private async answer(child: ChildProcess): Promise<boolean> {
    const deadline = Date.now() + this.part.readyTimeoutMs;
    for (let pauseMs = 50; this.process === child && Date.now() < deadline; pauseMs = Math.min(pauseMs * 1.3, 300)) {
      try {
        await this.part.probe();
        await this.part.settle?.();
        return this.process === child;
      } catch {
        await sleep(pauseMs); // it is not up yet; what it says about that is in its log
      }
    }
    return false;
  }

  private ended(child: ChildProcess, how: string): void {
    if (this.process !== child) return;
    this.process = undefined;
    removePid(this.stackFolder, this.part.name);
    if (!this.wanted) return;
    this.deathsInARow = Date.now() - this.startedAt > STEADY_AFTER_MS ? 0 : this.deathsInARow + 1;
    const pauseMs = RESTART_PAUSES_MS[Math.min(this.deathsInARow, RESTART_PAUSES_MS.length) - 1] ?? 200;
    this.tell({
      part: this.part.name,
      kind: 'died',
      text: `${this.part.title} ended (${how}); it is started again; log: ${this.log}`,
    });
    setTimeout(() => this.startAgain(), pauseMs);
  }

  private startAgain(): void {
    if (!this.wanted || this.process !== undefined) return;
    this.restarts++;
    this.spawn();
    void this.ready.then((answers) => {
      if (answers) this.tell({ part: this.part.name, kind: 'restarted', text: `${this.part.title} answers again` });
    });
  }

  private notReady(what: string): StackError {
    return new StackError(`${this.part.title} ${what}; its log is ${this.log}${lastLines(this.log)}`);
  }
}

function lastLines(log: string): string {
  try {
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5);
    return ` and ends with:\n  ${lines.join('\n  ')}`;
  } catch {
    return '.';
  }
}
