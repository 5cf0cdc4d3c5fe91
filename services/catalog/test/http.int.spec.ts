import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Pool } from '@ratestream/postgres';
import { caller, emptyDatabase, startApp, type Answer } from './harness.js';

let pool: Pool;
let app: NestFastifyApplication;
let call: ReturnType<typeof caller>;
beforeAll(async () => {
  pool = await emptyDatabase();
  ({ app } = await startApp(pool));
  call = caller(app);
}, 120_000);
afterAll(async () => {
  await app.close();
  await pool.end();
});

const faults = ({ body }: Answer): string[] =>
  ((body['errors'] ?? []) as { pointer?: string; parameter?: string; code: string }[]).map(
    ({ pointer, parameter, code }) => `${pointer ?? parameter ?? ''} ${code}`,
  );

describe('commands', () => {
  test('every command answers id, version and position', async () => {
    const opened = await call('POST', '/accounts', { id: 'acme', name: 'Acme' });
    expect([opened.status, opened.body]).toEqual([
      201,
      { id: 'acme', version: 1, position: expect.any(Number) as number },
    ]);
    const changed = await call('PUT', '/accounts/acme', { creditLimit: '100.50' });
    expect([changed.status, changed.body]).toEqual([
      200,
      { id: 'acme', version: 2, position: Number(opened.body['position']) + 1 },
    ]);
    const unchanged = await call('PUT', '/accounts/acme', { creditLimit: '100.5' });
    expect(unchanged.body).toEqual(changed.body);
    const { body } = await call('GET', '/accounts/acme');
    expect(body).toMatchObject({
      id: 'acme',
      name: 'Acme',
      creditLimit: '100.5',
      currency: 'EUR',
      partition: expect.any(Number) as number,
      version: 2,
    });
  });

  test('what a GET answered may be put back', async () => {
    await call('POST', '/accounts', { id: 'put-back', name: 'Put back' });
    const { body } = await call('GET', '/accounts/put-back');
    expect((await call('PUT', '/accounts/put-back', { ...(body as object), name: 'New' })).body).toMatchObject({
      version: 2,
    });
  });

  test('a new id is made where none is given', async () => {
    const ids = [await call('POST', '/accounts', { name: 'x' }), await call('POST', '/accounts', { name: 'x' })].map(
      ({ body }) => body['id'],
    );
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });

  test('all faults of a body at once, of its form and of the rules', async () => {
    const form = await call('POST', '/accounts', { name: '', currency: 'euro', creditLimit: 5, colour: 'red' });
    expect([form.status, faults(form)]).toEqual([
      422,
      ['/name too_small', '/currency invalid_format', '/creditLimit invalid_type', '/colour unknown_field'],
    ]);
    expect(form.headers['content-type']).toContain('application/problem+json');
    const rules = await call('POST', '/accounts', { name: 'x', currency: 'ZZZ', parentId: 'nobody' });
    expect([rules.status, faults(rules)]).toEqual([422, ['/currency unknown_currency', '/parentId unknown_parent']]);
  });

  test('the same Idempotency-Key answers the same; with another body it is refused', async () => {
    const key = { 'idempotency-key': 'open-beta' };
    const first = await call('POST', '/accounts', { name: 'Beta' }, key);
    expect((await call('POST', '/accounts', { name: 'Beta' }, key)).body).toEqual(first.body);
    const other = await call('POST', '/accounts', { name: 'Gamma' }, key);
    expect([other.status, other.body['code']]).toEqual([409, 'idempotency_key_reused']);
  });

  test('If-Match lets a change through only on the version that was seen', async () => {
    await call('POST', '/accounts', { id: 'matched', name: 'x' });
    expect((await call('PUT', '/accounts/matched', { name: 'y' }, { 'if-match': '"2"' })).status).toBe(412);
    expect((await call('PUT', '/accounts/matched', { name: 'y' }, { 'if-match': '"1"' })).status).toBe(200);
    expect((await call('PUT', '/accounts/matched', { name: 'y' }, { 'if-match': 'x' })).status).toBe(400);
  });

  test('what is not there is 404; a taken id 409', async () => {
    expect((await call('PUT', '/accounts/nobody', { name: 'x' })).status).toBe(404);
    expect((await call('GET', '/accounts/nobody')).status).toBe(404);
    expect((await call('POST', '/accounts', { id: 'acme', name: 'x' })).body).toMatchObject({
      status: 409,
      code: 'id_taken',
    });
    expect((await call('GET', '/nothing')).status).toBe(404);
  });

  test('suppliers, connections, sources, cards and plans go the same way', async () => {
    await call('POST', '/rate-cards', { id: 'r-sell', name: 'Sell', side: 'sell' });
    await call('POST', '/rate-cards', { id: 'r-buy', name: 'Buy', side: 'buy', noReceiptCountries: ['CU'] });
    for (const [path, body] of [
      ['/suppliers', { id: 's1', name: 'One', buyCardId: 'r-buy' }],
      ['/connections', { id: 's1-a', supplierId: 's1', idFormat: 'hex' }],
      ['/plans', { id: 'p1', name: 'Plan', bindings: [{ cardId: 'r-sell' }] }],
      [
        '/sources',
        {
          id: 'gw',
          format: 'kannel-access-log',
          identity: 'file-line',
          accounts: { bind: 'acme' },
          connections: { smsc: 's1-a' },
        },
      ],
    ] as const) {
      expect(await call('POST', path, body)).toMatchObject({ status: 201, body: { version: 1 } });
    }
    expect((await call('PUT', '/plans/p1', { basis: 'delivered' })).body).toMatchObject({ version: 2 });
    expect((await call('GET', '/plans/p1')).body).toMatchObject({ version: 2, basis: 'delivered', owner: null });
    expect((await call('GET', '/sources/gw')).body).toMatchObject({
      effectiveFrom: '1970-01-01T00:00:00.000Z',
      accounts: { bind: 'acme' },
    });
    const moved = await call('PUT', '/sources/gw', {
      format: 'kannel-access-log',
      identity: 'file-line',
      effectiveFrom: new Date().toISOString(),
    });
    expect([moved.status, faults(moved)]).toEqual([422, ['/effectiveFrom too_soon']]);
    expect((await call('DELETE', '/accounts/acme')).body).toMatchObject({ id: 'acme', version: 3 });
    expect((await call('GET', '/accounts/acme')).body).toMatchObject({ closed: true });
  });
});

describe('reads', () => {
  test('knownAt shows the state at an instant, history every change with its author', async () => {
    await call('POST', '/rate-cards', { id: 'timed', name: 'one', side: 'sell' });
    const created = (await call('GET', '/rate-cards/timed/history')).body['items'] as unknown as {
      occurredAt: string;
    }[];
    await call('PUT', '/rate-cards/timed', { name: 'two' });
    await call('POST', '/rate-cards/timed/versions', 'price\n0.01\n');
    await call('DELETE', '/rate-cards/timed/versions/1');

    const history = (await call('GET', '/rate-cards/timed/history')).body['items'] as unknown as {
      type: string;
      actor: string;
      occurredAt: string;
      data: object;
    }[];
    expect(history.map(({ type, actor }) => [type, actor])).toEqual([
      ['RateCardCreated', 'admin'],
      ['RateCardChanged', 'admin'],
      ['RateCardVersionPublished', 'admin'],
      ['RateCardVersionWithdrawn', 'admin'],
    ]);
    const at = async (knownAt: string | undefined): Promise<unknown> =>
      (await call('GET', `/rate-cards/timed?knownAt=${encodeURIComponent(knownAt ?? '')}`)).body;
    expect(await at(created[0]?.occurredAt)).toMatchObject({ name: 'one', version: 1, versionCount: 0 });
    expect(await at(history[1]?.occurredAt)).toMatchObject({ name: 'two', version: 2, versionCount: 0 });
    expect(await at(history[2]?.occurredAt)).toMatchObject({
      version: 3,
      versionCount: 1,
      inForce: 1,
    });
    expect(await at('2099-01-01T00:00:00Z')).toEqual((await call('GET', '/rate-cards/timed')).body);
    expect((await call('GET', '/rate-cards/timed?knownAt=2020-01-01T00:00:00Z')).status).toBe(404);
    expect((await call('GET', '/rate-cards/timed?asOf=yesterday')).status).toBe(400);
  });

  test('lists come in pages; accounts as the tree they are', async () => {
    await call('POST', '/accounts', { id: 'tree', name: 'x' });
    for (const [id, parentId] of [
      ['tree-b', 'tree'],
      ['tree-a', 'tree'],
      ['tree-b1', 'tree-b'],
      ['tree-b2', 'tree-b'],
    ]) {
      await call('POST', '/accounts', { id, name: 'x', parentId });
    }
    const seen: [string, number, number][] = [];
    for (let cursor = ''; ;) {
      const { body } = await call('GET', `/accounts?limit=3${cursor}`);
      const page = body as unknown as {
        items: { id: string; level: number; childCount: number }[];
        nextCursor: string | null;
      };
      expect(page.items.length).toBeLessThanOrEqual(3);
      for (const { id, level, childCount } of page.items) seen.push([id, level, childCount]);
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen.filter(([id]) => id.startsWith('tree'))).toEqual([
      ['tree', 0, 2],
      ['tree-b', 1, 2],
      ['tree-b1', 2, 0],
      ['tree-b2', 2, 0],
      ['tree-a', 1, 0],
    ]);
    const cards = (await call('GET', '/rate-cards?limit=1')).body as unknown as {
      items: { id: string }[];
      nextCursor: string;
    };
    const more = (await call('GET', `/rate-cards?cursor=${cards.nextCursor}`)).body as unknown as {
      items: { id: string }[];
    };
    const ids = [...cards.items, ...more.items].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect((await call('GET', '/accounts?cursor=x')).status).toBe(400);
  });

  test('the OpenAPI document names every path of the contract', async () => {
    const { body } = await call('GET', '/openapi.json');
    const paths = Object.keys(body['paths'] as unknown as object);
    for (const name of [
      'accounts',
      'suppliers',
      'connections',
      'sources',
      'rate-cards',
      'plans',
      'numbering-plans',
      'api-keys',
    ]) {
      expect(paths).toEqual(
        expect.arrayContaining([
          `/api/catalog/v1/${name}`,
          `/api/catalog/v1/${name}/{id}`,
          `/api/catalog/v1/${name}/{id}/history`,
        ]),
      );
    }
  });
});

describe('keys', () => {
  test('the secret is shown once and kept nowhere', async () => {
    const key = { 'idempotency-key': 'issue-1' };
    const body = { id: 'reader', name: 'Reader', permissions: ['read'] };
    const issued = await call('POST', '/api-keys', body, key);
    const secret = String(issued.body['secret']);
    expect(issued.body).toMatchObject({ id: 'reader', version: 1 });
    expect((await call('POST', '/api-keys', body, key)).body).toMatchObject({ id: 'reader', secret: null });
    expect((await call('GET', '/api-keys/reader')).body).toEqual({
      id: 'reader',
      name: 'Reader',
      scope: 'operator',
      permissions: ['read'],
      person: 'admin',
      expiresAt: null,
      revoked: false,
      version: 1,
    });
    expect((await call('GET', '/api-keys/reader/history')).text).not.toContain('hash');
    const stored = await pool.query(
      `select data from catalog_event where aggregate = 'api-key' union all select answer from command_answer`,
    );
    expect(JSON.stringify(stored.rows)).not.toContain(secret);

    const reader = caller(app, secret);
    expect((await reader('GET', '/accounts')).status).toBe(200);
    expect((await reader('POST', '/accounts', { name: 'x' })).status).toBe(403);
    expect((await reader('GET', '/api-keys')).status).toBe(403);
    expect((await call('DELETE', '/api-keys/reader')).status).toBe(200);
    expect((await reader('GET', '/accounts')).status).toBe(401);
  });
});
