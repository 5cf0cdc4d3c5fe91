import type { Engine, Statement } from '../src/clickhouse/engine.js';
import { createFront } from '../src/clickhouse/front.js';

function frontOf(seen: Statement[]) {
  const run = async (statement: Statement) => {
    seen.push(statement);
    return { bytes: Buffer.from('1'), rowsRead: 0, bytesRead: 0, elapsedSec: 0 };
  };
  return createFront({ run } as unknown as Engine);
}

test.each([
  ['a client', {}, 1],
  ['its own page', { origin: 'http://localhost:8123', 'sec-fetch-site': 'same-origin' }, 1],
  ['a page of another site', { origin: 'https://evil.example' }, 0],
  ['an image on a page of another site', { 'sec-fetch-site': 'cross-site' }, 0],
  ['a page whose name was pointed here', { host: 'evil.example' }, 0],
])('%s is answered or not', async (_who, headers, answered) => {
  const seen: Statement[] = [];
  const front = frontOf(seen);
  const answer = await front.inject({ url: '/?query=SELECT%201', headers: { host: 'localhost:8123', ...headers } });
  await front.close();
  expect([answer.statusCode, seen.length]).toEqual([answered === 1 ? 200 : 400, answered]);
});

test('an address may be as long as ClickHouse takes it: the accounts of a large tenant are a parameter', async () => {
  const seen: Statement[] = [];
  const front = frontOf(seen);
  const url = await front.listen({ host: '127.0.0.1', port: 0 });
  const ids = `[${Array.from({ length: 20_000 }, (_, i) => `'account-${i}'`).join(',')}]`;
  const answer = await fetch(`${url}/?param_subtree=${encodeURIComponent(ids)}`, { method: 'POST', body: 'SELECT 1' });
  await front.close();
  expect(answer.status).toBe(200);
  expect(seen[0]?.parameters.get('subtree')).toBe(ids);
});
