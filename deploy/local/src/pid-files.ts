import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, killTree, startTimeOf } from './process-table.js';

export interface PidRecord {
  name: string;
  pid: number;
  startTime: string;
}

/** Where a stack writes down the processes that it started, for the next start and for the reaper. */
export function runFolder(folder: string): string {
  return join(folder, 'run');
}

export function writePid(folder: string, name: string, pid: number): void {
  const startTime = startTimeOf(pid);
  if (startTime === undefined) return;
  mkdirSync(runFolder(folder), { recursive: true });
  const whole = `${pathOf(folder, name)}.new`;
  writeFileSync(whole, JSON.stringify({ name, pid, startTime } satisfies PidRecord));
  renameSync(whole, pathOf(folder, name)); // never half a record
}

export function removePid(folder: string, name: string): void {
  rmSync(pathOf(folder, name), { force: true });
}

/** The recorded processes that still run. A pid that another process got since is not among them. */
export function livingPids(folder: string): PidRecord[] {
  return recordsIn(folder).filter((record) => startTimeOf(record.pid) === record.startTime);
}

/**
 * Ends everything that an earlier supervisor of this folder left behind: SIGTERM, and after the grace SIGKILL.
 * Returns the names of what it ended.
 */
export async function endLeftovers(folder: string, except: readonly string[], graceMs: number): Promise<string[]> {
  const left = livingPids(folder).filter((record) => !except.includes(record.name));
  for (const { pid } of left) killTree(pid, 'SIGCONT');
  for (const { pid } of left) killTree(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (left.some(({ pid }) => isAlive(pid)) && Date.now() < deadline) await sleep(50);
  for (const { pid } of left) if (isAlive(pid)) killTree(pid, 'SIGKILL');
  while (left.some(({ pid }) => isAlive(pid))) await sleep(20);
  for (const { name } of recordsIn(folder)) if (!except.includes(name)) removePid(folder, name);
  return left.map(({ name }) => name);
}

function recordsIn(folder: string): PidRecord[] {
  let files: string[];
  try {
    files = readdirSync(runFolder(folder));
  } catch {
    return [];
  }
  return files.filter((file) => file.endsWith('.pid')).flatMap((file) => readRecord(join(runFolder(folder), file)));
}

function readRecord(path: string): PidRecord[] {
  try {
    const { name, pid, startTime } = JSON.parse(readFileSync(path, 'utf8')) as PidRecord;
    const whole = typeof name === 'string' && typeof startTime === 'string' && Number.isInteger(pid) && pid > 1;
    return whole ? [{ name, pid, startTime }] : [];
  } catch {
    return []; // removed since the folder was listed
  }
}

function pathOf(folder: string, name: string): string {
  return join(runFolder(folder), `${name}.pid`);
}
