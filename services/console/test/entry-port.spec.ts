import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrapService, type RunningService } from '@ratestream/http';
import { Health, bareMetrics, silentLogger } from '@ratestream/observability';
import { configSchema, consoleApp } from '../src/index.js';

/** A service that tells what reached it. */
function echo(): Promise<Server> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    let bytes = 0;
    let chunks = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks++;
    });
    request.on('end', () => {
      response.writeHead(request.url?.includes('teapot') === true ? 418 : 200, {
        'content-type': 'application/json',
        'x-own': 'kept',
      });
      response.end(
        JSON.stringify({ method: request.method, url: request.url, headers: request.headers, bytes, chunks }),
      );
    });
  };
  const server = createServer(answer);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

let upstream: Server;
let entry: RunningService;
beforeAll(async () => {
  upstream = await echo();
  const folder = mkdtempSync(join(tmpdir(), 'ratestream-web-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Ratestream</title>');
  writeFileSync(join(folder, 'assets', 'page-abc123.js'), 'export {}');
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  entry = await bootstrapService({
    ...consoleApp({
      upstreams: new Map([
        ['rating', url],
        ['balance', 'http://127.0.0.1:1'],
      ]),
      webFolder: folder,
      logger: silentLogger(),
      metrics: bareMetrics(),
    }),
    config: { httpHost: '127.0.0.1', httpPort: 0, adminPort: 0 },
    health: new Health(),
    handleSignals: false,
  });
});
afterAll(async () => {
  await entry.drain('test');
  upstream.close();
});

interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  bytes: number;
  chunks: number;
}
const ask = (path: string, init?: RequestInit) => fetch(entry.url + path, init);

describe('the API behind the entry port', () => {
  test('gets the request as it is: path, query, key and idempotency key', async () => {
    const answer = await ask('/api/rating/v1/messages/a%2Fb?x=1&x=2', {
      headers: { authorization: 'Bearer k', 'idempotency-key': 'i', 'x-request-id': 'request-77' },
    });
    expect(answer.headers.get('x-own')).toBe('kept');
    expect(await answer.json()).toMatchObject({
      method: 'GET',
      url: '/api/rating/v1/messages/a%2Fb?x=1&x=2',
      headers: { authorization: 'Bearer k', 'idempotency-key': 'i', 'x-request-id': 'request-77' },
    });
  });

  test('gets a body that was announced with Expect, as curl does from a megabyte on', async () => {
    const { port } = new URL(entry.url);
    const got = await new Promise<Echo>((resolve, reject) => {
      const headers = { expect: '100-continue', te: 'trailers', 'proxy-authorization': 'Basic x', 'content-length': 3 };
      const posted = request({ port, method: 'POST', path: '/api/rating/v1/upload', headers }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += String(chunk)));
        answer.on('end', () => resolve(JSON.parse(text) as Echo));
      });
      posted.on('continue', () => posted.end('abc')).on('error', reject);
      posted.flushHeaders();
    });
    expect(got).toMatchObject({ method: 'POST', bytes: 3 });
    expect(got.headers).not.toHaveProperty('expect');
    expect(got.headers).not.toHaveProperty('te');
    expect(got.headers).not.toHaveProperty('proxy-authorization');
  });

  test('answers with its own status', async () => {
    expect((await ask('/api/rating/v1/teapot')).status).toBe(418);
  });

  test.each([
    ['application/json', '[1]'],
    ['application/x-ndjson', '{"a":1}\n{"a":2}\n'],
    ['text/csv', 'a,b\n1,2\n'],
    ['multipart/form-data; boundary=x', '--x--'],
  ])('gets a body of %s untouched', async (type, body) => {
    const answer = await ask('/api/rating/v1/quote', { method: 'POST', headers: { 'content-type': type }, body });
    expect((await answer.json()) as Echo).toMatchObject({
      method: 'POST',
      bytes: body.length,
      headers: { 'content-type': type },
    });
  });

  test('gets 32 MB as a stream, not in one piece', async () => {
    const body = Buffer.alloc(32 << 20, 'x');
    const answer = await ask('/api/rating/v1/upload', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body,
    });
    const got = (await answer.json()) as Echo;
    expect(got.bytes).toBe(body.length);
    expect(got.chunks).toBeGreaterThan(10);
  });

  test('a service that is away answers 503 with its name', async () => {
    const answer = await ask('/api/balance/v1/accounts');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({
      code: 'unavailable',
      detail: 'The service "balance" cannot be reached at the moment.',
    });
  });

  test.each(['/api/nobody/v1/x', '/api/rating/v2/x', '/api/', '/api/rating/v1/../../nobody/v1/x'])(
    '%s is no service',
    async (path) => {
      const answer = await ask(path);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: 'not_found' });
    },
  );

  test('a path cannot climb out of its service', async () => {
    const answer = await ask('/api/rating/v1/%2e%2e/%2e%2e/%2e%2e/health/live');
    expect([400, 404]).toContain(answer.status);
  });
});

describe('the page', () => {
  test('is served without a key, asked for each time, and keeps scripts and frames of others out', async () => {
    const answer = await ask('/');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<title>Ratestream');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('hashed assets are kept for a year', async () => {
    expect((await ask('/assets/page-abc123.js')).headers.get('cache-control')).toContain('immutable');
  });

  test.each(['/../package.json', '/%2e%2e/package.json', '/nothing.html'])('%s is not there', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });
});

test('every service must be given an address', () => {
  const parsed = configSchema.safeParse({ catalogUrl: 'ftp://x' });
  expect(parsed.error?.issues.map((issue) => issue.path[0])).toEqual([
    'catalogUrl',
    'ingestUrl',
    'ratingUrl',
    'balanceUrl',
    'analyticsUrl',
  ]);
});
