import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type PortName } from '../src/index.js';
import { builtHere, nodeBinary } from '../src/paths.js';
import { treeOf } from '../src/process-table.js';

/** `npm start` as a process, with what it prints. */
export interface SupervisorProcess {
  process: ChildProcess;
  output: () => string;
  /** Resolves when the output holds the text; rejects when the process ends before. */
  says: (text: string | RegExp) => Promise<void>;
  ended: Promise<number | null>;
}

export function startSupervisor(
  folder: string,
  ports: Partial<Record<PortName, number>>,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): SupervisorProcess {
  const flags = Object.entries(ports).flatMap(([name, port]) => [`--port-${name}`, String(port)]);
  const child = spawn(nodeBinary(), [builtHere('main.js'), '--data', folder, ...flags, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const says = (wanted: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) resolve();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      look();
      void ended.then(() => reject(new Error(`it ended without saying ${String(wanted)}; it said:\n${text}`)));
    });
  return { process: child, output: () => text, says, ended };
}

/** Every process that the stack in this folder has written down, and all below them. */
export function processesOf(folder: string): number[] {
  const records = readdirSync(join(folder, 'run'))
    .filter((file) => file.endsWith('.pid'))
    .map((file) => JSON.parse(readFileSync(join(folder, 'run', file), 'utf8')) as { pid: number });
  return records.flatMap(({ pid }) => treeOf(pid));
}

export function living(pids: readonly number[]): number[] {
  return pids.filter(isAlive);
}
