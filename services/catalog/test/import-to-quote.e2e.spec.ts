import { eventually, httpClient, isolated, startServices, type HttpClient } from '@ratestream/testing';
import type { Stack } from '@ratestream/stack-local';

let services: Stack;
let catalog: HttpClient;
let approver: HttpClient;
let rating: HttpClient;

beforeAll(async () => {
  const corner = await isolated({ topics: false });
  services = await startServices(corner, ['catalog', 'rating']);
  const { catalog: catalogUrl, rating: ratingUrl } = services.addresses.services;
  catalog = httpClient(catalogUrl, services.adminKey);
  rating = httpClient(ratingUrl, services.adminKey);
  const key = await catalog.post<{ secret: string }>('/api/catalog/v1/api-keys', {
    name: 'Pricing lead',
    permissions: ['read', 'write'],
  });
  approver = catalog.as(key.body.secret);
  await done(catalog.post('/api/catalog/v1/rate-cards', { id: 'retail', name: 'Retail', side: 'sell' }));
  await done(catalog.post('/api/catalog/v1/plans', { id: 'plan', name: 'Plan', bindings: [{ cardId: 'retail' }] }));
  await done(catalog.post('/api/catalog/v1/accounts', { id: 'acme', name: 'Acme', planId: 'plan' }));
}, 240_000);
afterAll(() => services.stop(), 60_000);

async function done(answer: Promise<{ status: number; body: unknown }>): Promise<void> {
  const { status, body } = await answer;
  expect([status, body]).toEqual([201, expect.anything()]);
}

async function price(at?: string): Promise<unknown> {
  const usage = {
    account: 'acme',
    to: '+4915112345678',
    mcc: '262',
    mnc: '01',
    parts: 1,
    ...(at === undefined ? {} : { at }),
  };
  const { body } = await rating.post<{ legs: { side: string; amount: string; rate: { version: number } | null }[] }>(
    '/api/rating/v1/quote',
    usage,
  );
  const leg = body.legs.find(({ side }) => side === 'sell');
  return [leg?.amount, leg?.rate?.version];
}

const MAPPING = {
  country: { column: 'Land' },
  mcc: 'MCC',
  mnc: 'MNC',
  price: { column: 'Preis' },
  decimal: ',',
  currency: { fixed: 'EUR' },
};
const sheet = (euros: string): string =>
  `Land;MCC;MNC;Preis\nDeutschland;;;0,09\nGermany;262;010;${euros}\nGermany;262;020;0,06\nGermany;262;030;0,07\n`;

async function stage(csv: string, query: string): Promise<string> {
  const answer = await catalog.post<{ id: string; summary: object }>(
    `/api/catalog/v1/rate-cards/retail/imports?mapping=de&${query}`,
    csv,
    { contentType: 'text/csv' },
  );
  expect(answer).toMatchObject({
    status: 201,
    body: { status: 'staged', summary: { rowsIn: 4, accepted: 3, refused: 1, padding: { padding: 'right' } } },
  });
  return answer.body.id;
}
const approve = (id: string, by: HttpClient, body: object = { acceptRefused: true }): ReturnType<HttpClient['post']> =>
  by.post(`/api/catalog/v1/rate-cards/retail/imports/${id}/approve`, body);

test('a sheet is uploaded, looked at, approved by another person and prices the next message', async () => {
  await done(catalog.post('/api/catalog/v1/sheet-mappings', { id: 'de', name: 'German layout', mapping: MAPPING }));
  const id = await stage(sheet('0,05'), 'mode=full');
  const path = `/api/catalog/v1/rate-cards/retail/imports/${id}`;
  expect((await catalog.get(`${path}/rows?verdict=refused`)).body).toMatchObject({
    items: [
      { row: 2, faults: [{ column: 'A', code: 'unknown_country', message: expect.stringContaining('Deutschland') }] },
    ],
  });
  expect((await approve(id, catalog)).status).toBe(403);
  await done(approve(id, approver));
  await eventually(async () => expect(await price()).toEqual(['0.05', 1]));
});

test('a scheduled sheet is quoted from its instant on, and another one takes its place in one step', async () => {
  await done(approve(await stage(sheet('0,08'), 'effectiveFrom=2098-01-01T00:00:00Z'), approver));
  await eventually(async () => expect(await price('2098-01-01T00:00:00.000Z')).toEqual(['0.08', 2]));
  expect(await price('2097-12-31T23:59:59.999Z')).toEqual(['0.05', 1]);
  const instead = await stage(sheet('0,055'), 'effectiveFrom=2098-01-01T00:00:00Z');
  await done(approve(instead, approver, { acceptRefused: true, supersedes: 2 }));
  await eventually(async () => expect(await price('2098-01-01T00:00:00.000Z')).toEqual(['0.055', 3]));
  expect(await price()).toEqual(['0.05', 1]);
});
