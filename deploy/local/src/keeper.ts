import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from './errors.js';
import { holderOf } from './claim.js';
import { builtHere, nodeBinary, repositoryRoot } from './paths.js';
import type { BackingAddresses } from './contract.js';

const PATIENCE_MS = 180_000;

/**
 * Addresses of the stores that this checkout's test runs share, started by whoever asks first. They stay for as long as
 * this process lives; nobody has to stop them.
 */
export async function sharedStores(): Promise<BackingAddresses> {
  const mark = createHash('sha256').update(repositoryRoot).digest('hex').slice(0, 10);
  const folder = join(tmpdir(), `ratestream-test-stores-${mark}`);
  const deadline = Date.now() + PATIENCE_MS;
  let keeper: ChildProcess | undefined;
  while (Date.now() < deadline) {
    const addresses = await holdConnection(folder);
    if (addresses !== undefined) return addresses;
    const starting = keeper !== undefined && keeper.exitCode === null;
    if (!starting && holderOf(join(folder, 'supervisor.lock')) === undefined) keeper = startKeeper(folder);
    await sleep(300);
  }
  throw new StackError(
    `The stores for the tests did not start within ${PATIENCE_MS / 1000} s; the log is ${logOf(folder)}.`,
  );
}

function startKeeper(folder: string): ChildProcess {
  mkdirSync(folder, { recursive: true });
  const output = openSync(logOf(folder), 'a');
  const keeper = spawn(nodeBinary(), [builtHere('keeper.main.js'), '--folder', folder], {
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  keeper.unref();
  return keeper;
}

/** Connects to a living keeper and stays connected; undefined where there is none yet. */
async function holdConnection(folder: string): Promise<BackingAddresses | undefined> {
  if (holderOf(join(folder, 'supervisor.lock')) === undefined) return undefined;
  let announced: BackingAddresses & { port: number };
  try {
    announced = JSON.parse(readFileSync(join(folder, 'keeper.json'), 'utf8')) as typeof announced;
  } catch {
    return undefined;
  }
  const { port, ...addresses } = announced;
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.unref(); // held, but no reason for this process to stay
      resolve(addresses);
    });
    socket.once('error', () => resolve(undefined));
  });
}

function logOf(folder: string): string {
  return join(folder, 'keeper.log');
}
