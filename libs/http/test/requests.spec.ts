import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, bareMetrics } from '@ratestream/observability';
import { as, sampleApp } from './sample-app.js';

let app: NestFastifyApplication;
const logged: string[] = [];
const metrics = bareMetrics();
beforeAll(async () => {
  const logger = createLogger({
    service: 'sample',
    level: 'debug',
    destination: { write: (line) => void logged.push(line) },
  });
  app = await sampleApp({ logger, metrics });
});
afterAll(() => app.close());

const topUp = (payload: unknown, headers: Record<string, string> = { 'idempotency-key': 'k1' }) =>
  app.inject({
    method: 'POST',
    url: '/api/sample/v1/accounts/r1/top-ups',
    headers: { ...as('r1'), 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });

test('an amount reaches the handler as nano-units', async () => {
  const answer = await topUp({ amount: '12.5', currency: 'EUR' });
  expect(answer.json()).toEqual({ id: 'r1', amount: '12500000000', key: 'k1' });
});

test('every fault of a body is told at once, each with its pointer', async () => {
  const answer = await topUp({ amount: 12.5, currency: 'EURO', nota: 'x', 'a/b': 1 });
  expect(answer.statusCode).toBe(422);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.json()).toMatchObject({
    type: 'urn:ratestream:problem:invalid',
    code: 'invalid',
    errors: [
      { pointer: '/amount', detail: expect.stringContaining('float') },
      { pointer: '/currency' },
      { pointer: '/nota', code: 'unknown_field' },
      { pointer: '/a~1b', code: 'unknown_field' },
    ],
  });
});

test.each([
  ['0', 'must be above zero'],
  ['-1', 'must be above zero'],
  ['1.0000000001', ''],
  ['1e3', ''],
  ['', ''],
  ['9'.repeat(60), ''],
])('the amount %j is refused', async (amount, detail) => {
  const answer = await topUp({ amount, currency: 'EUR' });
  expect(answer.statusCode).toBe(422);
  expect(answer.json()).toMatchObject({ errors: [{ pointer: '/amount', detail: expect.stringContaining(detail) }] });
});

test.each([
  ['broken JSON', '{"amount":', 400],
  ['a poisoned prototype', '{"__proto__":{"x":1},"amount":"1","currency":"EUR"}', 400],
  ['a body over the limit', JSON.stringify({ amount: '1', currency: 'EUR', note: 'x'.repeat(600) }), 413],
  ['no object', '[]', 422],
])('%s is a problem of the caller', async (_what, payload, status) => {
  const answer = await topUp(payload);
  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toMatchObject({ status, detail: expect.any(String) });
});

test('a body of an unknown type answers 415', async () => {
  expect((await topUp('<x/>', { 'content-type': 'application/xml' })).statusCode).toBe(415);
});

test('a handler may take more than the service limit', async () => {
  const send = (bytes: number) =>
    app.inject({
      method: 'POST',
      url: '/api/sample/v1/accounts/large',
      headers: as('r1'),
      payload: { fill: 'x'.repeat(bytes) },
    });
  expect((await send(3_000)).statusCode).toBe(201);
  expect((await send(5_000)).statusCode).toBe(413);
});

test.each([
  ['none', {}, 'idempotency_key_missing'],
  ['a blank one', { 'idempotency-key': 'a b' }, 'idempotency_key_invalid'],
  ['one of 201 characters', { 'idempotency-key': 'k'.repeat(201) }, 'idempotency_key_invalid'],
])('a command with %s as idempotency key is refused', async (_what, headers, code) => {
  const answer = await topUp({ amount: '1', currency: 'EUR' }, headers);
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code });
});

test('a query names the parameter at fault', async () => {
  const answer = await app.inject({ method: 'GET', url: '/api/sample/v1/accounts?limit=0', headers: as('r1') });
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ errors: [{ parameter: 'limit' }] });
  expect(
    (await app.inject({ method: 'GET', url: '/api/sample/v1/accounts?limit=7', headers: as('r1') })).json(),
  ).toEqual({ limit: 7 });
});

test('a fault of ours is logged whole and told as nothing but its request id', async () => {
  const answer = await app.inject({
    method: 'GET',
    url: '/api/sample/v1/accounts/broken/now',
    headers: { ...as('operator'), 'x-request-id': 'request-1234' },
  });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain('secret reason');
  expect(answer.json()).toMatchObject({ code: 'internal', requestId: 'request-1234' });
  expect(logged.join('')).toContain('the secret reason');
});

test('what may work later answers 503 with Retry-After', async () => {
  const answer = await app.inject({ method: 'GET', url: '/api/sample/v1/accounts/away/now', headers: as('r1') });
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['retry-after']).toBe('1');
});

test('the access log names route and key id, never the key or the query', async () => {
  await app.inject({ method: 'GET', url: '/api/sample/v1/accounts/c1?token=hush', headers: as('r1') });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const lines = logged.join('');
  expect(lines).toContain('"route":"/api/sample/v1/accounts/:id"');
  expect(lines).toContain('"keyId":"r1"');
  expect(lines).not.toMatch(/rs_r1|hush/);
  expect(await metrics.registry.metrics()).toMatch(
    /http_request_duration_seconds_count\{method="GET",route="\/api\/sample\/v1\/accounts\/:id",status="200"\} \d/,
  );
});

test('the OpenAPI document says what the schemas say', async () => {
  const document = (await app.inject({ method: 'GET', url: '/api/sample/v1/openapi.json', headers: as('r1') })).json<{
    paths: Record<
      string,
      Record<string, { parameters?: { name: string }[]; requestBody?: unknown; responses: Record<string, unknown> }>
    >;
  }>();
  const post = document.paths['/api/sample/v1/accounts/{id}/top-ups']?.['post'];
  expect(post?.requestBody).toMatchObject({
    content: {
      'application/json': { schema: { properties: { amount: { type: 'string' } }, required: ['amount', 'currency'] } },
    },
  });
  expect(post?.responses).toHaveProperty('default');
  expect(document.paths['/api/sample/v1/accounts']?.['get']?.parameters?.map((parameter) => parameter.name)).toEqual([
    'limit',
    'cursor',
  ]);
});

test('raw body types reach the handler unparsed', async () => {
  const raw = await sampleApp({ rawBodyTypes: ['*'] });
  const answer = await raw.inject({
    method: 'POST',
    url: '/api/sample/v1/accounts/large',
    headers: { ...as('r1'), 'content-type': 'text/csv' },
    payload: 'a,b',
  });
  expect(answer.statusCode).toBe(201);
  expect(answer.json()).toEqual({ bytes: JSON.stringify(Buffer.from('a,b')).length });
  await raw.close();
});
