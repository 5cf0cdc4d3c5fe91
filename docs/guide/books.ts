import { eventually } from '@ratestream/testing';
import { http } from './stack.js';
import { ratedStream, unread, type RatedStream } from './streams.js';

/** All money there is, and all that made it. Two of them are equal when nothing happened in between. */
export interface Books {
  rated: RatedStream;
  accounts: { id: string; balance: string; held: string }[];
  suppliers: { id: string; payable: string; expected: string }[];
  margin: unknown[];
}

interface Conservation {
  exact: boolean;
  partitions: { partition: number; positions: Record<'clickHouse' | 'fold' | 'balance', number> }[];
}
interface List<T> {
  items: T[];
}

/** Waits until everything that was sent is everywhere, and reads the books. Fails where they do not agree. */
export async function booksAtRest(timeoutMs = 150_000): Promise<Books> {
  const rated = await eventually(caughtUp, { timeoutMs, everyMs: 500 });
  const conservation = await get<Conservation>('/api/analytics/v1/conservation');
  expect(conservation).toMatchObject({ exact: true });
  expect(await get('/api/balance/v1/trial-balance')).toMatchObject({ balanced: true });
  const accounts = await get<List<Books['accounts'][number]>>('/api/balance/v1/accounts?limit=200');
  const suppliers = await get<List<Books['suppliers'][number]>>('/api/balance/v1/suppliers');
  const day = (after: number): string => new Date(Date.now() + after * 86_400_000).toISOString().slice(0, 10);
  const groups = 'account,country,network,class,level';
  const margin = await get<{ lines: unknown[] }>(
    `/api/analytics/v1/margin?groupBy=${groups}&from=${day(-2)}&to=${day(2)}`,
  );
  return {
    rated,
    accounts: accounts.items.map(({ id, balance, held }) => ({ id, balance, held })),
    suppliers: suppliers.items.map(({ id, payable, expected }) => ({ id, payable, expected })),
    margin: margin.lines,
  };
}

/** Every group has read all of its input, and every reader of `rated` stands behind its last event. */
async function caughtUp(): Promise<RatedStream> {
  expect(await unread()).toEqual([]);
  const rated = await ratedStream();
  const { partitions } = await get<Conservation>('/api/analytics/v1/conservation');
  expect(partitions.map(({ positions }) => positions)).toEqual(
    rated.ends.map((end) => ({ clickHouse: end, fold: end, balance: end })),
  );
  expect(await unread()).toEqual([]); // nothing came in while we looked
  return rated;
}

async function get<T = unknown>(path: string): Promise<T> {
  const { status, body } = await http().get<T>(path);
  if (status !== 200) throw new Error(`${path} was answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
