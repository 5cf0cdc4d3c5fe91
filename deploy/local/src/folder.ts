import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './errors.js';
import { endLeftovers, livingPids, removePid, writePid } from './pid-files.js';

const SUPERVISOR = 'supervisor';
const LEFTOVER_GRACE_MS = 8_000;

/**
 * Takes a data folder for this process: refuses one in use, ends what a killed supervisor left running in it, and
 * empties it where asked. Returns the names of the leftovers that were ended.
 */
export async function takeFolder(folder: string, fresh: boolean): Promise<string[]> {
  const holder = livingPids(folder).find(({ name }) => name === SUPERVISOR);
  if (holder !== undefined) {
    throw new StackError(`A stack already runs in ${folder} (process ${holder.pid}): stop that one, or choose another folder with --data DIR.`);
  }
  const ended = await endLeftovers(folder, [], LEFTOVER_GRACE_MS);
  if (fresh) emptyFolder(folder);
  mkdirSync(join(folder, 'logs'), { recursive: true });
  writePid(folder, SUPERVISOR, process.pid);
  return ended;
}

/** The opposite of `takeFolder`. */
export function leaveFolder(folder: string): void {
  removePid(folder, SUPERVISOR);
}

/** Removes what a stack wrote, and nothing that it did not. */
function emptyFolder(folder: string): void {
  const elsewhere = join(folder, 'postgres', 'data-is-elsewhere');
  if (existsSync(elsewhere)) rmSync(readFileSync(elsewhere, 'utf8').trim(), { recursive: true, force: true });
  for (const part of ['kafka', 'registry', 'postgres', 'clickhouse', 'state', 'secrets', 'logs', 'run']) {
    rmSync(join(folder, part), { recursive: true, force: true });
  }
}
