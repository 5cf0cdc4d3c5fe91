import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { sampleLeg, sampleRated } from '@ratestream/events';
import type { RatedEvent } from '@ratestream/events';
import { callEveryRoute, createServiceApp } from '@ratestream/http';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import { AnalyticsModule } from '../src/analytics.module.js';
import type { LedgerBlocks } from '../src/conservation/balance-blocks.js';
import { createBlockStore } from '../src/fold/block.store.js';
import { foldBlocks } from '../src/fold/block-totals.js';
import { createIntentStore } from '../src/sink/intent.store.js';
import { PartitionSink } from '../src/sink/partition-sink.js';
import { sinkRecord } from '../src/sink/rated-sink.js';
import { createSinkPositions } from '../src/sink/sink-positions.js';
import { createWarehouse } from '../src/sink/warehouse.js';
import type { Live } from '../src/live/live.service.js';
import { TestCatalog, account, apiKey } from './support/catalog.js';
import { openStores } from './support/stores.js';
import type { Stores } from './support/stores.js';

// The machine may be busy with other suites.
jest.setTimeout(60_000);

let stores: Stores;
let app: NestFastifyApplication;
/** What balance would say; tests replace it. */
let ledger: LedgerBlocks;

const NOON = Date.parse('2026-05-01T12:00:00Z') * 1_000;
const NEXT_DAY = NOON + 86_400_000_000;

const now = Date.now() * 1_000;

/**
 * Ten messages of the customer on two days, one of them to France, one unrated; one of which nothing but the purchase was
 * told, unrated; one message of a rival.
 */
function traffic(): [number, number, RatedEvent][] {
  const base = sampleRated();
  const events: [number, number, RatedEvent][] = [];
  for (let i = 0; i < 10; i++) {
    const billingTime = i < 6 ? NOON : NEXT_DAY;
    const abroad = i === 9 ? { country: 'FR', network: { reported: null, ported: null, range: null } } : {};
    const legs = base.legs.map((leg) => ({
      ...leg,
      billingTime,
      ...(i === 8 ? { action: 'unrated' as const, amount: 0n, reason: 'no_rate', currency: '' } : {}),
    }));
    events.push([
      0,
      i * 2,
      sampleRated({
        messageId: `m${i}`,
        ratedAt: now + i,
        rawAppendedAt: now - 700_000,
        subjectEvent: 'delivered',
        legs,
        ...abroad,
      }),
    ]);
  }
  events.push([0, 21, sampleRated({ kind: 'noted', legs: [], ratedAt: now })]);
  const bought = sampleLeg({ ...base.legs[2], action: 'unrated', amount: 0n, reason: 'no_rate', currency: '' });
  events.push([0, 22, sampleRated({ messageId: 'u1', ratedAt: now - 9, legs: [bought] })]);
  const rival = sampleLeg({ level: 0, payer: 'rival', payee: 'operator', amount: 1_000_000_000n, billingTime: NOON });
  const hold = sampleLeg({
    ...rival,
    legId: 'held',
    action: 'hold',
    amount: 0n,
    heldAmount: 500_000_000n,
    heldAmountFreed: 0n,
  });
  const theirs = { account: 'rival', rootPayer: 'rival', chain: ['rival'] };
  events.push([
    1,
    4,
    sampleRated({ messageId: 'r1', ratedAt: now - 5, legs: [{ ...rival, heldAmountFreed: 0n }, hold], ...theirs }),
  ]);
  return events;
}

beforeAll(async () => {
  stores = await openStores();
  const blocks = createBlockStore(stores.pool);
  for (const partition of [0, 1]) {
    const events = traffic().filter(([of]) => of === partition);
    const sink = new PartitionSink(
      partition,
      createIntentStore(stores.pool),
      createWarehouse(stores.clickHouse),
      1_000,
    );
    await sink.claim();
    await sink.write(events.map(([, offset, event]) => sinkRecord(partition, offset, event)));
    const to = (events.at(-1)?.[1] ?? 0) + 1;
    await blocks.add(partition, null, to, foldBlocks(events.map(([, offset, event]) => [offset, event] as const)));
  }
  ledger = { read: (partition, fromBlock) => blocks.read(partition, fromBlock) };
  const catalog = new TestCatalog()
    .say('AccountOpened', account('acc-reseller'))
    .say('AccountOpened', account('acc-customer', { parentId: 'acc-reseller' }))
    .say('AccountOpened', account('rival', { partition: 1 }))
    .say('ApiKeyIssued', apiKey('operator-key', 'operator', ['admin']))
    .say('ApiKeyIssued', apiKey('reseller-key', 'acc-reseller', ['read']))
    .say('ApiKeyIssued', apiKey('customer-key', 'acc-customer', ['read']))
    .say('ApiKeyIssued', apiKey('ingest-key', 'acc-customer', ['ingest']));
  app = await createServiceApp({
    name: 'analytics',
    module: AnalyticsModule.with({
      apiKeys: {
        find: (hash) => catalog.view.apiKeyByHash(hash),
        isWithin: (id, scope) => catalog.view.isWithin(id, scope),
      },
      catalog: catalog.view,
      clickHouse: stores.clickHouse,
      pool: stores.pool,
      blocks,
      ledger: { read: (partition, fromBlock) => ledger.read(partition, fromBlock) },
      sinkPositions: createSinkPositions(stores.pool),
      lag: () => [{ service: 'analytics', topic: 'rated', partition: 0, lag: 3 }],
      nowMs: Date.now,
    }),
    logger: silentLogger(),
    metrics: bareMetrics(),
  });
}, 180_000);
afterAll(async () => {
  await app.close();
  await stores.close();
});

async function get<T = Record<string, unknown>>(
  path: string,
  key = 'operator-key',
): Promise<{ status: number; body: T; text: string }> {
  const answer = await app.inject({ url: `/api/analytics/v1/${path}`, headers: { authorization: `Bearer ${key}` } });
  return { status: answer.statusCode, body: answer.json(), text: answer.body };
}

interface Margin {
  party: string;
  lines: {
    group: Record<string, string>;
    revenue: string;
    cost: string;
    margin: string;
    heldRevenue: string;
    soldUnits: number;
    currency: string;
  }[];
  totals: { margin: string; revenue: string; cost: string }[];
  truncated: boolean;
}

const DAYS = 'from=2026-05-01&to=2026-05-03';
/** `GB: 0.07 − 0.056 = 0.014` */
async function margin(groupBy: string, key?: string, more = ''): Promise<string[]> {
  const { body, status } = await get<Margin>(`margin?groupBy=${groupBy}&${DAYS}${more}`, key);
  expect(status).toBe(200);
  return body.lines.map(
    ({ group, revenue, cost, margin: left }) => `${Object.values(group).join('/')}: ${revenue} − ${cost} = ${left}`,
  );
}

describe('margin', () => {
  test('the operator earns of the roots and pays the suppliers', async () => {
    // 9 rated messages of the customer at 0.07 − 0.056 and the rival’s 1.
    expect(await margin('account')).toEqual(['acc-customer: 0.63 − 0.504 = 0.126', 'rival: 1 − 0 = 1']);
    expect(await margin('day')).toEqual(['2026-05-01: 1.42 − 0.336 = 1.084', '2026-05-02: 0.21 − 0.168 = 0.042']);
    expect(await margin('supplier')).toEqual(['sup-direct: 1.63 − 0.504 = 1.126']);
    expect(await margin('country,network')).toEqual(['FR/: 0.07 − 0.056 = 0.014', 'GB/234-10: 1.56 − 0.448 = 1.112']);
    expect(await margin('class')).toEqual(['otp: 1.63 − 0.504 = 1.126']);
  });

  test('each level earns what the one below pays', async () => {
    expect(await margin('level')).toEqual([
      'operator: 1.63 − 0.504 = 1.126',
      '0: 0.756 − 1.63 = -0.874',
      '1: 0 − 0.756 = -0.756',
    ]);
  });

  test('a reseller sees what its customers pay it and what it pays, and nothing above', async () => {
    expect(await margin('account', 'reseller-key')).toEqual(['acc-customer: 0.756 − 0.63 = 0.126']);
    expect(await margin('level', 'reseller-key')).toEqual(['0: 0.756 − 0.63 = 0.126', '1: 0 − 0.756 = -0.756']);
    expect(await margin('level', 'customer-key')).toEqual(['1: 0 − 0.756 = -0.756']);
    expect(await margin('account', 'customer-key')).toEqual(['acc-customer: 0 − 0.756 = -0.756']);
  });

  test('the operator may look through a tenant’s eyes; a tenant only down', async () => {
    expect(await margin('account', 'operator-key', '&party=acc-reseller')).toEqual([
      'acc-customer: 0.756 − 0.63 = 0.126',
    ]);
    expect(await margin('account', 'reseller-key', '&party=acc-customer')).toEqual([
      'acc-customer: 0 − 0.756 = -0.756',
    ]);
    for (const party of ['acc-reseller', 'rival', 'operator', 'nobody']) {
      expect((await get(`margin?party=${party}&${DAYS}`, 'customer-key')).status).toBe(404);
    }
    expect((await get(`margin?party=nobody&${DAYS}`)).status).toBe(404);
  });

  test('suppliers are no tenant’s business', async () => {
    expect(await get(`margin?groupBy=supplier&${DAYS}`, 'reseller-key')).toMatchObject({
      status: 403,
      body: { code: 'operator_only' },
    });
    for (const path of [`margin?groupBy=account,country,network,class,level,day&${DAYS}`, 'live']) {
      const { text } = await get(path, 'reseller-key');
      expect(text).not.toMatch(/sup-direct|card-|0\.056|rival/);
    }
  });

  test('held money is shown beside what is settled', async () => {
    const { body } = await get<Margin>(`margin?groupBy=account&${DAYS}`);
    expect(body.lines[1]).toMatchObject({
      group: { account: 'rival' },
      heldRevenue: '0.5',
      soldUnits: 2,
      currency: 'EUR',
    });
    expect(body).toMatchObject({ truncated: false, totals: [{ revenue: '1.63', cost: '0.504', margin: '1.126' }] });
  });

  test('more groups than the limit are said to be there', async () => {
    expect((await get<Margin>(`margin?groupBy=account&limit=1&${DAYS}`)).body).toMatchObject({
      truncated: true,
      lines: [{}],
    });
  });

  test.each([
    ['groupBy=weather', 'groupBy'],
    ['groupBy=day,day', 'groupBy'],
    ['from=2026-05-01T00:00:00Z', 'from'],
    ['from=2026-05-02&to=2026-05-02', 'to'],
    ['from=2020-01-01&to=2026-05-02', 'to'],
    ['limit=0', 'limit'],
  ])('%s is refused by name', async (query, parameter) => {
    const { status, body } = await get<{ errors: { parameter: string }[] }>(`margin?${query}`);
    expect(status).toBe(400);
    expect(body.errors[0]?.parameter.split('.')[0]).toBe(parameter);
  });
});

describe('live', () => {
  test('pace, counts, latency and the last messages', async () => {
    const { body } = await get<Live>('live?last=3');
    expect(body).toMatchObject({
      totals: { messages: 13, rated: 12, unrated: 2, rejected: 0 },
      rejectReasons: [],
      lag: [{ service: 'analytics', topic: 'rated', partition: 0, lag: 3 }],
      latency: { p50Ms: expect.any(Number), p99Ms: expect.any(Number) },
    });
    expect(body.perSecond).toHaveLength(60);
    expect(body.perSecond.reduce((sum, { messages }) => sum + messages, 0)).toBeGreaterThan(0);
    expect(body.last.map(({ messageId }) => messageId)).toEqual(['m9', 'm8', 'm7']);
    expect(body.last[0]).toMatchObject({
      country: 'FR',
      network: null,
      ratedAt: now + 9,
      recipientPrefix: '44770090',
      legs: [
        { side: 'sell', payer: 'acc-customer', payee: 'acc-reseller', amount: '0.084', supplierId: null },
        { side: 'sell', payer: 'acc-reseller', payee: 'operator', amount: '0.07', supplierId: null },
        { side: 'buy', payer: 'operator', payee: 'sup-direct', amount: '0.056', supplierId: 'sup-direct' },
      ],
    });
    expect(body.last[1]).toMatchObject({ reason: 'no_rate', legs: [{ action: 'unrated' }, {}, {}] });
  });

  test('a tenant sees its own messages, and of them its own legs and those below', async () => {
    const reseller = (await get<Live>('live?last=1', 'reseller-key')).body;
    // The purchase without a price is none of its business.
    expect(reseller).toMatchObject({ lag: [], totals: { messages: 12, unrated: 1, rejected: 0 } });
    expect(reseller.last[0]?.legs.map(({ payer }) => payer)).toEqual(['acc-customer', 'acc-reseller']);
    const customer = (await get<Live>('live?last=1', 'customer-key')).body;
    expect(customer.last[0]?.legs.map(({ payer, amount }) => [payer, amount])).toEqual([['acc-customer', '0.084']]);
  });

  test('money of today is the party’s own', async () => {
    const money = async (key: string): Promise<unknown> => (await get<Live>('live', key)).body.money;
    expect(await money('operator-key')).toEqual([]); // all of it was billed in May
  });
});

interface Conservation {
  exact: boolean;
  partitions: {
    partition: number;
    blocksCompared: number;
    lines: { equal: boolean; action: string }[];
    doubled: object[];
    lags: object;
  }[];
}

describe('conservation', () => {
  test('three views of the same money agree, the open block included while all stand still', async () => {
    const { body } = await get<Conservation>('conservation?all=true');
    expect(body.exact).toBe(true);
    expect(body.partitions).toMatchObject([
      {
        partition: 0,
        blocksCompared: 1,
        lines: [{ equal: true }, { equal: true }],
        doubled: [],
        lags: { clickHouse: 0, fold: 0, balance: 0 },
      },
      {
        partition: 1,
        blocksCompared: 1,
        lines: [
          { equal: true, action: 'hold' },
          { equal: true, action: 'settle' },
        ],
      },
    ]);
    expect((await get<Conservation>('conservation')).body.partitions[0]?.lines).toEqual([]);
  });

  test('a nano-unit is a difference', async () => {
    const right = ledger;
    ledger = {
      read: async (partition, fromBlock) => {
        const { position, totals } = await right.read(partition, fromBlock);
        return {
          position,
          totals: totals.map((total) => (total.action === 'settle' ? { ...total, amount: total.amount + 1n } : total)),
        };
      },
    };
    const { body } = await get<Conservation>('conservation');
    ledger = right;
    expect(body.exact).toBe(false);
    expect(body.partitions[0]?.lines).toMatchObject([
      { equal: false, action: 'settle', fold: { amount: '1.89' }, balance: { amount: '1.890000001' } },
    ]);
  });

  test('while balance is behind, the open block is not compared, and the lag is shown', async () => {
    const right = ledger;
    ledger = { read: async (partition) => ({ position: partition === 0 ? 5 : 0, totals: [] }) };
    const { body } = await get<Conservation>('conservation');
    ledger = right;
    expect(body).toMatchObject({
      exact: true,
      partitions: [{ blocksCompared: 0, lags: { balance: 18 } }, { lags: { balance: 5 } }],
    });
  });

  test('a doubled row is found', async () => {
    const event = traffic()[3] as [number, number, RatedEvent];
    await createWarehouse(stores.clickHouse).insert(sinkRecord(event[0], event[1], event[2]).rows, 'a foreign hand');
    const { body } = await get<Conservation>('conservation');
    expect(body).toMatchObject({
      exact: false,
      partitions: [{ doubled: [{ block: 0, rows: 35, unique: 32 }] }, { doubled: [] }],
    });
  });

  test('is the operator’s alone', async () => {
    expect((await get('conservation', 'reseller-key')).status).toBe(403);
  });
});

describe('access', () => {
  test('nobody gets anything anywhere', async () => {
    const answers = await callEveryRoute(app);
    expect(answers.length).toBeGreaterThanOrEqual(4);
    for (const { status, url } of answers) expect([url, status]).toEqual([url, 401]);
  });

  test('a key that may only ingest reads nothing but the description', async () => {
    for (const { status, url } of await callEveryRoute(app, { headers: { authorization: 'Bearer ingest-key' } })) {
      if (!url.endsWith('openapi.json')) expect([url, status]).toEqual([url, 403]);
    }
  });
});
