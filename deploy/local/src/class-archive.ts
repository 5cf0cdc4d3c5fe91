import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cacheFolder } from './artifacts.js';

const STALE_LOCK_MS = 120_000;

/**
 * A Java class archive (AppCDS) for a program, recorded once per JDK and version and kept in the cache: it halves the start.
 * Returns the JVM flags to use now; none where the archive is missing and another stack is recording it.
 *
 * `record` must run the program once with the given flags in the given folder and end it by SIGTERM.
 */
export async function classArchiveFlags(
  program: string,
  record: (flags: string[], folder: string) => Promise<void>,
): Promise<string[]> {
  const archive = join(cacheFolder(), `${program}-${jdkMark()}.jsa`);
  const use = [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto', '-Xlog:cds=off', '-Xlog:class+path=off'];
  if (existsSync(archive)) return use;
  const lock = `${archive}.lock`;
  if (!takeLock(lock)) return [];
  const folder = mkdtempSync(join(cacheFolder(), `record-${program}-`));
  try {
    const half = join(folder, 'half.jsa');
    await record([`-XX:ArchiveClassesAtExit=${half}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'], folder);
    if (existsSync(half)) renameSync(half, archive);
  } catch {
    return []; // a slower start is no reason to fail
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(lock, { recursive: true, force: true });
  }
  return existsSync(archive) ? use : [];
}

function takeLock(lock: string): boolean {
  mkdirSync(cacheFolder(), { recursive: true });
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const stale = existsSync(lock) && Date.now() - statSync(lock).mtimeMs > STALE_LOCK_MS;
    if (stale) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

let knownMark: string | undefined;
/** An archive is good for the very JDK that wrote it. */
function jdkMark(): string {
  knownMark ??= createHash('sha256')
    .update(spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr)
    .digest('hex')
    .slice(0, 12);
  return knownMark;
}
