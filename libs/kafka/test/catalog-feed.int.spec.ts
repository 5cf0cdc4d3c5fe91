import { CatalogView, rateRowsHash } from '@ratestream/catalog';
import type { CatalogEvent, RateRow } from '@ratestream/events';
import { createSerdes, startCatalogFeed, type Kafka, type Serdes } from '../src/index.js';
import { corner, until, type Corner } from './corner.js';

let place: Corner;
let kafka: Kafka;
let serdes: Serdes;

beforeAll(async () => {
  place = await corner();
  kafka = place.connect();
  serdes = await createSerdes(kafka, place.stack.registryUrl);
}, 180_000);
afterAll(() => place.clean(), 60_000);

const event = (position: number, type: string, data: object = {}): CatalogEvent => ({
  position,
  type,
  eventId: `00000000-0000-5000-8000-${String(position).padStart(12, '0')}`,
  aggregate: 'supplier',
  aggregateId: `s${position}`,
  aggregateVersion: 1,
  occurredAt: 1_700_000_000_000_000 + position,
  actor: 'test',
  data: JSON.stringify(data),
});
const supplier = (position: number) =>
  event(position, 'SupplierAdded', { id: `s${position}`, name: `Supplier ${position}`, currency: 'EUR' });

const publish = (...events: CatalogEvent[]) =>
  kafka.producer().send(
    events.map((e) => ({
      topic: 'catalog' as const,
      partition: 0,
      key: e.aggregateId,
      value: serdes.CatalogEvent.encode(e),
    })),
  );

const onError = (error: Error): void => {
  throw error;
};

test('the view holds what was there when the feed resolves, and what comes after soon', async () => {
  await publish(supplier(1), supplier(2));
  const view = new CatalogView();
  const feed = await startCatalogFeed(kafka, serdes, view, { rates: false, onError });
  expect([feed.caughtUp, view.position, view.suppliers.size]).toEqual([true, 2, 2]);

  const heard: number[] = [];
  const unsubscribe = feed.onEvent((e) => heard.push(e.position));
  expect(await feed.waitFor(2, 0)).toBe(true);
  expect(await feed.waitFor(3, 50)).toBe(false);
  const waiting = feed.waitFor(3, 5000);
  await publish(supplier(3));
  expect(await waiting).toBe(true);
  unsubscribe();
  await publish(supplier(4));
  expect(await feed.waitFor(4, 5000)).toBe(true);
  expect(heard).toEqual([3]);
  await feed.stop();
}, 30_000);

test('the age is that of the last record, and a heartbeat renews it', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1200));
  const view = new CatalogView();
  const feed = await startCatalogFeed(kafka, serdes, view, { rates: false, onError });
  expect(feed.ageMs()).toBeGreaterThan(1000);
  await publish(event(4, 'Heartbeat'));
  await until('renewed', () => feed.ageMs() < 500);
  expect(view.position).toBe(4);
  await feed.stop();
}, 30_000);

test('a version whose rows are there is usable with the event that publishes it', async () => {
  const rows: RateRow[] = [];
  const seen: string[] = [];
  const view = new CatalogView({
    onVersionUsable: (version) => void seen.push(`${version.cardId} ${version.version}`),
  });
  await kafka.producer().send([
    {
      topic: 'catalog.rates',
      partition: 0,
      key: 'card|1|0',
      value: serdes.RateChunk.encode({ kind: 'rates', id: 'card', version: 1, chunk: 0, rates: rows, numbers: [] }),
    },
  ]);
  await publish(
    event(5, 'RateCardCreated', { id: 'card', name: 'Card', side: 'sell', currency: 'EUR', ownerId: 'operator' }),
    event(6, 'RateCardVersionPublished', {
      cardId: 'card',
      version: 1,
      effectiveFrom: 0,
      rows: 0,
      chunks: 1,
      sha256: rateRowsHash(rows),
    }),
  );
  const feed = await startCatalogFeed(kafka, serdes, view, { rates: true, onError });
  expect(view.position).toBe(6);
  expect(seen).toEqual(['card 1']);
  await feed.stop();
}, 30_000);

test('a gap stops the feed: at the start it is thrown, later it is reported', async () => {
  const view = new CatalogView();
  let error: Error | null = null;
  const feed = await startCatalogFeed(kafka, serdes, view, { rates: false, onError: (e) => (error = e) });
  const before = view.position;
  await publish(supplier(before + 2));
  await until('the error', () => error !== null);
  expect(error!.name).toBe('CatalogGapError');
  expect(view.position).toBe(before);
  await feed.stop();
  await expect(startCatalogFeed(kafka, serdes, new CatalogView(), { rates: false, onError })).rejects.toMatchObject({
    name: 'CatalogGapError',
  });
}, 30_000);
