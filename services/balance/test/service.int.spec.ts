import { setTimeout as sleep } from 'node:timers/promises';
import { serialiseCatalogEvent } from '@ratestream/catalog';
import type { CatalogEventData } from '@ratestream/catalog';
import { NAMESPACES, uuidV5 } from '@ratestream/events';
import type { AccountStatus, BalanceEvent, RatedEvent } from '@ratestream/events';
import { parseConfig } from '@ratestream/http';
import { createKafka, createSerdes, tail } from '@ratestream/kafka';
import type { Kafka, OutRecord, Producer, Serdes } from '@ratestream/kafka';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import { createPool } from '@ratestream/postgres';
import type { Pool } from '@ratestream/postgres';
import { createDatabases } from '@ratestream/stack-local';
import { eventually, httpClient, isolated, startServices } from '@ratestream/testing';
import type { Isolated } from '@ratestream/testing';
import { configSchema } from '../src/config.js';
import { startBalance } from '../src/start-balance.js';
import type { RunningBalance } from '../src/start-balance.js';
import { account, apiKey, supplier } from './support/catalog.js';
import { buyLeg, ratedEvent, sellLeg } from './support/rated.js';

const PARTITIONS = 6;
const EUR = 1_000_000_000n;

let corner: Isolated;
let kafka: Kafka;
let serdes: Serdes;
let producer: Producer;
let catalogPosition = 0;
let heartbeats: NodeJS.Timeout;
const running: RunningBalance[] = [];

beforeAll(async () => {
  corner = await isolated({ services: ['balance'] });
  kafka = createKafka({
    brokers: corner.kafkaBrokers.split(','),
    clientId: 'balance-test',
    logger: silentLogger(),
    topicPrefix: corner.topicPrefix,
  });
  serdes = await createSerdes(kafka, corner.registryUrl);
  producer = kafka.producer();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const root = `root${partition}`;
    await say('AccountOpened', account(root, { partition, creditLimit: '1000000' }));
    await say('AccountOpened', account(`${root}-acme`, { parentId: root, creditLimit: '1000', warnBelow: '500' }));
  }
  await say('SupplierAdded', supplier('s1'));
  await say('ApiKeyIssued', apiKey('operator-key', 'operator', ['admin']));
  heartbeats = setInterval(() => void sendCatalog('Heartbeat', {}, catalogPosition), 1_000);
}, 240_000);

afterAll(async () => {
  clearInterval(heartbeats);
  await Promise.all(running.map((service) => service.drain('test is over')));
  await producer?.close();
  await kafka?.close();
  await corner?.clean();
}, 60_000);

async function say<T extends keyof CatalogEventData>(type: T, data: CatalogEventData[T]): Promise<void> {
  await sendCatalog(type, data, ++catalogPosition);
}

async function sendCatalog<T extends keyof CatalogEventData>(
  type: T,
  data: CatalogEventData[T],
  position: number,
): Promise<void> {
  const eventId = uuidV5(NAMESPACES.catalogEvent, `${type} ${position}`);
  const envelope = {
    position,
    eventId,
    aggregate: 'test',
    aggregateId: 'test',
    aggregateVersion: position,
    actor: 'test',
  };
  const event = serialiseCatalogEvent({ ...envelope, type, data, occurredAt: Date.now() * 1_000 } as Parameters<
    typeof serialiseCatalogEvent
  >[0]);
  await producer.send([{ topic: 'catalog', partition: 0, key: 'test', value: serdes.CatalogEvent.encode(event) }]);
}

function environment(database = corner.databaseUrl('balance')): Record<string, string> {
  return { ...corner.environmentOf('balance'), POSTGRES_URL: database, LOG_LEVEL: 'silent' };
}

async function start(database?: string): Promise<RunningBalance> {
  const service = await startBalance({
    config: parseConfig(configSchema, environment(database)),
    logger: silentLogger(),
    metrics: bareMetrics(),
    handleSignals: false,
  });
  running.push(service);
  return service;
}

async function stop(service: RunningBalance): Promise<void> {
  running.splice(running.indexOf(service), 1);
  expect(await service.drain('test')).toBe(true);
}

/** One message in `partition`: acme pays 3, its reseller 2, s1 gets 1 nano-unit. */
function message(partition: number): RatedEvent {
  const root = `root${partition}`;
  const legs = [sellLeg(`${root}-acme`, root, 3n), sellLeg(root, 'operator', 2n), buyLeg('s1', 1n)];
  return ratedEvent(legs, { rootPayer: root, rawAppendedAt: Date.now() * 1_000 });
}

let sent = 0;

async function send(perPartition: number): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const value = serdes.RatedEvent.encode(message(partition));
    const record: OutRecord = { topic: 'rated', partition, key: `root${partition}`, value };
    await producer.send(Array.from({ length: perPartition }, () => record));
  }
  sent += perPartition;
}

interface Row {
  code: string;
  sub: number;
  balance: string;
}

async function expectBooks(pool: Pool, perPartition: number): Promise<void> {
  const { rows } = await pool.query<Row>(
    `select code, sub, balance from ledger_account where kind not in ('cash', 'adjustment') order by code, sub`,
  );
  const nano = (n: number) => (n / 1e9).toFixed(9);
  const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  expect(rows.filter(({ balance }) => balance !== '0.000000000')).toEqual([
    ...all.flatMap((p) => [
      { code: `balance/root${p}`, sub: 0, balance: nano(-2 * perPartition) },
      { code: `balance/root${p}-acme`, sub: 0, balance: nano(-3 * perPartition) },
    ]),
    ...all.map((sub) => ({ code: 'cost/operator', sub, balance: nano(-perPartition) })),
    ...all.map((sub) => ({ code: 'payable/s1', sub, balance: nano(perPartition) })),
    ...all.map((sub) => ({ code: 'revenue/operator', sub, balance: nano(2 * perPartition) })),
    ...all.map((sub) => ({ code: `revenue/root${sub}`, sub, balance: nano(3 * perPartition) })),
  ]);
}

test('what is rated is in the books; two instances share the work, one leaves, nothing is lost or doubled', async () => {
  const first = await start();
  await send(300);
  await eventually(() => expectBooks(first.pool, sent), { timeoutMs: 30_000 });

  const second = await start();
  await send(300);
  await eventually(() => expectBooks(first.pool, sent), { timeoutMs: 30_000 });
  await send(200);
  await stop(second);
  await send(200);
  await eventually(() => expectBooks(first.pool, sent), { timeoutMs: 30_000 });

  const client = httpClient(first.url, 'operator-key');
  expect((await client.get('/api/balance/v1/trial-balance')).body).toMatchObject({ balanced: true });
  expect((await client.get('/api/balance/v1/suppliers')).body).toMatchObject({
    items: [{ id: 's1', name: 'Supplier s1' }],
  });
  await stop(first);
}, 120_000);

test('a crossing and a top-up reach Kafka, once each', async () => {
  const service = await start();
  const statuses: AccountStatus[] = [];
  const events: BalanceEvent[] = [];
  const followers = await Promise.all([
    tail(kafka, {
      topic: 'account.status',
      partitions: 'all',
      from: 'beginning',
      onRecords: (records) =>
        void statuses.push(
          ...records.flatMap(({ value }) => (value === null ? [] : [serdes.AccountStatus.decode(value)])),
        ),
    }),
    tail(kafka, {
      topic: 'balance.events',
      partitions: 'all',
      from: 'beginning',
      onRecords: (records) =>
        void events.push(
          ...records.flatMap(({ value }) => (value === null ? [] : [serdes.BalanceEvent.decode(value)])),
        ),
    }),
  ]);
  const of = (id: string) => statuses.filter((status) => status.account === id).map(({ status }) => status);
  try {
    await say('AccountOpened', account('spender', { partition: 2, creditLimit: '1' }));
    await eventually(() => expect(of('spender')).toEqual(['active']), { timeoutMs: 30_000 });
    const spend = ratedEvent([sellLeg('spender', 'operator', EUR)], { rootPayer: 'spender', catalogPosition });
    await producer.send([{ topic: 'rated', partition: 2, key: 'spender', value: serdes.RatedEvent.encode(spend) }]);
    await eventually(() => expect(of('spender')).toEqual(['active', 'suspended']), { timeoutMs: 30_000 });
    const client = httpClient(service.url, 'operator-key');
    const body = { amount: '1', reason: 'test', reference: 'T-1' };
    const answer = await client.post('/api/balance/v1/accounts/spender/top-ups', body);
    expect([answer.status, answer.body]).toMatchObject([201, { balance: '0', status: 'active' }]);
    await eventually(() => expect(of('spender')).toEqual(['active', 'suspended', 'active']), { timeoutMs: 30_000 });
    await eventually(() =>
      expect(events.map(({ type, account: id, reason }) => [type, id, reason])).toEqual([
        ['LimitCrossed', 'spender', 'suspended'],
        ['TopUpRecorded', 'spender', 'test'],
        ['LimitCrossed', 'spender', 'active'],
      ]),
    );
    expect(statuses.filter(({ account: id }) => id === 'root0')).toHaveLength(1);
    const undo = ratedEvent([sellLeg('spender', 'operator', -EUR, { action: 'reverse' })], {
      rootPayer: 'spender',
      catalogPosition,
    });
    await producer.send([{ topic: 'rated', partition: 2, key: 'spender', value: serdes.RatedEvent.encode(undo) }]);
    await client.post('/api/balance/v1/accounts/spender/adjustments', { ...body, amount: '-1' });
  } finally {
    await Promise.all(followers.map((follower) => follower.stop()));
    await eventually(() => expectBooks(service.pool, sent), { timeoutMs: 30_000 }); // the spender is back at zero
    await stop(service);
  }
}, 120_000);

test('a process that is killed again and again applies every event once', async () => {
  const stack = await startServices(corner, ['balance'], {
    serviceEnv: { balance: { BALANCE_BATCH_EVENTS: '200', BALANCE_LINGER_MS: '0' } },
  });
  const pool = createPool(corner.databaseUrl('balance'));
  try {
    const kills = (async () => {
      for (let kill = 0; kill < 5; kill++) {
        await sleep(700 + kill * 150);
        await stack.halt('balance', 'SIGKILL');
        await stack.start('balance');
      }
    })();
    for (let round = 0; round < 8; round++) {
      await send(2_500);
      await sleep(400);
    }
    await kills;
    await eventually(() => expectBooks(pool, sent), { timeoutMs: 60_000, everyMs: 250 });
    const { rows } = await pool.query<{ entries: string; legs: string }>(
      `select count(*) as entries, sum(legs) as legs from journal_entry where partition is not null and kind = 'usage'`,
    );
    // Six entries a message and partition, and two of the spender above.
    expect(Number(rows[0]?.legs)).toBe(6 * PARTITIONS * sent + 2);
  } finally {
    await pool.end();
    await stack.stop();
  }
}, 240_000);

// Last: from here on the topics know a newer database than the first one.
test('a database built anew from offset 0 has the same books, and goes on publishing', async () => {
  const name = `rebuilt_${Date.now()}`;
  await createDatabases(corner.postgresUrl, [name]);
  const service = await start(`${corner.postgresUrl}/${name}`);
  await eventually(
    async () => {
      const { rows } = await service.pool.query<{ sent: string; last: string }>(
        'select sent_position as sent, last_position as last from outbox_position',
      );
      expect(rows[0]?.sent).toBe(rows[0]?.last);
      await expectBooks(service.pool, sent);
    },
    { timeoutMs: 60_000 },
  );
  await stop(service);
}, 120_000);
