import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from './part.js';

/** Runs a program until it answers once, then ends it by SIGTERM and waits for its end. For recordings and trials. */
export async function runToAnswer(
  command: Command,
  probe: () => Promise<void>,
  log: string,
  signal: AbortSignal,
): Promise<void> {
  const output = openSync(log, 'a');
  const child = spawn(command.file, command.args, {
    env: command.env ?? process.env,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = once(child, 'exit');
  const deadline = Date.now() + 60_000;
  try {
    while (child.exitCode === null && !signal.aborted && Date.now() < deadline) {
      const answered = await probe().then(
        () => true,
        () => false,
      );
      if (answered) break;
      await sleep(100);
    }
  } finally {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(killer);
  }
}
