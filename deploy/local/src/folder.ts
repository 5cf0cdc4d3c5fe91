import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './errors.js';
import { claim, holderOf, unclaim } from './claim.js';
import { endLeftovers } from './pid-files.js';
import { ELSEWHERE } from './paths.js';

const LEFTOVER_GRACE_MS = 8_000;
/** What a stack writes into its folder, one folder each. */
const OURS = ['kafka', 'registry', 'postgres', 'clickhouse', 'state', 'secrets', 'logs', 'run'];
/** Says that the folder is a stack's. Without it `--fresh --data /var/lib` would delete somebody else's databases. */
const MARK = '.ratestream-data';

/**
 * Takes a data folder for this process: refuses one in use, ends what a killed supervisor left running in it, and
 * empties it where asked. Returns the names of the leftovers that were ended.
 */
export async function takeFolder(folder: string, fresh: boolean): Promise<string[]> {
  makeFolder(folder);
  if (!claim(lockOf(folder))) {
    const holder = holderOf(lockOf(folder)) ?? 'that has just ended';
    throw new StackError(
      `A stack already runs in ${folder} (process ${holder}): stop that one, or choose another folder with --data DIR.`,
    );
  }
  const ended = await endLeftovers(folder, [], LEFTOVER_GRACE_MS);
  if (fresh) forgetFolder(folder);
  writeFileSync(join(folder, MARK), 'Data of a local Ratestream stack; npm start -- --fresh empties it.\n');
  mkdirSync(join(folder, 'logs'), { recursive: true });
  return ended;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new StackError(
      `The data folder ${folder} cannot be made (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}): choose another one with --data DIR.`,
    );
  }
  const foreign = OURS.find((name) => existsSync(join(folder, name)));
  if (foreign === undefined || existsSync(join(folder, MARK)) || existsSync(join(folder, 'secrets', 'admin.key')))
    return;
  throw new StackError(
    `${join(folder, foreign)} is there and was not written by a stack of ours: choose an empty folder with --data DIR.`,
  );
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
  if (existsSync(elsewhere)) {
    const place = readFileSync(elsewhere, 'utf8').trim();
    // The folder may belong to the database's user, who must not choose what we, perhaps as root, delete.
    if (ELSEWHERE.test(place)) rmSync(place, { recursive: true, force: true });
  }
  for (const part of [...OURS, MARK]) rmSync(join(folder, part), { recursive: true, force: true });
}
