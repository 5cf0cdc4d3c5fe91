import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  signal?: AbortSignal;
}

/** Runs a command to its end with its output appended to a log; resolves with the exit code (-1 after a signal). */
export function runLogged(
  file: string,
  args: readonly string[],
  log: string,
  options: RunOptions = {},
): Promise<number> {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  return new Promise<number>((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', output, output] });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? -1));
  }).finally(() => closeSync(output));
}
