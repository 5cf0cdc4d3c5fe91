import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { callEveryRoute, walkRoutes } from '../src/index.js';
import { as, sampleApp } from './sample-app.js';

let app: NestFastifyApplication;
beforeAll(async () => {
  app = await sampleApp();
});
afterAll(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers });

test('every route answers 401 to nobody, unknown addresses too', async () => {
  const answers = await callEveryRoute(app);
  expect(answers.map((answer) => answer.url)).toContain('/api/sample/v1/openapi.json');
  expect(answers.length).toBeGreaterThan(7);
  expect(answers.filter((answer) => answer.status !== 401)).toEqual([]);
  expect((await get('/api/sample/v1/nowhere')).statusCode).toBe(401);
  expect((await get('/api/sample/v1/nowhere', as('r1'))).statusCode).toBe(404);
});

test('routes are listed with their parameters', () => {
  expect(walkRoutes(app)).toContainEqual({ method: 'GET', url: '/api/sample/v1/accounts/:id' });
});

test.each([
  ['nobody', {}],
  ['an unknown key', { authorization: 'Bearer rs_guess' }],
  ['another scheme', { authorization: 'Basic cnM6cnM=' }],
  ['an empty secret', { authorization: 'Bearer ' }],
  ['an expired key', as('expired')],
  ['a revoked key', as('revoked')],
  ['a secret of a megabyte', { authorization: `Bearer ${'x'.repeat(2_000)}` }],
])('%s gets 401', async (_who, headers) => {
  const answer = await get('/api/sample/v1/accounts/r1', headers);
  expect(answer.statusCode).toBe(401);
  expect(answer.headers['www-authenticate']).toBe('Bearer');
  expect(answer.json()).toMatchObject({ code: 'unauthorized', status: 401 });
});

test.each([
  ['r1', 'r1', 200],
  ['r1', 'c1', 200],
  ['r2', 'c1', 404],
  ['r2', 'r1', 404],
  ['r2', 'nobody-knows', 404],
  ['operator', 'c1', 200],
] as const)('%s asking for %s gets %d', async (who, account, status) => {
  expect((await get(`/api/sample/v1/accounts/${account}`, as(who))).statusCode).toBe(status);
});

test('an account of another tenant answers word for word like one that does not exist', async () => {
  const words = async (account: string) => {
    const { requestId: _id, ...rest } = (await get(`/api/sample/v1/accounts/${account}`, as('r2'))).json<
      Record<string, unknown>
    >();
    return JSON.stringify(rest).replaceAll(account, 'X');
  };
  expect(await words('c1')).toBe(await words('zz'));
});

test('a key without the permission gets 403, before its body is looked at', async () => {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/sample/v1/accounts/r1/top-ups',
    headers: as('reader'),
    payload: { nonsense: 1 },
  });
  expect(answer.statusCode).toBe(403);
  expect(answer.json()).toMatchObject({ code: 'forbidden', detail: 'This key lacks the permission "write".' });
  expect((await get('/api/sample/v1/accounts/broken/now', as('r1'))).statusCode).toBe(403);
});
