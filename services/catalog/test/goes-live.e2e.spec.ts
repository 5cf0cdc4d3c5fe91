import { setTimeout as sleep } from 'node:timers/promises';
import { formatMoney } from '@ratestream/money';
import { eventually } from '@ratestream/testing';
import { startTraffic, type LiveTraffic } from './live-traffic.js';

const LEAD_MS = 4_000;
const TAIL_MS = 1_500;

interface Sent {
  /** Billing time of the sell leg and, where a supplier got the message, of the buy leg; ms. */
  sell: number;
  buy: number | null;
}

let live: LiveTraffic;
const sent = new Map<string, Sent>();

beforeAll(async () => {
  live = await startTraffic();
  await live.given(
    ['/rate-cards', { id: 'sell', name: 'Sell', side: 'sell' }],
    ['/rate-cards', { id: 'buy', name: 'Buy', side: 'buy' }],
    ['/plans', { id: 'plan', name: 'Plan', basis: 'accept', bindings: [{ cardId: 'sell' }] }],
    ['/accounts', { id: 'acme', name: 'Acme', planId: 'plan' }],
    ['/suppliers', { id: 's1', name: 'S1', buyCardId: 'buy' }],
    ['/connections', { id: 's1-direct', supplierId: 's1' }],
    ['/sources', { id: 'gateway', format: 'canonical-json', identity: 'gateway-id' }],
  );
}, 240_000);
afterAll(async () => live?.stop(), 60_000);

const iso = (ms: number): string => new Date(ms).toISOString();
const publish = (card: string, price: string, query: Record<string, string> = {}): Promise<number> =>
  live.publish(card, `country,price\nGB,${price}\n`, query);

async function send(records: { id: string; times: Sent; scheduled?: boolean }[]): Promise<void> {
  for (const { id, times } of records) sent.set(id, times);
  await live.send(
    records.map(({ id, times: { sell, buy }, scheduled = false }) => ({
      id,
      account: 'acme',
      to: '+447700900123',
      ...(buy === null
        ? { event: 'accepted', at: iso(scheduled ? Date.now() : sell) }
        : { event: 'submitted', at: iso(buy), acceptedAt: iso(sell), connection: 's1-direct', attempt: 1 }),
      ...(scheduled ? { scheduledAt: iso(sell) } : {}),
    })),
  );
}

/** What each message's legs say: `side version amount`. */
const legsOf = (id: string): string[] =>
  live
    .legsOf(id)
    .map(({ side, rate, amount, reason }) => reason ?? `${side} ${rate?.version ?? ''} ${formatMoney(amount)}`)
    .sort();

test('a price goes live by itself at its instant under traffic, exact to the millisecond, and is corrected afterwards', async () => {
  await publish('sell', '0.03');
  await publish('buy', '0.01');
  const start = Math.ceil(Date.now() / 1_000) * 1_000 + LEAD_MS;
  await publish('sell', '0.04', { effectiveFrom: iso(start) });
  const knownBefore = await publish('buy', '0.02', { effectiveFrom: iso(start) });
  await eventually(async () => expect(await quoted(start)).toEqual(['buy 2 0.02', 'sell 2 0.04']));

  // Handed over now, to be sent then: the price is that of the sending, although it is rated before.
  await send(
    [start - 1, start, start + 1].map((sell) => ({ id: `later-${sell}`, times: { sell, buy: null }, scheduled: true })),
  );
  let batch = 0;
  while (Date.now() < start + TAIL_MS) {
    batch += 1;
    const now = Date.now();
    await send(Array.from({ length: 20 }, (_, n) => ({ id: `${batch}-${n}`, times: { sell: now - n, buy: now } })));
    await sleep(20);
  }
  // Records that come late, of every millisecond around the instant.
  const around = Array.from({ length: 61 }, (_, n) => start - 30 + n);
  await send(around.map((sell) => ({ id: `around-${sell}`, times: { sell, buy: sell + 3 } })));
  const times = [...sent.values()];
  expect(times.filter(({ sell }) => sell < start).length).toBeGreaterThan(30);
  expect(times.filter(({ sell }) => sell >= start).length).toBeGreaterThan(31);
  expect(times.filter(({ sell, buy }) => sell < start && (buy ?? 0) >= start).length).toBeGreaterThan(0);

  const expected = ({ sell, buy }: Sent): string[] => [
    ...(buy === null ? [] : [buy < start ? 'buy 1 0.01' : 'buy 2 0.02']),
    sell < start ? 'sell 1 0.03' : 'sell 2 0.04',
  ];
  const wrong = (): unknown[] =>
    [...sent]
      .filter(([id, message]) => legsOf(id).join() !== expected(message).join())
      .slice(0, 5)
      .map(([id, message]) => ({
        message,
        start,
        legs: legsOf(id),
      }));
  await eventually(() => expect(wrong()).toEqual([]), { timeoutMs: 30_000, everyMs: 250 });

  // The new sell price was wrong: what is rated from here on has the right one, what was rated keeps its own.
  const corrected = await publish('sell', '0.035', { effectiveFrom: iso(start), backdated: 'true' });
  await eventually(async () => expect(await quoted(start)).toEqual(['buy 2 0.02', 'sell 3 0.035']));
  expect(await quoted(start, corrected - 1)).toEqual(['buy 2 0.02', 'sell 2 0.04']);
  expect(await quoted(start, knownBefore)).toEqual(['buy 2 0.02', 'sell 2 0.04']);
  expect(await quoted(start - 1)).toEqual(['buy 1 0.01', 'sell 1 0.03']);
  const before = new Map([...sent.keys()].map((id) => [id, legsOf(id)]));
  await send([{ id: 'late', times: { sell: start, buy: start } }]);
  await eventually(() => expect(legsOf('late')).toEqual(['buy 2 0.02', 'sell 3 0.035']));
  for (const [id, legs] of before) expect(legsOf(id)).toEqual(legs);
  const { body } = await live.catalog.get(
    `/api/catalog/v1/rate-cards/sell/versions?asOf=${iso(start)}&knownAt=${iso(corrected - 1)}`,
  );
  expect(body).toMatchObject({ inForce: 2 });
}, 120_000);

async function quoted(at: number, knownAt?: number): Promise<string[]> {
  const usage = { account: 'acme', to: '+447700900123', connection: 's1-direct', at: iso(at) };
  const { body } = await live.rating.post<{
    legs: { side: string; amount: string; rate: { version: number } | null }[];
  }>('/api/rating/v1/quote', { ...usage, ...(knownAt === undefined ? {} : { knownAt: iso(knownAt) }) });
  return body.legs.map(({ side, rate, amount }) => `${side} ${rate?.version ?? ''} ${amount}`).sort();
}
