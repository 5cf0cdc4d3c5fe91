import { join } from 'node:path';
import { createClickHouse, type ClickHouse } from '@ratestream/clickhouse';
import { formatMoney, parseMoney } from '@ratestream/money';
import { createPool, migrate, type Pool } from '@ratestream/postgres';
import { isolated } from '@ratestream/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { lastMonth } from '../../src/what-if/what-if-requests.js';
import { caller, issueKey, startApp, type Answer, type Process } from '../harness.js';
import { pricingOf, RatedTraffic, type Sent } from './rated-traffic.js';

export const MONTH = lastMonth(Date.now() * 1_000);
export const MIDDLE = MONTH.from + 14 * 86_400_000_000;
export const iso = (micros: number): string => new Date(micros / 1_000).toISOString();

export const SELL_1 = `country,mcc,mnc,prefix,traffic_class,price,unit
DE,262,01,,,0.05,part
DE,,,,,0.07,part
GB,,,,,0.031,part
GB,,,,otp,0.029,message
,,,4477,,0.027,part
FR,,,,,0.0451,part
`;
export const SELL_2 = SELL_1.replace('0.05,', '0.051,').replace('0.0451', '0.046');
export const BUY = `country,mcc,mnc,price
DE,262,01,0.02
DE,,,0.03
GB,,,0.0123
FR,,,0.04
`;
export const OWN = `country,price
DE,0.09
GB,0.08
FR,0.085
`;
export const twice = (csv: string): string => csv.replaceAll(/0\.\d+/g, (price) => formatMoney(parseMoney(price) * 2n));

/** A random number generator that every run repeats. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 9) % below; // the low bits of such a generator repeat after a few numbers
  };
}
export const DESTINATIONS: Pick<Sent, 'to' | 'country' | 'mcc' | 'mnc'>[] = [
  { to: '+4915112345678', country: 'DE', mcc: '262', mnc: '01' },
  { to: '+4915212345678', country: 'DE', mcc: '262', mnc: '02' },
  { to: '+447700900123', country: 'GB', mcc: '234', mnc: '10' },
  { to: '+447911123456', country: 'GB', mcc: null, mnc: null },
  { to: '+33612345678', country: 'FR', mcc: '208', mnc: '01' },
  { to: '+12025550123', country: 'US', mcc: null, mnc: null },
];

export interface World {
  pool: Pool;
  clickHouse: ClickHouse;
  store: { url: string; database: string };
  process: Process & { app: NestFastifyApplication };
  operator: ReturnType<typeof caller>;
  traffic: RatedTraffic;
  /** In the order in which they came. */
  sent: Sent[];
  stop(): Promise<void>;
}

/** Three accounts of two levels, sold to and bought for by three cards, and a month of rated traffic of theirs. */
export async function startWorld(options: { whatIfMaxRows?: number; whatIfWaitMs?: number } = {}): Promise<World> {
  const corner = await isolated({ services: ['catalog'], topics: false });
  const pool = createPool(corner.databaseUrl('catalog'), { maxConnections: 12 });
  await migrate(pool, join(import.meta.dirname, '../../migrations'), 'catalog');
  const store = { url: corner.clickhouseUrl, database: corner.clickhouseDatabase };
  const clickHouse = createClickHouse(store);
  await clickHouse.migrate(join(import.meta.dirname, '../../../../schemas/clickhouse'));
  const process = await startApp(pool, 50_000_000, { clickHouse: store, whatIfMaxRows: 5_000, ...options });
  const operator = caller(process.app);
  for (const [path, body] of [
    ['/rate-cards', { id: 'sell', name: 'sell', side: 'sell' }],
    ['/rate-cards', { id: 'buy', name: 'buy', side: 'buy' }],
    ['/suppliers', { id: 'sup', name: 'sup', buyCardId: 'buy' }],
    ['/plans', { id: 'plan', name: 'plan', basis: 'delivered', bindings: [{ cardId: 'sell' }] }],
    ['/accounts', { id: 'acme', name: 'acme', planId: 'plan' }],
    ['/accounts', { id: 'mine', name: 'mine', planId: 'plan' }],
    ['/rate-cards', { id: 'own', name: 'own', side: 'sell', owner: 'mine' }],
    ['/plans', { id: 'own-plan', name: 'own', owner: 'mine', basis: 'delivered', bindings: [{ cardId: 'own' }] }],
    ['/accounts', { id: 'customer', name: 'customer', parentId: 'mine', planId: 'own-plan' }],
  ] as const)
    expect([path, (await operator('POST', path, body)).status]).toEqual([path, 201]);
  const publish = async (card: string, from: number, csv: string): Promise<void> => {
    const path = `/rate-cards/${card}/versions?backdated=true&effectiveFrom=${iso(from)}&waiveNotice=history`;
    expect((await operator('POST', path, csv)).status).toBe(201);
  };
  await publish('sell', MONTH.from - 1_000_000, SELL_1);
  await publish('sell', MIDDLE, SELL_2);
  await publish('buy', MONTH.from - 1_000_000, BUY);
  await publish('own', MONTH.from - 1_000_000, OWN);
  await issueKey(process, 'mine', { secret: 'rs_mine-secret', scope: 'mine', permissions: ['admin'] });
  const traffic = new RatedTraffic(await pricingOf(process.state.view, pool), process.state.view);
  const sent: Sent[] = [];
  const random = seeded(7);
  for (let i = 0; i < 800; i += 1) {
    sent.push({
      id: `m${i}`,
      account: ['acme', 'customer', 'mine'][random(3)] as string,
      at: MONTH.from + random(2_000_000) * ((MONTH.to - MONTH.from) / 2_000_000),
      ...(DESTINATIONS[random(DESTINATIONS.length)] as (typeof DESTINATIONS)[number]),
      trafficClass: ['otp', 'promotional'][random(2)] as string,
      parts: 1 + random(3),
      // Some are held still, and owe nothing yet.
      event: random(10) === 0 ? 'accepted' : 'delivered',
    });
  }
  for (const one of sent) traffic.send(one);
  await traffic.store(clickHouse);
  return {
    pool,
    clickHouse,
    store,
    process,
    operator,
    traffic,
    sent,
    async stop() {
      await process.app.close();
      await clickHouse.close();
      await pool.end();
    },
  };
}

export interface Money {
  side: string;
  in: string;
  currency: string;
  before: string;
  after: string;
  difference: string;
  today?: string;
}
export interface Result {
  id: string;
  status: string;
  result: {
    totals: Money[];
    counts: Record<string, number>;
    marginEffect: object[];
    lines: number;
    topMovers: { lines: object[] }[];
  };
}

/** Asks and expects the result at once. */
export async function ask(as: World['operator'], body: object): Promise<Result> {
  const answer: Answer = await as('POST', '/what-if', body);
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  expect((answer.body as unknown as Result).status).toBe('done');
  return answer.body as unknown as Result;
}

/** What was settled on one side by these cards. */
export function settled(traffic: RatedTraffic, side: string, card: string): string {
  let sum = 0n;
  for (const { legs } of traffic.events)
    for (const leg of legs) if (leg.side === side && leg.rate?.cardId === card) sum += leg.amount;
  return formatMoney(sum);
}
