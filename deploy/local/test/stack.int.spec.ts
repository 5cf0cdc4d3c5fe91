import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import { forgetFolder, startStack, type Stack } from '../src/index.js';

describe('startStack', () => {
  const folders: string[] = [];
  const stacks: Stack[] = [];
  const start = async (...parts: ('kafka' | 'registry' | 'postgres' | 'clickhouse')[]): Promise<Stack> => {
    const folder = mkdtempSync(join(tmpdir(), 'ratestream-stack-'));
    folders.push(folder);
    const stack = await startStack({ folder, parts });
    stacks.push(stack);
    return stack;
  };

  afterEach(async () => {
    await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
    for (const folder of folders.splice(0)) {
      forgetFolder(folder);
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test('two stacks at once never meet', async () => {
    const [one, other] = await Promise.all([start('kafka', 'postgres'), start('kafka', 'postgres')]);
    expect(one.addresses.kafkaBrokers).not.toBe(other.addresses.kafkaBrokers);
    await createTopic(one, 'mine');
    await createTopic(other, 'theirs');
    expect(await topics(one)).toEqual(['mine']);
    expect(await topics(other)).toEqual(['theirs']);
    await one.stop();
    expect(await topics(other)).toEqual(['theirs']);
  }, 120_000);

  test('what Kafka and PostgreSQL acknowledged survives kill -9, and a restart is waited for', async () => {
    const stack = await start('kafka', 'postgres');
    await createTopic(stack, 'kept');
    await query(stack, 'create table kept (n int); insert into kept values (7)');
    const before = stack.pid('postgres');
    await Promise.all([stack.kill('kafka'), stack.kill('postgres')]);
    await Promise.all([stack.waitReady('kafka'), stack.waitReady('postgres')]);
    expect(stack.pid('postgres')).not.toBe(before);
    expect([stack.restarts('kafka'), stack.restarts('postgres')]).toEqual([1, 1]);
    expect(await topics(stack)).toEqual(['kept']);
    expect(await query(stack, 'select n from kept')).toEqual([{ n: 7 }]);
    await stack.restart('kafka', 'SIGTERM');
    expect(await topics(stack)).toEqual(['kept']);
  }, 120_000);

  test('a frozen part stands still, all its processes included, and goes on when it is unfrozen', async () => {
    const stack = await start('postgres');
    const client = new Client({ connectionString: `${stack.addresses.postgresUrl}/postgres` });
    await client.connect();
    stack.freeze('postgres');
    const answer = client.query('select 1 as one');
    expect(await Promise.race([answer.then(() => 'answered'), sleep(500, 'silent')])).toBe('silent');
    stack.unfreeze('postgres');
    expect((await answer).rows).toEqual([{ one: 1 }]);
    await client.end();
  }, 60_000);

  test('a halted part stays down until it is started', async () => {
    const stack = await start('postgres');
    await stack.halt('postgres');
    await sleep(500);
    expect(stack.pid('postgres')).toBeUndefined();
    await expect(query(stack, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
    await stack.start('postgres');
    expect(await query(stack, 'select 1 as one')).toEqual([{ one: 1 }]);
  }, 60_000);

  test('the registry refuses an incompatible schema and keeps its schemas over a restart', async () => {
    const stack = await start('registry');
    const url = `${stack.addresses.registryUrl}/subjects/usage-value/versions`;
    const register = async (fields: object[]): Promise<number> => {
      const schema = JSON.stringify({ type: 'record', name: 'Usage', fields });
      const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
      return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ schema }) })).status;
    };
    expect(await register([{ name: 'id', type: 'string' }])).toBe(200);
    expect(await register([{ name: 'other', type: 'string' }])).toBe(409);
    await stack.restart('registry');
    expect(await (await fetch(url)).json()).toEqual([1]);
  }, 120_000);

  test('an unknown part is named together with those that run', async () => {
    const stack = await start('postgres');
    await expect(async () => stack.kill('rating')).rejects.toThrow('This stack runs no rating; it runs postgres.');
  }, 60_000);
});

function admin(stack: Stack): ReturnType<Kafka['admin']> {
  return new Kafka({ brokers: [stack.addresses.kafkaBrokers], logLevel: logLevel.NOTHING }).admin();
}

async function createTopic(stack: Stack, topic: string): Promise<void> {
  const kafka = admin(stack);
  await kafka.connect();
  await kafka.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await kafka.disconnect();
}

async function topics(stack: Stack): Promise<string[]> {
  const kafka = admin(stack);
  await kafka.connect();
  const names = await kafka.listTopics();
  await kafka.disconnect();
  return names;
}

async function query(stack: Stack, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: `${stack.addresses.postgresUrl}/postgres` });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
