import { CatalogView, OPERATOR } from '@ratestream/catalog';
import { loadConfig } from '@ratestream/http';
import { createKafka, createSerdes, startCatalogFeed, type CatalogFeed, type Kafka } from '@ratestream/kafka';
import { silentLogger } from '@ratestream/observability';
import { eventually, httpClient, isolated, type HttpClient, type Isolated } from '@ratestream/testing';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogConfigSchema, startCatalog, type CatalogService } from '../src/index.js';

const SECRET = 'rs_bootstrap-secret-of-this-test';
let corner: Isolated;
let kafka: Kafka;
let service: CatalogService;
let admin: HttpClient;

async function start(): Promise<void> {
  const file = join(mkdtempSync(join(tmpdir(), 'ratestream-key-')), 'admin.key');
  writeFileSync(file, `${SECRET}\n`);
  const config = loadConfig(
    catalogConfigSchema,
    {
      ...corner.environmentOf('catalog'),
      BOOTSTRAP_ADMIN_KEY_FILE: file,
      HEARTBEAT_INTERVAL_MS: '300',
      LOG_LEVEL: 'silent',
    },
    [],
  );
  service = await startCatalog(config, { logger: silentLogger(), handleSignals: false });
  admin = httpClient(service.url, SECRET);
}

/** A reader as every other service has one. */
async function follow(view: CatalogView): Promise<CatalogFeed> {
  const serdes = await createSerdes(kafka, corner.registryUrl);
  return startCatalogFeed(kafka, serdes, view, {
    rates: true,
    onError: (error) => process.stderr.write(`${error.message}\n`),
  });
}

beforeAll(async () => {
  corner = await isolated({ services: ['catalog'] });
  kafka = createKafka({
    brokers: corner.kafkaBrokers.split(','),
    clientId: 'test',
    logger: silentLogger(),
    topicPrefix: corner.topicPrefix,
  });
  await start();
}, 180_000);
afterAll(async () => {
  await service.drain('test');
  await kafka.close();
  await corner.clean();
}, 60_000);

test('a reader of the topics ends with the same view as the service, rates included', async () => {
  const view = new CatalogView({ keepRates: true });
  const feed = await follow(view);
  const created = await admin.post<{ position: number }>('/api/catalog/v1/rate-cards', {
    id: 'sell',
    name: 'Sell',
    side: 'sell',
  });
  expect(await feed.waitFor(created.body.position, 10_000)).toBe(true);
  const csv = `prefix,price\n${Array.from({ length: 100_000 }, (_, index) => `${44_000_000 + index},0.0${index + 100_000}\n`).join('')}`;
  const version = await admin.post<{ position: number; chunks: number }>(
    '/api/catalog/v1/rate-cards/sell/versions',
    csv,
    { contentType: 'text/csv' },
  );
  expect(version.body).toMatchObject({ rows: 100_000, refused: [] });
  expect(version.body.chunks).toBeGreaterThan(1);
  expect(await feed.waitFor(version.body.position, 20_000)).toBe(true);
  expect(view.rates('sell', 1)).toHaveLength(100_000);
  expect(view.apiKeys.size).toBe(1);
  expect(view.cards).toEqual(service.state.view.cards);
  await feed.stop();
}, 60_000);

test('heartbeats keep a view fresh and take no position', async () => {
  const view = new CatalogView();
  const feed = await follow(view);
  const { position, asOf } = view;
  await eventually(() => expect(view.asOf).toBeGreaterThan(asOf));
  expect([view.position, feed.ageMs() < 5_000]).toEqual([position, true]);
  await feed.stop();
}, 60_000);

test('after a restart the bootstrap key is not issued again, and the stream goes on without a gap', async () => {
  await admin.post('/api/catalog/v1/accounts', { id: 'before', name: 'Before' });
  await service.drain('restart');
  await start();
  const after = await admin.post<{ position: number }>('/api/catalog/v1/accounts', { id: 'after', name: 'After' });
  const view = new CatalogView({ keepRates: true });
  const feed = await follow(view);
  expect(await feed.waitFor(after.body.position, 10_000)).toBe(true);
  expect([...view.accounts.keys()]).toEqual(['before', 'after']);
  expect([...view.apiKeys.values()].map(({ scope, permissions }) => [scope, permissions])).toEqual([
    [OPERATOR, ['read', 'write', 'ingest', 'admin']],
  ]);
  await feed.stop();
}, 60_000);

test('a second process answers for what the first has done, keys included', async () => {
  const first = service;
  const { body: key } = await admin.post<{ secret: string }>('/api/catalog/v1/api-keys', {
    name: 'k',
    permissions: ['read'],
  });
  await start();
  const [second, other] = [service, httpClient(service.url, key.secret)];
  expect((await other.get('/api/catalog/v1/accounts')).status).toBe(200);
  const { body } = await httpClient(first.url, SECRET).post<{ position: number }>('/api/catalog/v1/accounts', {
    id: 'by-first',
    name: 'x',
  });
  await eventually(() => expect(second.state.view.position).toBeGreaterThanOrEqual(body.position));
  expect((await httpClient(second.url, SECRET).get('/api/catalog/v1/accounts/by-first')).status).toBe(200);
  await first.drain('test');
}, 60_000);
