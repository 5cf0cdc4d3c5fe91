import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.js';
import { StackError } from './errors.js';
import { builtHere, nodeBinary } from './paths.js';
import { removePid, writePid } from './pid-files.js';
import type { PartName, StackMessage } from './contract.js';
import type { Part, PartContext } from './part.js';

/** Runs parts as children of this process and answers for each of them until `stop`. */
export class Supervisor {
  private readonly children = new Map<string, Child>();
  private readonly reaper: ChildProcess;
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly folder: string,
    private readonly quick: boolean,
    private readonly signal: AbortSignal,
    private readonly tell: (message: StackMessage) => void,
  ) {
    // Its standard input ends when this process does, in whatever way: then it ends the children.
    this.reaper = spawn(nodeBinary(), [builtHere('reaper.main.js'), folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.reaper.unref();
    if (this.reaper.pid !== undefined) writePid(folder, 'reaper', this.reaper.pid);
  }

  /** What a part of this name is given to work with. */
  contextFor(name: string): PartContext {
    const folder = join(this.folder, name);
    const { quick, signal } = this;
    return {
      folder,
      log: this.logOf(name),
      quick,
      signal,
      say: (text) => this.tell({ part: name, kind: 'progress', text }),
    };
  }

  logOf(name: string): string {
    return join(this.folder, 'logs', `${name}.log`);
  }

  /** Prepares and starts a part; resolves when it answers. */
  async run(part: Part): Promise<void> {
    const from = Date.now();
    mkdirSync(join(this.folder, part.name), { recursive: true });
    // PostgreSQL of a root runs as another user, who must get through, though not look around.
    if (process.getuid?.() === 0) chmodSync(this.folder, statSync(this.folder).mode | 0o011);
    await part.prepare();
    this.signal.throwIfAborted();
    const child = new Child(part, this.folder, this.logOf(part.name), this.tell);
    this.children.set(part.name, child);
    await child.start();
    this.tell({ part: part.name, kind: 'ready', text: `ready after ${((Date.now() - from) / 1000).toFixed(1)} s` });
  }

  child(name: PartName): Child {
    const child = this.children.get(name);
    if (child === undefined)
      throw new StackError(`This stack runs no ${name}; it runs ${[...this.children.keys()].join(', ')}.`);
    return child;
  }

  /** Stops every part: those started last first, the parts of one group together. */
  stop(groups: readonly (readonly string[])[]): Promise<void> {
    this.stopping ??= this.stopAll(groups);
    return this.stopping;
  }

  private async stopAll(groups: readonly (readonly string[])[]): Promise<void> {
    for (const group of groups) {
      await Promise.all(group.map(async (name) => this.children.get(name)?.stop()));
    }
    await Promise.all([...this.children.values()].map((child) => child.stop()));
    removePid(this.folder, 'reaper');
    this.reaper.kill('SIGKILL');
  }
}
