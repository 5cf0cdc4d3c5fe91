import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const FAKE_KEY = 'rs_demo';

export type Mood = 'working' | 'empty' | 'away' | 'frozen' | 'slow';

/** What the page reads of the services, with figures that move: enough to look at every state of the page. */
export interface FakeServices {
  readonly url: string;
  mood: Mood;
  close(): Promise<void>;
}

const COUNTRIES = [
  ['GB', '234-30', '0.0213', '0.0168', '0.0045'],
  ['DE', '262-02', '0.0725', '0.0641', '0.0084'],
  ['KE', '639-02', '0.0117', '0.0124', '-0.0007'],
  ['BR', '724-05', '0.0098', '0.0061', '0.0037'],
] as const;
const ACCOUNTS = ['acme', 'northwind', 'globex', 'globex-retail'];
const EVENTS = ['delivered', 'submitted', 'accepted'];

export async function fakeServices(): Promise<FakeServices> {
  const started = Date.now();
  let frozenAt = '';
  const fake = { mood: 'working' as Mood };
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' });
      response.end(JSON.stringify(body));
    };
    if (request.url === '/metrics') {
      response.end(metrics(Math.floor((Date.now() - started) / 500)));
      return undefined;
    }
    if (request.headers.authorization !== `Bearer ${FAKE_KEY}`)
      return send(401, { detail: 'A valid API key is needed.' });
    if (fake.mood === 'away') return send(503, { detail: 'The service "analytics" cannot be reached at the moment.' });
    const path = request.url ?? '';
    const ticks = Math.floor((Date.now() - started) / 500);
    if (fake.mood !== 'frozen') frozenAt = new Date().toISOString();
    const answer = (): void => {
      if (path.startsWith('/api/analytics/v1/live'))
        return send(200, fake.mood === 'empty' ? emptyLive() : live(ticks, frozenAt));
      if (path.startsWith('/api/balance/v1/accounts'))
        return send(200, { items: fake.mood === 'empty' ? [] : accounts(ticks), nextCursor: null });
      if (path.startsWith('/api/rating/v1/messages/')) return send(200, explanation(path.split('/').at(-1) ?? ''));
      return send(404, { detail: 'not here' });
    };
    if (fake.mood === 'slow') setTimeout(answer, 3_000);
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(fake, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => closeServer(server),
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function emptyLive() {
  const today = {
    day: '2026-05-01',
    events: 0,
    rated: 0,
    unrated: 0,
    noted: 0,
    unratedLegs: 0,
    rejected: { total: 0, reasons: [] },
  };
  return {
    at: new Date().toISOString(),
    messagesPerSec: 0,
    eventsPerSec: 0,
    today,
    money: [],
    latencyMs: null,
    lag: 0,
    last: [],
  };
}

function live(ticks: number, at: string) {
  const nowSec = Date.now() / 1_000;
  const rated = 1_284_330 + ticks * 210;
  return {
    at,
    messagesPerSec: 420 + 90 * Math.sin(nowSec / 7) + 25 * Math.sin(nowSec * 1.7),
    eventsPerSec: 1_240,
    today: {
      day: at.slice(0, 10),
      events: rated * 2 + 812,
      rated,
      unrated: 812,
      noted: rated,
      unratedLegs: 960,
      rejected: {
        total: 37,
        reasons: [
          { reason: 'unknown_account', records: 31 },
          { reason: 'malformed', records: 6 },
        ],
      },
    },
    money: [
      {
        currency: 'EUR',
        revenue: `${38_214 + ticks}.118250000`,
        cost: `${31_877 + ticks}.904100000`,
        margin: '6336.21415',
        heldRevenue: '412.0065',
        heldCost: '371.2',
        soldUnits: 1,
        boughtUnits: 1,
      },
    ],
    latencyMs: { p50: 840, p99: 1_412 },
    lag: 12,
    last: Array.from({ length: 16 }, (_, i) => lastMessage(ticks + 16 - i, i)),
  };
}

function lastMessage(n: number, age: number) {
  const [country, network, sell, buy, margin] = COUNTRIES[n % COUNTRIES.length] ?? COUNTRIES[0];
  const event = EVENTS[n % EVENTS.length] ?? 'delivered';
  const unrated = n % 11 === 0;
  const held = event === 'accepted';
  const id = ((0x9e3779b1 * n) >>> 0).toString(16).padStart(8, '0');
  return {
    messageId: `${id}-52a1-5c1d-9e30-3f0c7a8d4e21`,
    ratedId: `${id}-0001`,
    at: new Date(Date.now() - age * 130).toISOString(),
    kind: unrated ? 'unrated' : 'rated',
    event,
    status: 'delivered',
    account: ACCOUNTS[n % ACCOUNTS.length] ?? 'acme',
    country,
    network,
    trafficClass: 'otp',
    reason: unrated ? 'no_rate' : '',
    currency: 'EUR',
    revenue: held || unrated ? '0' : sell,
    cost: held || unrated ? '0' : buy,
    margin: held || unrated ? '0' : margin,
    heldRevenue: held ? sell : '0',
  };
}

function metrics(ticks: number): string {
  const line = (group: string, topic: string, partition: number, lag: number): string =>
    `ratestream_kafka_lag_records{group="${group}",topic="${topic}",partition="${partition}",service="${group}"} ${lag}`;
  return [
    '# TYPE ratestream_kafka_lag_records gauge',
    ...Array.from({ length: 6 }, (_, p) => line('group', 'rated', p, (ticks * 7 + p * 13) % 90)),
  ].join('\n');
}

function accounts(ticks: number) {
  const cents = (n: number): string =>
    `${n < 0 ? '-' : ''}${Math.floor(Math.abs(n) / 10_000)}.${String(Math.abs(n) % 10_000).padStart(4, '0')}`;
  const account = (
    id: string,
    name: string,
    parentId: string | null,
    mode: string,
    balance: number,
    limit: string,
    status = 'active',
  ) => ({
    id,
    name,
    parentId,
    currency: 'EUR',
    mode,
    balance: cents(balance),
    held: cents(123_400 + ((ticks * 37) % 5_000)),
    creditLimit: limit,
    available: cents(balance - 123_400),
    status,
    closed: false,
  });
  return [
    account('acme', 'Acme Logistics', null, 'prepaid', 25_000_0000 - ticks * 2_113, '0'),
    account('globex', 'Globex Messaging', null, 'postpaid', -8_412_5523 - ticks * 1_877, '20000'),
    account('globex-retail', 'Globex Retail', 'globex', 'prepaid', 190_4410 - ticks * 903, '0', 'warned'),
    account('northwind', 'Northwind Bank', null, 'postpaid', -1_204_9010 - ticks * 640, '50000'),
  ];
}

function explanation(messageId: string) {
  const leg = (side: string, payer: string, payee: string, action: string, amount: string, held: string) => ({
    legId: `${side}-${payer}`,
    side,
    payer,
    payee,
    action,
    amount,
    heldAmount: held,
    currency: 'EUR',
    reason: null,
    rate: { cardId: side === 'sell' ? 'retail-eur' : 'buy-telia', version: 3 },
  });
  const at = (ageMs: number): string => new Date(Date.now() - ageMs).toISOString();
  return {
    messageId,
    usage: [],
    rated: [
      {
        ratedId: 'r1',
        kind: 'rated',
        event: 'accepted',
        part: 1,
        ratedAt: at(2_000),
        reason: null,
        legs: [leg('sell', 'acme', 'operator', 'hold', '0', '0.0213')],
        explanation: ['Accepted at 14:03:05 UTC.', 'Acme Logistics holds 0.0213 EUR until the message is final.'],
      },
      {
        ratedId: 'r2',
        kind: 'rated',
        event: 'delivered',
        part: 1,
        ratedAt: at(0),
        reason: null,
        legs: [
          leg('sell', 'acme', 'operator', 'settle', '0.0213', '0'),
          leg('buy', 'operator', 'telia', 'settle', '0.0168', '0'),
        ],
        explanation: [
          'Delivered at 14:03:07 UTC.',
          'Acme Logistics pays 0.0213 EUR: 1 part × 0.0213 EUR by card Retail, version 3 in force since 2026-11-01.',
          'The rate was chosen by network 234-30, which wins over prefix 4477 and country GB.',
          'The operator owes Telia 0.0168 EUR by card Telia buy, version 7, chosen by MCC 234.',
        ],
      },
    ],
  };
}
