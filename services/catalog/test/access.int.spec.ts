import { callEveryRoute, walkRoutes } from '@ratestream/http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OPERATOR, type Permission } from '@ratestream/catalog';
import type { Pool } from '@ratestream/postgres';
import { eventually } from '@ratestream/testing';
import { readEvents } from '../src/store/event-store.js';
import { caller, emptyDatabase, issueKey, startApp, type Process } from './harness.js';

let pool: Pool;
let process: Process & { app: NestFastifyApplication };
let app: NestFastifyApplication;
const as = (id: string): ReturnType<typeof caller> => caller(app, `rs_secret-of-${id}`);

async function key(id: string, scope: string, permissions: Permission[] = ['admin']): Promise<void> {
  await issueKey(process, id, { secret: `rs_secret-of-${id}`, scope, permissions });
}

beforeAll(async () => {
  pool = await emptyDatabase();
  process = await startApp(pool);
  ({ app } = process);
  const operator = caller(app);
  for (const [path, body] of [
    ['/rate-cards', { id: 'op-sell', name: 'SECRET-operator-sell', side: 'sell' }],
    ['/rate-cards', { id: 'op-buy', name: 'SECRET-operator-buy', side: 'buy' }],
    ['/plans', { id: 'op-plan', name: 'SECRET-operator-plan', bindings: [{ cardId: 'op-sell' }] }],
    ['/rate-groups', { id: 'op-group', name: 'SECRET-operator-group', planId: 'op-plan' }],
    ['/suppliers', { id: 'SECRET-supplier', name: 'SECRET-supplier', buyCardId: 'op-buy' }],
    ['/connections', { id: 'SECRET-connection', supplierId: 'SECRET-supplier' }],
    ['/accounts', { id: 'SECRET-top', name: 'SECRET-top' }],
    ['/accounts', { id: 'mine', name: 'mine', parentId: 'SECRET-top' }],
    ['/accounts', { id: 'my-customer', name: 'my-customer', parentId: 'mine' }],
    ['/accounts', { id: 'SECRET-other', name: 'SECRET-other' }],
    ['/rate-cards', { id: 'SECRET-card', name: 'SECRET-card', side: 'sell', owner: 'SECRET-other' }],
    [
      '/plans',
      { id: 'SECRET-plan', name: 'SECRET-plan', owner: 'SECRET-other', bindings: [{ cardId: 'SECRET-card' }] },
    ],
    ['/rate-groups', { id: 'SECRET-group', name: 'SECRET-group', owner: 'SECRET-other', planId: 'SECRET-plan' }],
    [
      '/sources',
      { id: 'SECRET-source', format: 'canonical-json', identity: 'gateway-id', accounts: { bind: 'SECRET-other' } },
    ],
  ] as const) {
    expect([path, (await operator('POST', path, body)).status]).toEqual([path, 201]);
  }
  await operator('POST', '/rate-cards/SECRET-card/versions', 'price\n0.0123\n');
  await operator('POST', '/rate-cards/op-sell/versions', 'price\n0.0123\n');
  // Only now, so that the first notice is the one of the bulk change.
  expect((await operator('PUT', '/accounts/SECRET-other', { planId: 'op-plan' })).status).toBe(200);
  await operator('POST', '/numbering-plans/SECRET-world/versions', 'prefix,operator\n44,SECRET-operator\n');
  await key('mine', 'mine');
  await key('mine-reader', 'mine', ['read']);
  await key('SECRET-key', 'SECRET-other');
  await key('SECRET-approver', OPERATOR);
  await changesAndNotices(operator);
}, 120_000);

/** A bulk change of the operator's cards, and a notice of theirs to SECRET-other. */
async function changesAndNotices(operator: ReturnType<typeof caller>): Promise<void> {
  const body = { cards: { ids: ['op-sell'] }, change: { percent: '-10' } };
  const { id } = (await operator('POST', '/bulk-changes', body)).body;
  expect((await as('SECRET-approver')('POST', `/bulk-changes/${String(id)}/approve`)).status).toBe(201);
  const [notice] = await eventually(async () => {
    const notices = (await operator('GET', '/notices')).body['items'] as unknown as { id: string }[];
    expect(notices).toMatchObject([{ accountId: 'SECRET-other' }]);
    return notices;
  });
  const against = { usages: [{ account: 'SECRET-other', to: '+4915112345678' }] };
  const tried = await operator('POST', '/what-if', { draft: { cardId: 'op-sell', csv: 'price\n1\n' }, against });
  expect(tried.status).toBe(200);
  THEIRS['what-if'] = [String(tried.body['id'])];
  THEIRS['bulk-changes'] = [String(id)];
  THEIRS['notices'] = [notice?.id ?? ''];
}
afterAll(async () => {
  await app.close();
  await pool.end();
});

const lastPosition = async (): Promise<number> => (await readEvents(pool, 0, 100_000)).length;

test('nobody gets in anywhere', async () => {
  const routes = walkRoutes(app);
  expect(routes.length).toBeGreaterThan(40);
  for (const headers of [
    {},
    { authorization: 'Bearer rs_guessed' },
    { authorization: 'Basic x' },
    { authorization: 'Bearer ' },
  ]) {
    const answers = await callEveryRoute(app, { headers });
    expect(
      answers.filter(({ status }) => status !== 401).map(({ method, url, status }) => `${method} ${url} ${status}`),
    ).toEqual([]);
  }
});

const THEIRS: Record<string, string[]> = {
  accounts: ['SECRET-other', 'SECRET-top'],
  suppliers: ['SECRET-supplier'],
  connections: ['SECRET-connection'],
  sources: ['SECRET-source'],
  'rate-cards': ['SECRET-card', 'op-sell', 'op-buy'],
  plans: ['SECRET-plan', 'op-plan'],
  'rate-groups': ['SECRET-group', 'op-group'],
  'numbering-plans': ['SECRET-world'],
  offers: ['SECRET-offer'],
  'api-keys': ['SECRET-key', 'admin'],
};

/** What a tenant has itself: another's is as if it were not there. The rest is the operator's alone. */
const HIDDEN = ['accounts', 'rate-cards', 'plans', 'rate-groups', 'api-keys', 'bulk-changes', 'notices', 'what-if'];

test('another tenant reaches nothing of others on any route, and learns nothing', async () => {
  const before = await lastPosition();
  const call = as('mine');
  for (const { method, url } of walkRoutes(app)) {
    const path = url.replace('/api/catalog/v1', '');
    const name = path.split('/')[1] ?? '';
    for (const id of THEIRS[name] ?? []) {
      if (!path.includes(':id')) continue;
      const target = path.replace(':id', id).replace(':version', '1');
      const body = method === 'POST' && path.endsWith('versions') ? 'price\n1\n' : bodyFor(name);
      const answer = await call(method as 'GET', target, ['POST', 'PUT'].includes(method) ? body : undefined);
      const expected = HIDDEN.includes(name) ? 404 : 403;
      expect([method, target, answer.status]).toEqual([method, target, expected]);
      const absent = await call(
        method as 'GET',
        target.replace(id, 'nothing'),
        ['POST', 'PUT'].includes(method) ? body : undefined,
      );
      expect([method, target, withoutIds(absent.text, 'nothing')]).toEqual([
        method,
        target,
        withoutIds(answer.text, id),
      ]);
    }
  }
  expect(await lastPosition()).toBe(before);
});

test('lists, own things and their histories name nobody above or beside', async () => {
  const call = as('mine');
  await call('POST', '/rate-cards', { id: 'my-card', name: 'mine', side: 'sell' });
  await call('POST', '/plans', { id: 'my-plan', name: 'mine', bindings: [{ cardId: 'my-card' }] });
  await call('POST', '/rate-groups', { id: 'my-group', name: 'mine', planId: 'my-plan' });
  await call('POST', '/rate-cards/my-card/versions', 'price\n0.01\n');
  const overrides = [{ trafficClass: 'otp', cardId: 'my-card' }];
  await call('PUT', '/accounts/my-customer', { planId: 'my-plan', rateGroupId: 'my-group', overrides });
  // By a person of the operator: a key of theirs, and a change of what is the tenant's.
  const issued = { id: 'issued', name: 'x', scope: 'mine', permissions: ['read'] };
  expect((await as('SECRET-approver')('POST', '/api-keys', issued)).status).toBe(201);
  expect((await as('SECRET-approver')('PUT', '/accounts/mine', { name: 'mine too' })).status).toBe(200);
  expect((await call('GET', '/api-keys/issued')).body).toMatchObject({ person: 'parent' });
  // Nor what a person is called who has no key of that name.
  const named = { secret: 'rs_secret-of-SECRET-named', scope: OPERATOR, permissions: ['admin'] as Permission[] };
  await issueKey(process, 'SECRET-named', { ...named, person: 'SECRET-person' });
  const issuedToo = { ...issued, id: 'issued-too' };
  expect((await as('SECRET-named')('POST', '/api-keys', issuedToo)).body).toMatchObject({ id: 'issued-too' });
  expect((await call('GET', '/api-keys/issued-too')).body).toMatchObject({ person: 'parent' });
  await issueKey(process, 'of-theirs', {
    ...named,
    secret: 'rs_secret-of-of-theirs',
    scope: 'mine',
    person: 'SECRET-person',
  });
  const other = await as('of-theirs')('POST', '/api-keys', { name: 'x', permissions: ['read'], person: 'guessed' });
  expect([other.status, other.text]).toEqual([422, expect.not.stringContaining('SECRET')]);
  const own = [
    '/api-keys/issued',
    '/api-keys/issued-too',
    '/accounts/mine',
    '/accounts/my-customer',
    '/rate-cards/my-card',
    '/plans/my-plan',
    '/rate-groups/my-group',
    '/api-keys/mine',
  ];
  for (const path of [
    '/accounts',
    '/rate-cards',
    '/plans',
    '/rate-groups',
    '/api-keys',
    '/rate-cards/my-card/versions',
    '/rate-cards/my-card/versions?asOf=2099-01-01T00:00:00Z&knownAt=2099-01-01T00:00:00Z',
    '/rate-cards/my-card/versions/1/rates?format=json',
    ...own,
    ...own.map((path) => `${path}/history`),
    ...own.map((path) => `${path}?asOf=2099-01-01T00:00:00Z`),
  ]) {
    const { status, text } = await call('GET', path);
    expect([path, status]).toEqual([path, 200]);
    expect(text).not.toMatch(/SECRET|op-|"hash"/);
  }
  expect((await call('GET', '/accounts')).body['items']).toMatchObject([
    { id: 'mine', parentId: null, level: 0, path: ['mine'] },
    { id: 'my-customer', parentId: 'mine', level: 1, path: ['mine', 'my-customer'] },
  ]);
});

test("who of the level above approved, published or changed what is a tenant's is told as parent", async () => {
  const [call, above] = [as('mine'), as('SECRET-approver')];
  const made = async (by: typeof call, path: string, body: unknown): Promise<string> => {
    const answer = await by('POST', path, body);
    expect([path, answer.status, answer.text]).toEqual([path, 201, expect.anything()]);
    return String(answer.body['id']);
  };
  await made(call, '/rate-cards', { id: 'told', name: 'told', side: 'sell' });
  await made(above, '/rate-cards/told/versions', 'country,price\nGB,0.05\n');
  await made(call, '/plans', { id: 'told-plan', name: 'told', bindings: [{ cardId: 'told' }] });
  await made(call, '/accounts', { id: 'told-customer', name: 'told', planId: 'told-plan' });
  const mapping = { country: { column: 'country' }, price: { column: 'price' }, currency: { fixed: 'EUR' } };
  await made(call, '/sheet-mappings', { id: 'told-sheet', name: 'told', mapping });
  expect((await above('PUT', '/sheet-mappings/told-sheet', { name: 'renamed', mapping })).status).toBe(200);
  const imported = `/rate-cards/told/imports/${await made(call, '/rate-cards/told/imports?mapping=told-sheet', 'country,price\nGB,0.04\n')}`;
  await made(above, `${imported}/approve`, {});
  const change = { cards: { ids: ['told'] }, change: { percent: '-10' } };
  const bulk = `/bulk-changes/${await made(call, '/bulk-changes', change)}`;
  await made(above, `${bulk}/approve`, {});
  await eventually(async () =>
    expect((await call('GET', '/notices?accountId=told-customer')).body['items']).toHaveLength(2),
  );
  const paths = [imported, '/rate-cards/told/imports', bulk, '/bulk-changes', '/notices'].concat([
    ...['/rate-cards/told/history', '/sheet-mappings', '/sheet-mappings/told-sheet/history'],
  ]);
  for (const path of paths) {
    const { status, text } = await call('GET', path);
    expect([path, status]).toEqual([path, 200]);
    expect(text).toMatch(/"(decidedBy|approvedBy|actor|changedBy)":"parent"/);
    expect(text).not.toMatch(/SECRET/);
  }
});

test("which rate group and cards the level above gave an account is nobody else's, byte by byte", async () => {
  const operator = caller(app);
  const terms = { rateGroupId: 'op-group', overrides: [{ cardId: 'op-sell' }] };
  for (const [id, given] of [
    ['plain', {}],
    ['given', terms],
  ] as const) {
    expect((await operator('POST', '/accounts', { id, name: 'twin', ...given })).status).toBe(201);
    expect((await operator('POST', '/accounts', { id: `${id}-below`, name: 'x', parentId: id, ...given })).status).toBe(
      201,
    );
    await operator('PUT', `/accounts/${id}`, { name: 'renamed' });
    await key(id, id);
  }
  const seen = async (id: string, path: string): Promise<string> => {
    const { status, text } = await as(id)('GET', path.replace('ID', id));
    expect([path, status]).toEqual([path, 200]);
    // When and where in the catalog it was opened says nothing of its terms.
    return text.replaceAll(id, 'ID').replaceAll(/"(position|occurredAt|partition|eventId)":("[^"]*"|\d+)/g, '');
  };
  for (const path of ['/accounts/ID', '/accounts/ID/history', '/accounts/ID?asOf=2099-01-01T00:00:00Z'])
    expect(await seen('given', path)).toBe(await seen('plain', path));
  const all = ['/accounts', '/accounts/ID-below', '/accounts/ID-below/history'];
  for (const path of all) expect(await seen('given', path)).not.toMatch(/op-|overrides":\[{/);
  // What a reseller does not see it does not take away by sending back what it saw.
  const below = (await as('given')('GET', '/accounts/given-below')).body;
  expect((await as('given')('PUT', '/accounts/given-below', { ...below, name: 'y' })).status).toBe(200);
  expect((await operator('GET', '/accounts/given-below')).body).toMatchObject({ name: 'y', ...terms });
  // And what it sets itself it sees.
  const own = await as('given')('POST', '/rate-cards', { name: 'own', side: 'sell' });
  const overrides = [{ trafficClass: null, countries: null, cardId: String(own.body['id']) }];
  await as('given')('PUT', '/accounts/given-below', { rateGroupId: null, overrides });
  expect((await as('given')('GET', '/accounts/given-below')).body).toMatchObject({ rateGroupId: null, overrides });
  await eventually(async () =>
    expect((await as('given')('GET', '/notices?accountId=given-below')).body['items']).toHaveLength(1),
  );
});

test.each([
  ['POST', '/accounts', { name: 'x', parentId: 'SECRET-other' }, 422],
  ['POST', '/accounts', { name: 'x', parentId: null }, 422],
  ['PUT', '/accounts/mine', { creditLimit: '1000000' }, 403],
  ['DELETE', '/accounts/mine', undefined, 403],
  ['PUT', '/accounts/my-customer', { planId: 'SECRET-plan' }, 422],
  ['POST', '/rate-cards', { name: 'x', side: 'sell', owner: 'SECRET-other' }, 422],
  ['POST', '/rate-cards', { name: 'x', side: 'buy' }, 422],
  ['POST', '/plans', { name: 'x', bindings: [{ cardId: 'SECRET-card' }] }, 422],
  ['POST', '/rate-groups', { name: 'x', planId: 'op-plan' }, 422],
  ['POST', '/rate-groups', { name: 'x', planId: 'SECRET-plan', owner: 'SECRET-other' }, 422],
  ['PUT', '/accounts/my-customer', { rateGroupId: 'op-group' }, 422],
  ['PUT', '/accounts/my-customer', { overrides: [{ cardId: 'op-sell' }] }, 422],
  ['PUT', '/accounts/mine', { overrides: [] }, 403],
  ['POST', '/api-keys', { name: 'x', scope: 'SECRET-other', permissions: ['read'] }, 422],
  ['POST', '/api-keys', { name: 'x', scope: 'operator', permissions: ['read'] }, 422],
  ['POST', '/suppliers', { name: 'x' }, 403],
  ['POST', '/offers', { name: 'x', currency: 'EUR' }, 403],
  ['GET', '/offers', undefined, 403],
  ['GET', '/supplier-comparison', undefined, 403],
  ['GET', '/supplier-comparison/sheet', undefined, 403],
  ['POST', '/bulk-changes', { cards: { ids: ['op-sell'] }, change: { percent: '1' } }, 422],
  ['GET', '/fx-rates', undefined, 403],
  ['GET', '/fx-rates/status', undefined, 403],
  ['GET', '/fx-rates/conversion?from=USD&to=EUR', undefined, 403],
  ['POST', '/fx-rates/ecb', 'Date,USD\n2026-04-13,1.1684\n', 403],
  ['POST', '/fx-rates/feed/pull', undefined, 403],
  ['GET', '/fx-rates/manual', undefined, 403],
  ['POST', '/fx-rates/manual/00000000-0000-4000-8000-000000000000/approve', undefined, 403],
  ['POST', '/connections', { supplierId: 'SECRET-supplier' }, 403],
  ['POST', '/sources', { format: 'canonical-json', identity: 'gateway-id' }, 403],
] as const)('a reseller is refused %s %s %j', async (method, path, body, status) => {
  const before = await lastPosition();
  expect((await as('mine')(method, path, body)).status).toBe(status);
  expect(await lastPosition()).toBe(before);
});

test('a key that only reads writes nothing on any route', async () => {
  const answers = await callEveryRoute(app, { headers: { authorization: 'Bearer rs_secret-of-mine-reader' } });
  for (const { method, url, status } of answers.filter(({ method }) => !['GET', 'HEAD'].includes(method))) {
    expect([method, url, status]).toEqual([method, url, 403]);
  }
});

test('a reseller runs its own subtree', async () => {
  const call = as('mine');
  const opened = await call('POST', '/accounts', { id: 'new-customer', name: 'New' });
  expect([opened.status, (await call('GET', '/accounts/new-customer')).body['parentId']]).toEqual([201, 'mine']);
  const issued = await call('POST', '/api-keys', { name: 'customer', scope: 'new-customer', permissions: ['read'] });
  const customer = caller(app, String(issued.body['secret']));
  expect((await customer('GET', '/accounts/new-customer')).body).toMatchObject({ parentId: null });
  expect((await customer('GET', '/accounts/mine')).status).toBe(404);
  await call('DELETE', `/api-keys/${String(issued.body['id'])}`);
  expect((await customer('GET', '/accounts/new-customer')).status).toBe(401);
});

function bodyFor(name: string): unknown {
  return name === 'sources' ? { format: 'canonical-json', identity: 'gateway-id' } : {};
}

function withoutIds(text: string, id: string): string {
  return text.replaceAll(id, 'ID').replace(/"requestId":"[^"]*"/, '');
}
