import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts, forgetFolder, releasePorts } from '../src/index.js';
import { living, processesOf, startSupervisor, type SupervisorProcess } from './supervisor-process.js';

describe('npm start, from the outside', () => {
  let folder: string;
  let ports: { kafka: number; 'kafka-controller': number; postgres: number; clickhouse: number };
  const running: SupervisorProcess[] = [];
  const start = (...args: string[]): SupervisorProcess => {
    const supervisor = startSupervisor(folder, ports, ['--only', 'kafka,postgres,clickhouse', ...args]);
    running.push(supervisor);
    return supervisor;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ratestream-supervisor-'));
    const [kafka = 0, controller = 0, postgres = 0, clickhouse = 0] = await freePorts(4);
    ports = { kafka, 'kafka-controller': controller, postgres, clickhouse };
  });

  afterEach(async () => {
    for (const { process, ended } of running.splice(0)) {
      process.kill('SIGTERM');
      await ended;
    }
  }, 60_000);

  afterAll(() => {
    forgetFolder(folder);
    rmSync(folder, { recursive: true, force: true });
    releasePorts(Object.values(ports));
  });

  test('Ctrl-C stops every process and leaves no orphan', async () => {
    const supervisor = start();
    await supervisor.says('Ratestream is up');
    const started = processesOf(folder);
    expect(started.length).toBeGreaterThan(5); // broker, front, postmaster and its workers, reaper
    supervisor.process.kill('SIGINT');
    expect(await supervisor.ended).toBe(0);
    expect(living(started)).toEqual([]);
  }, 120_000);

  test('a killed part is named, started again and answers again', async () => {
    const supervisor = start();
    await supervisor.says('Ratestream is up');
    process.kill(pidOf(folder, 'clickhouse'), 'SIGKILL');
    await supervisor.says(/ClickHouse ended \(SIGKILL\).*log: .*clickhouse\.log/);
    await supervisor.says('ClickHouse answers again');
    expect(await (await fetch(`http://127.0.0.1:${ports.clickhouse}/ping`)).text()).toBe('Ok.\n');
  }, 120_000);

  test('kill -9 of the supervisor leaves nothing running for long', async () => {
    const supervisor = start();
    await supervisor.says('Ratestream is up');
    const started = processesOf(folder);
    supervisor.process.kill('SIGKILL');
    await supervisor.ended;
    for (let i = 0; i < 150 && living(started).length > 0; i++) await sleep(100);
    expect(living(started)).toEqual([]);
  }, 120_000);

  test('after kill -9 of the supervisor and of its reaper, the next start cleans up and comes up', async () => {
    const supervisor = start();
    await supervisor.says('Ratestream is up');
    const started = processesOf(folder);
    process.kill(pidOf(folder, 'reaper'), 'SIGKILL');
    supervisor.process.kill('SIGKILL');
    await supervisor.ended;
    expect(living(started).length).toBeGreaterThan(5);

    const next = start();
    await next.says('kafka was left running by an earlier start and was stopped');
    expect(living(started)).toEqual([]);
    await next.says('Ratestream is up');
  }, 120_000);

  test('a folder in use is refused in one sentence that names the process', async () => {
    const first = start();
    await first.says('Ratestream is up');
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output().trim()).toBe(
      `A stack already runs in ${folder} (process ${first.process.pid}): stop that one, or choose another folder with --data DIR.`,
    );
  }, 120_000);

  test('a taken port is one sentence that names the port and its flag', async () => {
    const taken = await listen(ports.postgres);
    try {
      const supervisor = start();
      expect(await supervisor.ended).toBe(1);
      expect(supervisor.output().trim()).toBe(
        `Port ${ports.postgres} for postgres is taken by another process: stop that one, or move ours with --port-postgres NUMBER (or RATESTREAM_PORT_POSTGRES=NUMBER).`,
      );
    } finally {
      taken.close();
    }
  });

  test('the admin key is kept between starts, is readable by its owner alone, and --fresh makes another', async () => {
    const key = (): string => readFileSync(join(folder, 'secrets', 'admin.key'), 'utf8');
    const first = key();
    expect(statSync(join(folder, 'secrets', 'admin.key')).mode & 0o777).toBe(0o600);
    await runOnce('--only', 'clickhouse');
    expect(key()).toBe(first);
    await runOnce('--only', 'clickhouse', '--fresh');
    expect(key()).not.toBe(first);
  }, 120_000);

  async function runOnce(...args: string[]): Promise<void> {
    const supervisor = start(...args);
    await supervisor.says('Ratestream is up');
    supervisor.process.kill('SIGTERM');
    await supervisor.ended;
  }
});

describe('what is missing is one sentence', () => {
  const tools = mkdtempSync(join(tmpdir(), 'ratestream-tools-'));
  const started = (env: NodeJS.ProcessEnv): SupervisorProcess =>
    startSupervisor(join(tools, 'data'), {}, ['--only', 'kafka'], env);
  afterAll(() => rmSync(tools, { recursive: true }));

  test('no JDK', async () => {
    const supervisor = started({ PATH: '/nowhere' });
    expect(await supervisor.ended).toBe(1);
    expect(supervisor.output().trim()).toBe(
      'No Java was found on the PATH: install a JDK 17 or newer (Debian: apt-get install openjdk-17-jdk-headless).',
    );
  });

  test('no Maven, with nothing downloaded yet', async () => {
    const folders = (process.env['PATH'] ?? '').split(':');
    const java = folders.map((folder) => join(folder, 'java')).find((file) => existsSync(file));
    symlinkSync(java ?? 'java', join(tools, 'java'));
    const [kafka = 0, controller = 0] = await freePorts(2);
    const supervisor = started({
      PATH: tools,
      RATESTREAM_CACHE: join(tools, 'cache'),
      RATESTREAM_PORT_KAFKA: String(kafka),
      RATESTREAM_PORT_KAFKA_CONTROLLER: String(controller),
    });
    expect(await supervisor.ended).toBe(1);
    releasePorts([kafka, controller]);
    expect(supervisor.output().trim().split('\n').at(-1)).toBe(
      'No Maven (mvn) was found on the PATH, and Kafka and the registry are not downloaded yet: install Maven (Debian: apt-get install maven).',
    );
  }, 30_000);
});

function pidOf(folder: string, name: string): number {
  return (JSON.parse(readFileSync(join(folder, 'run', `${name}.pid`), 'utf8')) as { pid: number }).pid;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
