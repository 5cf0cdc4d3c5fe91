import { messageIdOf, type CatalogEvent, type RatedEvent } from '@ratestream/events';
import { createKafka, createSerdes, tail, type Follower, type Kafka } from '@ratestream/kafka';
import { formatMoney } from '@ratestream/money';
import { silentLogger } from '@ratestream/observability';
import type { Stack } from '@ratestream/stack-local';
import { eventually, httpClient, isolated, startServices, type HttpClient } from '@ratestream/testing';

const CATALOG = '/api/catalog/v1';
const LEAD_MS = 5_000;

let services: Stack;
let kafka: Kafka;
const followers: Follower[] = [];
let catalog: HttpClient;
let approver: HttpClient;
let customer: HttpClient;
const rated: RatedEvent[] = [];
const changes: CatalogEvent[] = [];

beforeAll(async () => {
  const corner = await isolated({ topics: false });
  services = await startServices(corner, ['catalog', 'ingest', 'rating']);
  catalog = httpClient(services.addresses.services.catalog, services.adminKey);
  const { kafkaBrokers, topicPrefix, registryUrl } = corner;
  kafka = createKafka({ brokers: kafkaBrokers.split(','), clientId: 'test', logger: silentLogger(), topicPrefix });
  const serdes = await createSerdes(kafka, registryUrl);
  const from = { partitions: 'all', from: 'beginning' } as const;
  followers.push(
    await tail(kafka, {
      ...from,
      topic: 'rated',
      onRecords: (records) => void rated.push(...records.map(({ value }) => serdes.RatedEvent.decode(value as Buffer))),
    }),
    await tail(kafka, {
      ...from,
      topic: 'catalog',
      onRecords: (records) =>
        void changes.push(...records.map(({ value }) => serdes.CatalogEvent.decode(value as Buffer))),
    }),
  );
  // Before anybody pays by them: later it would be a notice of its own.
  for (const id of ['gold', 'silver']) {
    await catalog.post(`${CATALOG}/rate-cards`, { id, name: `Retail ${id}`, side: 'sell' });
    const csv = 'country,price\nGB,0.04\nDE,0.05\n';
    const path = `${CATALOG}/rate-cards/${id}/versions`;
    expect((await catalog.post(path, csv, { contentType: 'text/csv' })).status).toBe(201);
  }
  for (const [path, body] of [
    ['/plans', { id: 'gold-plan', name: 'Gold', basis: 'accept', bindings: [{ cardId: 'gold' }] }],
    ['/plans', { id: 'silver-plan', name: 'Silver', basis: 'accept', bindings: [{ cardId: 'silver' }] }],
    ['/accounts', { id: 'acme', name: 'Acme', planId: 'gold-plan' }],
    ['/accounts', { id: 'bolt', name: 'Bolt', planId: 'silver-plan' }],
    ['/sources', { id: 'gateway', format: 'canonical-json', identity: 'gateway-id' }],
  ] as const)
    expect([path, (await catalog.post(`${CATALOG}${path}`, body)).status]).toEqual([path, 201]);
  const keyOf = async (scope: string): Promise<HttpClient> => {
    const body = { name: scope, scope, permissions: ['read', 'write'] };
    return catalog.as((await catalog.post<{ secret: string }>(`${CATALOG}/api-keys`, body)).body.secret);
  };
  [approver, customer] = [await keyOf('operator'), await keyOf('acme')];
}, 240_000);
afterAll(async () => {
  for (const follower of followers) await follower.stop();
  await kafka?.close();
  await services?.stop();
}, 60_000);

const iso = (ms: number): string => new Date(ms).toISOString();
const increase = (effectiveFrom: string): object => ({
  cards: { side: 'sell', name: 'Retail *' },
  select: { countries: ['GB'] },
  change: { percent: '12.5' },
  effectiveFrom,
});

interface Staged {
  id: string;
  status: string;
}
async function stage(effectiveFrom: string): Promise<string> {
  const { status, body } = await catalog.post<Staged>(`${CATALOG}/bulk-changes`, increase(effectiveFrom));
  expect([status, body]).toMatchObject([201, { status: 'staged', totals: { cards: 2, changes: { increase: 2 } } }]);
  return body.id;
}

/** As a gateway writes them: straight into the topic. */
async function send(records: { id: string; account: string; at: number }[]): Promise<void> {
  await kafka.producer().send(
    records.map(({ id, account, at }) => ({
      topic: 'cdr.raw',
      key: id,
      value: Buffer.from(JSON.stringify({ id, account, to: '+447700900123', event: 'accepted', at: iso(at) })),
      headers: { source: 'gateway' },
    })),
  );
}

const charged = (id: string): string[] =>
  rated
    .filter(({ messageId }) => messageId === messageIdOf('gateway', id))
    .flatMap(({ legs }) => legs)
    .map(({ amount, rate }) => `${rate?.version ?? ''} ${formatMoney(amount)}`);

test('an increase without its notice is refused, and says when it may come', async () => {
  const id = await stage(iso(Date.now() + 86_400_000));
  const { status, body } = await approver.post<{ detail: string }>(`${CATALOG}/bulk-changes/${id}/approve`);
  expect([status, body]).toMatchObject([
    422,
    { code: 'notice_too_short', errors: [{ pointer: '/cards/gold' }, { pointer: '/cards/silver' }] },
  ]);
  expect((await catalog.post(`${CATALOG}/bulk-changes/${id}/discard`)).status).toBe(200);
});

test('an increase over two cards is announced, and goes live by itself for what gateways write', async () => {
  const live = Math.ceil(Date.now() / 1_000) * 1_000 + LEAD_MS;
  const id = await stage(iso(live));
  const approval = { waiveNotice: 'agreed with both customers' };
  expect((await approver.post(`${CATALOG}/bulk-changes/${id}/approve`, approval)).status).toBe(201);

  const told = (): unknown[] =>
    changes
      .filter(({ type }) => type === 'NoticeIssued')
      .map(({ data }) => JSON.parse(data) as { accountId: string; version: number; changes: { increase: number } })
      .map(({ accountId, version, changes: { increase: dearer } }) => [accountId, version, dearer])
      .sort();
  await eventually(() => expect(told()).toEqual([['acme', 2, 1], ['bolt', 2, 1]])); // prettier-ignore
  const own = await customer.get<{ items: { id: string }[] }>(`${CATALOG}/notices`);
  expect(own.body.items).toMatchObject([{ accountId: 'acme', effectiveFrom: iso(live), changes: { increase: 1 } }]);
  const sheet = await customer.get<string>(`${CATALOG}/notices/${own.body.items[0]?.id ?? ''}/sheet?kind=changes`);
  expect(sheet.body).toContain(`EUR,0.04,0.045,increase,12.50,${iso(live)}`);

  // Before the instant, exactly at it, and long before it is there: the price is that of the billing time.
  const times = [live - 1, live, live + 1];
  const batch = (name: string): { id: string; account: string; at: number }[] =>
    ['acme', 'bolt'].flatMap((account) => times.map((at) => ({ id: `${name}-${account}-${at}`, account, at })));
  await send([{ id: 'now', account: 'acme', at: Date.now() }]);
  await eventually(() => expect(charged('now')).toEqual(['1 0.04']));
  await eventually(() => expect(Date.now()).toBeGreaterThan(live + 1), { timeoutMs: LEAD_MS * 3 });
  await send(batch('after'));
  await eventually(() =>
    expect(batch('after').map(({ id: one }) => charged(one))).toEqual(
      ['acme', 'bolt'].flatMap(() => [['1 0.04'], ['2 0.045'], ['2 0.045']]),
    ),
  );
  expect(told()).toHaveLength(2);
}, 120_000);
