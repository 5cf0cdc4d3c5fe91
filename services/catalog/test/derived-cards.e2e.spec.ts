import { messageIdOf, type RatedEvent } from '@ratestream/events';
import { createKafka, createSerdes, tail, type Follower, type Kafka } from '@ratestream/kafka';
import { formatMoney } from '@ratestream/money';
import { silentLogger } from '@ratestream/observability';
import type { Stack } from '@ratestream/stack-local';
import { eventually, httpClient, isolated, startServices, type HttpClient } from '@ratestream/testing';

const CATALOG = '/api/catalog/v1';

let services: Stack;
let kafka: Kafka;
let follower: Follower;
let catalog: HttpClient;
let approver: HttpClient;
const rated: RatedEvent[] = [];

beforeAll(async () => {
  const corner = await isolated({ topics: false });
  services = await startServices(corner, ['catalog', 'ingest', 'rating']);
  catalog = httpClient(services.addresses.services.catalog, services.adminKey);
  const { kafkaBrokers, topicPrefix, registryUrl } = corner;
  kafka = createKafka({ brokers: kafkaBrokers.split(','), clientId: 'test', logger: silentLogger(), topicPrefix });
  const serdes = await createSerdes(kafka, registryUrl);
  follower = await tail(kafka, {
    topic: 'rated',
    partitions: 'all',
    from: 'beginning',
    onRecords: (records) => void rated.push(...records.map(({ value }) => serdes.RatedEvent.decode(value as Buffer))),
  });
  const derivation = {
    fromCardId: 'buy',
    markup: { percent: '20', fixed: '0.002', floor: '0.03', ceiling: null },
    groups: [{ name: 'Alps', countries: ['AT', 'CH'], markup: { percent: '50' } }],
    rounding: { mode: 'half_up', places: 4 },
  };
  const key = { name: 'Pricing lead', permissions: ['read', 'write'] };
  approver = catalog.as((await catalog.post<{ secret: string }>(`${CATALOG}/api-keys`, key)).body.secret);
  await catalog.post(`${CATALOG}/rate-cards`, { id: 'buy', name: 'Supplier One', side: 'buy' });
  // Whoever sets the markup approves the sheets, and the other one the prices that come of both.
  const sell = { id: 'sell', name: 'Cost plus', side: 'sell', noticeDays: { increase: 0 }, derivation };
  expect((await approver.post(`${CATALOG}/rate-cards`, sell)).status).toBe(201);
  for (const [path, body] of [
    ['/suppliers', { id: 's1', name: 'Supplier One' }],
    ['/connections', { id: 's1-direct', supplierId: 's1', buyCardId: 'buy' }],
    ['/plans', { id: 'plan', name: 'Plan', basis: 'accept', bindings: [{ cardId: 'sell' }] }],
    ['/accounts', { id: 'acme', name: 'Acme', planId: 'plan' }],
    ['/sources', { id: 'gateway', format: 'canonical-json', identity: 'gateway-id' }],
    ['/sheet-mappings', { id: 's1-sheet', name: 'Supplier One', supplierId: 's1', mapping: MAPPING }],
  ] as const)
    expect([path, await catalog.post(`${CATALOG}${path}`, body)]).toMatchObject([path, { status: 201 }]);
}, 240_000);
afterAll(async () => {
  await follower?.stop();
  await kafka?.close();
  await services?.stop();
}, 60_000);

const MAPPING = {
  country: { column: 'Land' },
  senderType: { column: 'Absender', values: { Gratisnummer: 'toll_free' } },
  price: { column: 'Preis' },
  decimal: ',',
  currency: {},
  surcharges: [{ name: 'carrier_fee', column: 'Netzgebühr', validFrom: '2026-01-01T00:00:00Z' }],
};
const HEADER = 'Land;Absender;Preis;Netzgebühr\n';
const sheet = (tollFree: string): string =>
  `${HEADER}UK;;0,0203 €;0,00125\nUK;Gratisnummer;${tollFree} €;0,0035\nAustria;;0,0401 €;\nOz;;1 €;\n`;

interface Import {
  id: string;
  status: string;
  effectiveFrom: string | null;
  summary: { diff: Record<string, number>; margin: { losses: number } };
}
const importsOf = async (card: string): Promise<Import[]> =>
  (await catalog.get<{ items: Import[] }>(`${CATALOG}/rate-cards/${card}/imports`)).body.items;
const approve = (card: string, id: string, body: object): ReturnType<HttpClient['post']> =>
  approver.post(`${CATALOG}/rate-cards/${card}/imports/${id}/approve`, body);

async function buy(csv: string, query = ''): Promise<void> {
  const path = `${CATALOG}/rate-cards/buy/imports?mapping=s1-sheet${query}`;
  const staged = await catalog.post<{ id: string }>(path, csv, { contentType: 'text/csv' });
  expect(staged).toMatchObject({
    status: 201,
    body: { status: 'staged', summary: { rowsIn: 4, accepted: 3, refused: 1, rates: 5 } },
  });
  expect((await catalog.post(`${CATALOG}/rate-cards/buy/imports/${staged.body.id}/approve`, {})).status).toBe(403);
  expect(await approve('buy', staged.body.id, { acceptRefused: true })).toMatchObject({ status: 201 });
}

/** The import that appears by itself. */
async function derivedOf(version: number): Promise<Import> {
  let found: Import | undefined;
  await eventually(async () => {
    [found] = await importsOf('sell');
    expect(found).toMatchObject({ source: 'derived', status: 'staged', derived: { cardId: 'buy', version } });
  });
  return found as Import;
}

/** As a gateway writes it: straight into the topic. */
async function send(id: string, record: object): Promise<void> {
  const at = new Date().toISOString();
  const cdr = { id, account: 'acme', event: 'submitted', at, acceptedAt: at, connection: 's1-direct', attempt: 1 };
  const value = Buffer.from(JSON.stringify({ ...cdr, ...record }));
  await kafka.producer().send([{ topic: 'cdr.raw', key: id, value, headers: { source: 'gateway' } }]);
}
/** Each leg with the components that it is made of. */
const legsOf = (id: string): unknown[] =>
  rated
    .filter(({ messageId }) => messageId === messageIdOf('gateway', id))
    .flatMap(({ legs }) => legs)
    .map(({ side, amount, heldAmount, rate, components }) => [
      `${side} ${rate?.version ?? ''} ${formatMoney(amount === 0n ? heldAmount : amount)}`,
      ...components.map(
        ({ name, rateId, quantity, unitPrice }) => `${name} ${rateId ?? ''} ${quantity} × ${formatMoney(unitPrice)}`,
      ),
    ])
    .sort();

test("a supplier's sheet is approved, its sell card is staged by itself, approved, and both price what gateways write", async () => {
  await buy(sheet('0,0412'));
  const staged = await derivedOf(1);
  expect(staged).toMatchObject({
    uploadedBy: expect.any(String),
    summary: { diff: { new: 5 }, margin: { losses: 0 } },
  });
  // In force on the buy card since its approval, which is past by now: said, and meant.
  expect(staged.effectiveFrom).not.toBeNull();
  expect((await approve('sell', staged.id, {})).status).toBe(403);
  const path = `${CATALOG}/rate-cards/sell/imports/${staged.id}/approve`;
  expect(await catalog.post(path, {})).toMatchObject({ status: 422, body: { errors: [{ code: 'in_the_past' }] } });
  expect(await catalog.post(path, { backdated: true })).toMatchObject({ status: 201, body: { version: 1, rows: 5 } });

  await send('toll-free', { to: '+447700900123', sender: '+18005550123', senderType: 'toll_free', parts: 2 });
  await send('long-code', { to: '+447700900123', sender: '+4915112345678', parts: 3 });
  await send('alps', { to: '+436641234567', sender: 'ACME', parts: 1 });
  // toll-free: sell 0.0412 × 1.2 + 0.002 = 0.05144 → 0.0514, fee 0.0035; buy as in the sheet.
  await eventually(() =>
    expect(legsOf('toll-free')).toEqual([
      [
        'buy 1 0.0894',
        'per part  2 × 0.0412',
        'carrier_fee any:GB;sender=toll_free;fee=carrier_fee@2026-01-01 2 × 0.0035',
      ],
      [
        'sell 1 0.1098',
        'per part  2 × 0.0514',
        'carrier_fee any:GB;sender=toll_free;fee=carrier_fee@2026-01-01 2 × 0.0035',
      ],
    ]),
  );
  // Below the floor: 0.0203 × 1.2 + 0.002 = 0.02636 → 0.03; the fee 0.00125 is rounded up to 0.0013.
  await eventually(() =>
    expect(legsOf('long-code').map((leg) => (leg as string[])[0])).toEqual(['buy 1 0.06465', 'sell 1 0.0939']),
  );
  // The group of the Alps: 0.0401 × 1.5 = 0.06015 → 0.0602.
  await eventually(() =>
    expect(legsOf('alps').map((leg) => (leg as string[])[0])).toEqual(['buy 1 0.0401', 'sell 1 0.0602']),
  );
}, 60_000);

test('the next sheet stages the next sell prices with their diff, from the same instant', async () => {
  await buy(sheet('0,0512'), '&effectiveFrom=2098-01-01T00:00:00Z');
  const staged = await derivedOf(2);
  expect(staged).toMatchObject({
    effectiveFrom: '2098-01-01T00:00:00.000Z',
    summary: { diff: { increase: 1, unchanged: 4 }, margin: { losses: 0 } },
  });
  const changes = `${CATALOG}/rate-cards/sell/imports/${staged.id}/diff?change=increase`;
  expect((await catalog.get(changes)).body).toMatchObject({
    items: [{ rateId: 'any:GB;sender=toll_free', before: '0.0514', after: '0.0634', percent: '23.35' }],
  });
}, 60_000);
