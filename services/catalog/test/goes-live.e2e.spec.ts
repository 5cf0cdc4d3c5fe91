import { setTimeout as sleep } from 'node:timers/promises';
import { messageIdOf, type RatedEvent } from '@ratestream/events';
import { createKafka, createSerdes, tail, type Follower, type Kafka } from '@ratestream/kafka';
import { formatMoney } from '@ratestream/money';
import { silentLogger } from '@ratestream/observability';
import type { Stack } from '@ratestream/stack-local';
import { eventually, httpClient, isolated, startServices, type HttpClient } from '@ratestream/testing';

const CATALOG = '/api/catalog/v1';
const LEAD_MS = 4_000;
const TAIL_MS = 1_500;

interface Sent {
  /** Billing time of the sell leg and, where a supplier got the message, of the buy leg; ms. */
  sell: number;
  buy: number | null;
}

let services: Stack;
let kafka: Kafka;
let follower: Follower;
let catalog: HttpClient;
let rating: HttpClient;
let ingest: HttpClient;
const rated: RatedEvent[] = [];
const sent = new Map<string, Sent>();

beforeAll(async () => {
  const corner = await isolated({ topics: false });
  services = await startServices(corner, ['catalog', 'ingest', 'rating']);
  const urls = services.addresses.services;
  catalog = httpClient(urls.catalog, services.adminKey);
  rating = httpClient(urls.rating, services.adminKey);
  ingest = httpClient(urls.ingest, services.adminKey);
  const { kafkaBrokers, topicPrefix, registryUrl } = corner;
  kafka = createKafka({ brokers: kafkaBrokers.split(','), clientId: 'test', logger: silentLogger(), topicPrefix });
  const serdes = await createSerdes(kafka, registryUrl);
  follower = await tail(kafka, {
    topic: 'rated',
    partitions: 'all',
    from: 'beginning',
    onRecords: (records) => void rated.push(...records.map(({ value }) => serdes.RatedEvent.decode(value as Buffer))),
  });
  for (const [path, body] of [
    ['/rate-cards', { id: 'sell', name: 'Sell', side: 'sell' }],
    ['/rate-cards', { id: 'buy', name: 'Buy', side: 'buy' }],
    ['/plans', { id: 'plan', name: 'Plan', basis: 'accept', bindings: [{ cardId: 'sell' }] }],
    ['/accounts', { id: 'acme', name: 'Acme', planId: 'plan' }],
    ['/suppliers', { id: 's1', name: 'S1', buyCardId: 'buy' }],
    ['/connections', { id: 's1-direct', supplierId: 's1' }],
    ['/sources', { id: 'gateway', format: 'canonical-json', identity: 'gateway-id' }],
  ] as const)
    expect([path, (await catalog.post(`${CATALOG}${path}`, body)).status]).toEqual([path, 201]);
}, 240_000);
afterAll(async () => {
  await follower?.stop();
  await kafka?.close();
  await services?.stop();
}, 60_000);

const iso = (ms: number): string => new Date(ms).toISOString();

async function publish(card: string, price: string, query: Record<string, string> = {}): Promise<number> {
  const path = `${CATALOG}/rate-cards/${card}/versions?${String(new URLSearchParams(query))}`;
  const answer = await catalog.post<{ knownAt: string }>(path, `country,price\nGB,${price}\n`, {
    contentType: 'text/csv',
  });
  expect([price, answer.status]).toEqual([price, 201]);
  return Date.parse(answer.body.knownAt);
}

async function send(records: { id: string; times: Sent; scheduled?: boolean }[]): Promise<void> {
  for (const { id, times } of records) sent.set(messageIdOf('gateway', id), times);
  const lines = records.map(({ id, times: { sell, buy }, scheduled = false }) => ({
    id,
    account: 'acme',
    to: '+447700900123',
    ...(buy === null
      ? { event: 'accepted', at: iso(scheduled ? Date.now() : sell) }
      : { event: 'submitted', at: iso(buy), acceptedAt: iso(sell), connection: 's1-direct', attempt: 1 }),
    ...(scheduled ? { scheduledAt: iso(sell) } : {}),
  }));
  const answer = await ingest.post('/api/ingest/v1/cdrs?source=gateway', lines);
  expect(answer).toMatchObject({ body: { accepted: lines.length } });
}

/** What each message's legs say: `side version amount`, in the order of rating. */
function legsOf(messageId: string): string[] {
  return rated
    .filter((event) => event.messageId === messageId)
    .flatMap(({ legs }) => legs)
    .filter(({ amount, reason }) => amount !== 0n || reason !== null)
    .map(({ side, rate, amount, reason }) => reason ?? `${side} ${rate?.version ?? ''} ${formatMoney(amount)}`)
    .sort();
}

test('a price goes live by itself at its instant under traffic, exact to the millisecond, and is corrected afterwards', async () => {
  await publish('sell', '0.03');
  await publish('buy', '0.01');
  const live = Math.ceil(Date.now() / 1_000) * 1_000 + LEAD_MS;
  await publish('sell', '0.04', { effectiveFrom: iso(live) });
  const knownBefore = await publish('buy', '0.02', { effectiveFrom: iso(live) });
  await eventually(async () => expect(await quoted(live)).toEqual(['buy 2 0.02', 'sell 2 0.04']));

  // Handed over now, to be sent then: the price is that of the sending, although it is rated before.
  await send(
    [live - 1, live, live + 1].map((sell) => ({ id: `later-${sell}`, times: { sell, buy: null }, scheduled: true })),
  );
  let batch = 0;
  while (Date.now() < live + TAIL_MS) {
    batch += 1;
    const now = Date.now();
    await send(Array.from({ length: 20 }, (_, n) => ({ id: `${batch}-${n}`, times: { sell: now - n, buy: now } })));
    await sleep(20);
  }
  // Records that come late, of every millisecond around the instant.
  const around = Array.from({ length: 61 }, (_, n) => live - 30 + n);
  await send(around.map((sell) => ({ id: `around-${sell}`, times: { sell, buy: sell + 3 } })));
  const times = [...sent.values()];
  expect(times.filter(({ sell }) => sell < live).length).toBeGreaterThan(200);
  expect(times.filter(({ sell }) => sell >= live).length).toBeGreaterThan(200);
  expect(times.filter(({ sell, buy }) => sell < live && (buy ?? 0) >= live).length).toBeGreaterThan(0);

  const expected = ({ sell, buy }: Sent): string[] => [
    ...(buy === null ? [] : [buy < live ? 'buy 1 0.01' : 'buy 2 0.02']),
    sell < live ? 'sell 1 0.03' : 'sell 2 0.04',
  ];
  const wrong = (): unknown[] =>
    [...sent]
      .filter(([id, message]) => legsOf(id).join() !== expected(message).join())
      .slice(0, 5)
      .map(([id, message]) => ({
        message,
        live,
        legs: legsOf(id),
      }));
  await eventually(() => expect(wrong()).toEqual([]), { timeoutMs: 30_000, everyMs: 250 });

  // The new sell price was wrong: what is rated from here on has the right one, what was rated keeps its own.
  const corrected = await publish('sell', '0.035', { effectiveFrom: iso(live), backdated: 'true' });
  await eventually(async () => expect(await quoted(live)).toEqual(['buy 2 0.02', 'sell 3 0.035']));
  expect(await quoted(live, corrected - 1)).toEqual(['buy 2 0.02', 'sell 2 0.04']);
  expect(await quoted(live, knownBefore)).toEqual(['buy 2 0.02', 'sell 2 0.04']);
  expect(await quoted(live - 1)).toEqual(['buy 1 0.01', 'sell 1 0.03']);
  const late = messageIdOf('gateway', 'late');
  const before = new Map([...sent.keys()].map((id) => [id, legsOf(id)]));
  await send([{ id: 'late', times: { sell: live, buy: live } }]);
  await eventually(() => expect(legsOf(late)).toEqual(['buy 2 0.02', 'sell 3 0.035']));
  for (const [id, legs] of before) expect(legsOf(id)).toEqual(legs);
  const { body } = await catalog.get(
    `${CATALOG}/rate-cards/sell/versions?asOf=${iso(live)}&knownAt=${iso(corrected - 1)}`,
  );
  expect(body).toMatchObject({ inForce: 2 });
}, 120_000);

async function quoted(at: number, knownAt?: number): Promise<string[]> {
  const usage = { account: 'acme', to: '+447700900123', connection: 's1-direct', at: iso(at) };
  const { body } = await rating.post<{ legs: { side: string; amount: string; rate: { version: number } | null }[] }>(
    '/api/rating/v1/quote',
    { ...usage, ...(knownAt === undefined ? {} : { knownAt: iso(knownAt) }) },
  );
  return body.legs.map(({ side, rate, amount }) => `${side} ${rate?.version ?? ''} ${amount}`).sort();
}
