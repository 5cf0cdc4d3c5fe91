import type { Engine, Statement } from '../src/clickhouse/engine.js';
import { createFront } from '../src/clickhouse/front.js';

test('an address may be as long as ClickHouse takes it: the accounts of a large tenant are a parameter', async () => {
  const seen: Statement[] = [];
  const run = async (statement: Statement) => {
    seen.push(statement);
    return { bytes: Buffer.from('1'), rowsRead: 0, bytesRead: 0, elapsedSec: 0 };
  };
  const front = createFront({ run } as unknown as Engine);
  const url = await front.listen({ host: '127.0.0.1', port: 0 });
  const ids = `[${Array.from({ length: 20_000 }, (_, i) => `'account-${i}'`).join(',')}]`;
  const answer = await fetch(`${url}/?param_subtree=${encodeURIComponent(ids)}`, { method: 'POST', body: 'SELECT 1' });
  await front.close();
  expect(answer.status).toBe(200);
  expect(seen[0]?.parameters.get('subtree')).toBe(ids);
});
