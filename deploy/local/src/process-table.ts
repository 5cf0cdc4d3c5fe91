import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const hasProc = process.platform === 'linux';

/**
 * When a process started, as an opaque text; undefined where no live process has this pid.
 * A pid alone may have been given to somebody else since; pid and start time together name one process for ever.
 */
export function startTimeOf(pid: number): string | undefined {
  if (!hasProc) {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return stdout.trim() === '' ? undefined : stdout.trim();
  }
  const stat = statFields(pid);
  if (stat === undefined || stat.state === 'Z') return undefined;
  return `${bootId()}:${stat.startTicks}`;
}

/** True while the process runs; a zombie that waits for its parent does not. */
export function isAlive(pid: number): boolean {
  return startTimeOf(pid) !== undefined;
}

/** The process and everything below it, children first named after their parents. */
export function treeOf(pid: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const [child, parent] of parentTable()) {
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), child]);
  }
  const tree: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    tree.push(next);
    queue.push(...(childrenOf.get(next) ?? []));
  }
  return tree;
}

/** Signals a process, its group and all its descendants: PostgreSQL's backends leave the group of their postmaster. */
export function killTree(pid: number, signal: NodeJS.Signals): void {
  const tree = treeOf(pid);
  signalQuietly(-pid, signal);
  for (const each of tree) signalQuietly(each, signal);
}

/** Signals one process (or, negative, a group); one that is gone already is no fault. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

function* parentTable(): Generator<[pid: number, parent: number]> {
  if (!hasProc) {
    const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' });
    for (const line of stdout.split('\n')) {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      if (pid !== undefined && parent !== undefined) yield [pid, parent];
    }
    return;
  }
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = statFields(Number(entry));
    if (stat !== undefined) yield [Number(entry), stat.parent];
  }
}

function statFields(pid: number): { state: string; parent: number; startTicks: string } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '?', parent: Number(fields[1]), startTicks: fields[19] ?? '' };
}

let knownBootId: string | undefined;
function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return knownBootId;
}
