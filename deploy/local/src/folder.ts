import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './errors.js';
import { claim, holderOf, unclaim } from './claim.js';
import { endLeftovers } from './pid-files.js';

const LEFTOVER_GRACE_MS = 8_000;

/**
 * Takes a data folder for this process: refuses one in use, ends what a killed supervisor left running in it, and
 * empties it where asked. Returns the names of the leftovers that were ended.
 */
export async function takeFolder(folder: string, fresh: boolean): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  if (!claim(lockOf(folder))) {
    const holder = holderOf(lockOf(folder)) ?? 'that has just ended';
    throw new StackError(
      `A stack already runs in ${folder} (process ${holder}): stop that one, or choose another folder with --data DIR.`,
    );
  }
  const ended = await endLeftovers(folder, [], LEFTOVER_GRACE_MS);
  if (fresh) forgetFolder(folder);
  mkdirSync(join(folder, 'logs'), { recursive: true });
  return ended;
}

/** The opposite of `takeFolder`. */
export function leaveFolder(folder: string): void {
  unclaim(lockOf(folder));
}

function lockOf(folder: string): string {
  return join(folder, 'supervisor.lock');
}

/** Removes what a stack wrote, also where PostgreSQL's data had to lie elsewhere, and nothing that it did not write. */
export function forgetFolder(folder: string): void {
  const elsewhere = join(folder, 'postgres', 'data-is-elsewhere');
  if (existsSync(elsewhere)) rmSync(readFileSync(elsewhere, 'utf8').trim(), { recursive: true, force: true });
  for (const part of ['kafka', 'registry', 'postgres', 'clickhouse', 'state', 'secrets', 'logs', 'run']) {
    rmSync(join(folder, part), { recursive: true, force: true });
  }
}
