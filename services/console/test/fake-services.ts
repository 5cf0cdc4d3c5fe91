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
  ['GB', '447700', 'EE', '0.0213', '0.0168'],
  ['DE', '491512', 'Vodafone', '0.0725', '0.0641'],
  ['KE', '254711', 'Safaricom', '0.0117', '0.0124'],
  ['BR', '551198', 'Claro', '0.0098', '0.0061'],
] as const;
const LAGGING = [
  ['ingest', 'cdr.raw'],
  ['rating', 'usage'],
  ['balance', 'rated'],
  ['analytics', 'rated'],
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
  return {
    asOf: new Date().toISOString(),
    perSecond: [],
    totals: { messages: 0, rated: 0, unrated: 0, rejected: 0 },
    money: [],
    rejectReasons: [],
    latency: { p50Ms: null, p99Ms: null },
    lag: [],
    last: [],
  };
}

function live(ticks: number, asOf: string) {
  const nowSec = Math.floor(Date.now() / 1_000);
  const perSecond = Array.from({ length: 60 }, (_, i) => {
    const t = nowSec - 59 + i;
    return {
      t: new Date(t * 1_000).toISOString(),
      messages: Math.round(420 + 90 * Math.sin(t / 40) + 25 * Math.sin(t * 1.7)),
    };
  });
  const messages = 1_284_330 + ticks * 210;
  return {
    asOf,
    perSecond,
    totals: { messages, rated: messages - 812, unrated: 812, rejected: 37 },
    rejectReasons: [
      { reason: 'unknown_account', records: 31 },
      { reason: 'malformed', records: 6 },
    ],
    money: [
      {
        currency: 'EUR',
        revenue: `${38_214 + ticks}.118250000`,
        cost: `${31_877 + ticks}.904100000`,
        margin: '6336.21415',
        held: '412.0065',
      },
    ],
    latency: { p50Ms: 84, p99Ms: 412 },
    lag: LAGGING.flatMap(([service, topic], t) =>
      Array.from({ length: 6 }, (_, partition) => ({
        service,
        topic,
        partition,
        lag: (ticks * 7 + partition * 13 + t * 29) % 90,
      })),
    ),
    last: Array.from({ length: 14 }, (_, i) => lastMessage(ticks + 14 - i, i)),
  };
}

function lastMessage(n: number, age: number) {
  const [country, recipientPrefix, network, sell, buy] = COUNTRIES[n % COUNTRIES.length] ?? COUNTRIES[0];
  const event = EVENTS[n % EVENTS.length] ?? 'delivered';
  const account = ACCOUNTS[n % ACCOUNTS.length] ?? 'acme';
  const unrated = n % 11 === 0;
  const action = unrated ? 'unrated' : event === 'accepted' ? 'hold' : 'settle';
  const leg = (side: string, value: string, payer: string, payee: string) => ({
    side,
    action,
    amount: action === 'settle' ? value : '0',
    currency: 'EUR',
    // Northwind's card is in euro and its account in pounds; half a euro each keeps the figures readable.
    accountAmount: action === 'settle' ? inAccount(value, payer) : '0',
    accountCurrency: payer === 'northwind' ? 'GBP' : 'EUR',
    heldAmount: action === 'hold' ? inAccount(value, payer) : '0',
    payer,
    payee,
    supplierId: side === 'buy' ? payee : null,
  });
  return {
    messageId: `${((0x9e3779b1 * n) >>> 0).toString(16).padStart(8, '0')}-52a1-5c1d-9e30-3f0c7a8d4e21`,
    part: n % 9 === 0 ? 2 : 1,
    ratedAt: (Date.now() - age * 130) * 1_000,
    kind: unrated ? 'unrated' : 'rated',
    reason: unrated ? 'no_rate' : null,
    event,
    account,
    country,
    recipientPrefix,
    network,
    legs: [
      ...(account === 'globex-retail' ? [leg('sell', '0.0301', account, 'globex')] : []),
      leg('sell', sell, account === 'globex-retail' ? 'globex' : account, 'operator'),
      leg('buy', buy, 'operator', 'telia'),
    ],
  };
}

function inAccount(value: string, payer: string): string {
  return payer === 'northwind' ? (Number(value) / 2).toFixed(5) : value;
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
    currency: id === 'northwind' ? 'GBP' : 'EUR',
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

/** In the words of rating. */
function told(side: string, action: string): { statement: string[]; why: string[] } {
  if (action === 'hold')
    return {
      statement: [
        '0.0213 EUR of Acme Logistics is held for operator until the outcome is known (basis delivered).',
        'per part: 1 × 0.0203 EUR = 0.0203 EUR.',
        'Surcharge registration (any:GB): 1 × 0.001 EUR = 0.001 EUR.',
        'Together 0.0213 EUR.',
        'Card Retail, version 3, in force since 2026-11-01T00:00:00.000Z, rate any:GB-234-30, matched by any class, network.',
      ],
      why: [
        'Card Retail is asked by plan Retail on delivery, for any class and any country.',
        'Rate any:GB-234-30 is for network 234-30 in GB, any origin, any route grade, any class, any sender type.',
        'Rate any:+4477 (prefix 4477, 0.0301 EUR) matches too and comes after: prefix 4477 is less specific than network 234-30.',
      ],
    };
  if (side === 'sell') return { statement: ['Acme Logistics pays operator 0.0213 EUR (basis delivered).'], why: [] };
  return {
    statement: [
      'operator pays Telia 0.0084 GBP (basis submit).',
      'per part: 1 × 0.0096 EUR = 0.0096 EUR.',
      '0.0096 EUR are 0.0084 GBP at 0.875 GBP for one EUR: ecb of 2026-11-20, rule event (0.875 GBP for one EUR).',
      'Card Telia buy, version 7, in force since 2026-10-01T00:00:00.000Z, rate any:234, matched by any class, MCC.',
    ],
    why: ['Card Telia buy is asked by supplier Telia.', 'Rate any:234 is for MCC 234, any origin, any class.'],
  };
}

function explanation(messageId: string) {
  const leg = (side: string, payer: string, payee: string, action: string, amount: string, heldAmount: string) => ({
    legId: `${side}-${payer}`,
    side,
    payer,
    payee,
    action,
    amount,
    currency: 'EUR',
    accountAmount: side === 'buy' ? '0.0084' : amount,
    accountCurrency: side === 'buy' ? 'GBP' : 'EUR',
    heldAmount,
    reason: null,
    rate: { cardId: side === 'sell' ? 'retail-eur' : 'buy-telia', version: 3 },
    ...told(side, action),
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
        explanation: ['Accepted at 14:03:05 UTC.', ...Object.values(told('sell', 'hold')).flat()],
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
        explanation: ['Delivered at 14:03:07 UTC.'],
      },
    ],
  };
}
