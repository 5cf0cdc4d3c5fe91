import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually, httpClient, scenario } from '../src/index.js';

describe('eventually', () => {
  test('returns what the check returns, the first time that it does not throw', async () => {
    let tries = 0;
    const check = (): string => {
      if (++tries < 3) throw new Error('not yet');
      return 'there';
    };
    expect(await eventually(check, { everyMs: 1 })).toBe('there');
    expect(tries).toBe(3);
  });

  test('ends with the last error of the check', async () => {
    let tries = 0;
    const check = (): never => {
      throw new Error(`try ${++tries}`);
    };
    await expect(eventually(check, { timeoutMs: 50, everyMs: 10 })).rejects.toThrow(/^try [3-9]$/);
  });
});

describe('scenario', () => {
  const tap = scenario<{ open: boolean }, 'open' | 'close', 'opened' | 'closed'>({
    initial: () => ({ open: false }),
    evolve: (state, event) => Object.assign(state, { open: event === 'opened' }), // in place, as hot paths do
    decide: (command, { open }) => (command === 'open' ? (open ? [] : ['opened']) : open ? ['closed'] : []),
  });

  test('given events, when a command comes, then these events', () => {
    expect(tap.given().when('open')).toEqual(['opened']);
    expect(tap.given('opened').when('open')).toEqual([]);
    expect(tap.given('opened').after('close')).toEqual({ open: false });
  });

  test('a state that changes in place does not leak into the next scenario', () => {
    tap.given('opened');
    expect(tap.given().state).toEqual({ open: false });
  });
});

describe('httpClient', () => {
  let server: Server;
  let url: string;
  const seen: { request: IncomingMessage; body: string }[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ request, body });
        response.writeHead(request.url === '/refused' ? 422 : 200, { 'content-type': 'application/problem+json' });
        response.end('{"ok":true}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  afterEach(() => seen.splice(0));

  test('sends its key, JSON and a fresh idempotency key, and never throws for a status', async () => {
    const client = httpClient(url, 'secret');
    const [one, other] = [await client.post('/refused', { a: 1 }), await client.post('/refused', { a: 1 })];
    expect([one.status, one.body, other.status]).toEqual([422, { ok: true }, 422]);
    const [first, second] = seen.map(({ request }) => request.headers);
    expect(first).toMatchObject({ authorization: 'Bearer secret', 'content-type': 'application/json' });
    expect(first?.['idempotency-key']).not.toBe(second?.['idempotency-key']);
    expect(seen[0]?.body).toBe('{"a":1}');
  });

  test('sends text as it is, and nobody has no key', async () => {
    await httpClient(url, 'secret').as(undefined).post('/', 'a,b\n', { contentType: 'text/csv', idempotencyKey: 'k1' });
    expect(seen[0]?.body).toBe('a,b\n');
    expect(seen[0]?.request.headers).toMatchObject({ 'content-type': 'text/csv', 'idempotency-key': 'k1' });
    expect(seen[0]?.request.headers.authorization).toBeUndefined();
  });
});
