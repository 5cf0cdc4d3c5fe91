import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { startTimeOf } from './process-table.js';

/**
 * Takes a lock file for this process; false where another living process holds it. A lock of a dead process is taken
 * over: the file names its owner by pid and start time, so a pid that was given away again holds nothing.
 */
export function claim(path: string): boolean {
  const me = `${process.pid} ${startTimeOf(process.pid) ?? ''}`;
  for (let tries = 0; tries < 2; tries++) {
    try {
      writeFileSync(path, me, { flag: 'wx' });
      return true;
    } catch {
      if (tries > 0 || holderOf(path) !== undefined) return false;
      rmSync(path, { force: true });
    }
  }
  return false;
}

/** Gives a claimed file back. */
export function unclaim(path: string): void {
  rmSync(path, { force: true });
}

/** Pid of the living process that holds the file. */
export function holderOf(path: string): number | undefined {
  try {
    const [pid, ...startTime] = readFileSync(path, 'utf8').split(' ');
    return startTimeOf(Number(pid)) === startTime.join(' ') ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}
