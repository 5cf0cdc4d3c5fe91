import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareMetrics, silentLogger, type Metrics } from '@ratestream/observability';
import { Outbox, Relay, migrate, transaction, type OutboxRecord, type Pool, type RelayOptions } from '../src/index.js';
import { startPostgres, type Server } from './database.js';
import { FakeLog } from './fake-log.js';

let server: Server;
let pool: Pool;
let log: FakeLog;
let metrics: Metrics;
const outbox = new Outbox('demo');
const running: Relay[] = [];

beforeAll(async () => {
  server = await startPostgres();
  pool = await server.database('outbox');
  await migrate(pool, mkdtempSync(join(tmpdir(), 'ratestream-none-')), 'demo');
}, 60_000);
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  await pool.query('truncate outbox_position, outbox_record');
  log = new FakeLog();
  metrics = bareMetrics();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((relay) => relay.stop()));
});

const record = (key: string, topic = 'balance.events'): OutboxRecord => ({
  topic,
  key,
  value: Buffer.from(`value of ${key}`),
});
const append = (...keys: string[]) =>
  transaction(pool, (tx) =>
    outbox.append(
      tx,
      keys.map((key) => record(key)),
    ),
  );
const keys = (): (string | null)[] => log.records.map((sent) => sent.key);

function relay(over: Partial<RelayOptions> = {}): Relay {
  const made = new Relay({
    outbox,
    pool,
    kafka: log,
    topics: ['balance.events', 'account.status'],
    logger: silentLogger(),
    metrics,
    pollMs: 50,
    ...over,
  });
  running.push(made);
  made.start();
  return made;
}

async function until(what: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('positions', () => {
  test('a roll-back leaves no gap', async () => {
    await append('a');
    await transaction(pool, async (tx) => {
      await outbox.append(tx, [record('lost')]);
      throw new Error('no');
    }).catch(() => undefined);
    expect(await append('b')).toBe(2);
  });

  test('are in commit order under concurrency', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => append(`${i}`, `${i}+`)));
    const waiting = await outbox.waiting(pool, 0, 100);
    expect(waiting.map((sent) => sent.position)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    waiting.forEach((sent, i) => {
      if (i % 2 === 1) expect(sent.key).toBe(`${waiting[i - 1]?.key}+`);
    });
  });

  test('of a stream of its own hold several records, which are never cut apart', async () => {
    await transaction(pool, async (tx) => {
      const position = await outbox.takePositions(tx, 1);
      await outbox.appendAt(tx, position, [
        record('chunk 1', 'catalog.rates'),
        record('chunk 2', 'catalog.rates'),
        record('published', 'catalog'),
      ]);
    });
    await append('next');
    expect((await outbox.waiting(pool, 0, 1)).map((sent) => sent.key)).toEqual(['chunk 1', 'chunk 2', 'published']);
    expect((await outbox.waiting(pool, 1, 1)).map((sent) => sent.key)).toEqual(['next']);
  });
});

describe('the relay', () => {
  test('publishes everything once, in order, with its position, and forgets it', async () => {
    await append('a', 'b');
    relay({ batchRecords: 2 });
    await until(() => log.records.length === 2);
    await append('c');
    await until(() => log.records.length === 3);
    expect(keys()).toEqual(['a', 'b', 'c']);
    expect(log.records[2]).toMatchObject({ headers: { 'position-demo': '3' }, value: Buffer.from('value of c') });
    await until(async () => (await outbox.positions(pool)).sent === 3);
    expect((await pool.query('select 1 from outbox_record')).rowCount).toBe(0);
    expect(await metrics.registry.metrics()).toContain('ratestream_outbox_backlog_positions{outbox="demo"} 0');
  });

  test('is woken by a commit, long before it would look by itself', async () => {
    relay({ pollMs: 60_000 });
    await until(() => log.fences === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await append('a');
    await until(() => log.records.length === 1);
  });

  test('killed between publishing and marking, it doubles nothing', async () => {
    await append('a', 'b', 'c');
    log.afterCommit = () => {
      log.afterCommit = undefined;
      throw new Error('killed'); // in the log, and nobody was told
    };
    relay({ batchRecords: 2 });
    await until(() => log.records.length >= 3);
    await until(async () => (await outbox.positions(pool)).sent === 3);
    expect(keys()).toEqual(['a', 'b', 'c']);
    expect(log.fences).toBe(2);
  });

  test('killed before the commit, it loses nothing', async () => {
    await append('a', 'b');
    log.beforeCommit = () => {
      log.beforeCommit = undefined;
      throw new Error('killed');
    };
    relay();
    await until(() => log.records.length === 2);
    expect(keys()).toEqual(['a', 'b']);
  });

  test('of two at once the one that was first is fenced, and each record is there once', async () => {
    await append('a');
    let arrived: () => void = () => undefined;
    let revive: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => (arrived = resolve));
    const revived = new Promise<void>((resolve) => (revive = resolve));
    log.beforeCommit = async () => {
      log.beforeCommit = undefined;
      arrived();
      await revived;
    };
    relay({ withoutLock: true });
    await frozen;
    relay({ withoutLock: true });
    await until(() => log.records.length === 1);
    revive();
    await append('b');
    await until(() => log.records.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 700)); // the first one has started over by now
    await append('c');
    await until(() => log.records.length === 3);
    expect(keys()).toEqual(['a', 'b', 'c']);
    expect(await metrics.registry.metrics()).toMatch(/outbox_relay_restarts_total\{outbox="demo"\} [1-9]/);
  });

  test('with the lock the second waits, and takes over when the first ends', async () => {
    const first = relay();
    await until(() => log.fences === 1);
    relay();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(log.fences).toBe(1);
    await first.stop();
    await until(() => log.fences === 2);
    await append('a');
    await until(() => log.records.length === 1);
  });

  test('whose connection is cut starts over', async () => {
    relay();
    await until(() => log.fences === 1);
    await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relay demo'`);
    await append('a');
    await until(() => log.fences === 2 && log.records.length === 1);
    expect(keys()).toEqual(['a']);
  });

  test('stops where the log is ahead of the database', async () => {
    await append('a');
    log.records.push({ ...record('x'), headers: { 'position-demo': '7' } });
    const stopped = relay();
    await until(() => !stopped.health().ok);
    expect(stopped.health().detail).toContain('older than the log');
    expect(log.records).toHaveLength(1);
  });

  test('stops at a gap', async () => {
    await append('a', 'b', 'c');
    await pool.query('delete from outbox_record where position = 2');
    const stopped = relay();
    await until(() => !stopped.health().ok);
    expect(stopped.health().detail).toContain('position 2 of outbox demo is missing');
    expect(log.records).toEqual([]);
  });

  test('a heartbeat tells the last position and takes none', async () => {
    await append('a');
    relay({
      heartbeat: {
        everyMs: 60,
        record: (last) => ({ topic: 'catalog', key: 'heartbeat', value: Buffer.from(String(last)) }),
      },
    });
    await until(() => log.records.filter((sent) => sent.key === 'heartbeat').length >= 2);
    expect(log.records.at(-1)).toMatchObject({ key: 'heartbeat', value: Buffer.from('1') });
    expect(log.records.at(-1)?.headers).toBeUndefined();
    await append('b');
    await until(() => log.positions('position-demo').length === 2);
    expect(log.positions('position-demo')).toEqual([1, 2]);
  });
});
