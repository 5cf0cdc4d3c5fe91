import { jest } from '@jest/globals';
import { eventually } from '@ratestream/testing';
import { readEvents } from '../src/store/event-store.js';
import type { TrafficReader } from '../src/what-if/traffic-reader.js';
import { WHAT_IFS, type WhatIfOptions } from '../src/what-if/what-if.port.js';
import { caller, startApp } from './harness.js';
import { ask, BUY, iso, MONTH, OWN, SELL_1, settled, startWorld, twice, type World } from './what-if/world.js';

let world: World;
let reseller: World['operator'];

beforeAll(async () => {
  world = await startWorld({ whatIfWaitMs: 0 });
  reseller = caller(world.process.app, 'rs_mine-secret');
}, 240_000);
afterAll(() => world.stop());

/** Waits for what runs on after a 202. */
async function ended(id: string, as = world.operator): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const { status, body } = await as('GET', `/what-if/${id}`);
    expect([status, body['status']]).not.toEqual([200, 'running']);
    return body;
  });
}

/** Holds reading back until it is let go. */
function heldBack(traffic: TrafficReader): () => void {
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  const read = traffic.groups.bind(traffic);
  traffic.groups = async function* (query, slice) {
    for await (const groups of read(query, slice)) {
      yield groups;
      await gate;
    }
  };
  return () => {
    traffic.groups = read;
    go();
  };
}

test('what takes longer is answered 202 with its progress, and asked for until it is done', async () => {
  const before = await readEvents(world.pool, 0, 100_000);
  const letGo = heldBack(world.process.app.get<WhatIfOptions>(WHAT_IFS).traffic);
  const body = { draft: { cardId: 'sell', csv: twice(SELL_1) } };
  const first = await world.operator('POST', '/what-if', body, { 'idempotency-key': 'once' });
  expect([first.status, first.body]).toMatchObject([202, { status: 'running', result: null }]);
  const id = String(first.body['id']);
  const again = await world.operator('POST', '/what-if', body, { 'idempotency-key': 'once' });
  expect([again.status, again.body['id']]).toEqual([202, id]);
  const other = await world.operator('POST', '/what-if', { ...body, from: 'effective' }, { 'idempotency-key': 'once' });
  expect(other.status).toBe(409);
  await eventually(async () => {
    const { progress } = (await world.operator('GET', `/what-if/${id}`)).body as unknown as {
      progress: { rowsTotal: number };
    };
    expect(progress.rowsTotal).toBeGreaterThan(100);
  });
  letGo();
  const done = await ended(id);
  expect(done).toMatchObject({
    status: 'done',
    draft: { kind: 'rows', cardIds: ['sell'] },
    against: { traffic: { from: iso(MONTH.from), to: iso(MONTH.to) }, accounts: null },
    result: { totals: [{ before: settled(world.traffic, 'sell', 'sell') }] },
  });
  const { rowsRead, rowsTotal } = done['progress'] as { rowsRead: number; rowsTotal: number };
  expect(rowsRead).toBe(rowsTotal);
  expect(await readEvents(world.pool, 0, 100_000)).toEqual(before);
});

test('one that runs is cancelled, one that has ended is forgotten, and no more run at once than may', async () => {
  const letGo = heldBack(world.process.app.get<WhatIfOptions>(WHAT_IFS).traffic);
  const body = { draft: { cardId: 'buy', csv: twice(BUY) } };
  const ids: string[] = [];
  const keyed = (key: string) => world.operator('POST', '/what-if', body, { 'idempotency-key': key });
  const asked = await Promise.all(['a', 'b', 'c'].map(keyed));
  expect(asked.map(({ status }) => status).sort()).toEqual([202, 202, 503]);
  for (const { status, body: one } of asked) if (status === 202) ids.push(String(one['id']));
  // A repeat is the same question, and takes no place.
  const repeated = await Promise.all(['a', 'b', 'c'].map(keyed));
  expect(repeated.map(({ status, body: { id } }) => [status, id])).toEqual(
    asked.map(({ status, body: { id } }) => [status, id]),
  );
  const drafts = jest.spyOn(world.process.app.get<WhatIfOptions>(WHAT_IFS).drafts, 'find');
  const more = await Promise.all(Array.from({ length: 10 }, () => world.operator('POST', '/what-if', body)));
  expect(new Set(more.map(({ status, headers }) => `${status} ${String(headers['retry-after'])}`))).toEqual(
    new Set(['503 5']),
  );
  // Whose rates would fill our memory while they wait.
  expect(drafts).not.toHaveBeenCalled();
  drafts.mockRestore();
  expect((await world.operator('DELETE', `/what-if/${String(ids[0])}`)).body).toMatchObject({ status: 'cancelled' });
  letGo();
  expect(await ended(String(ids[1]))).toMatchObject({ status: 'done' });
  expect((await world.operator('GET', `/what-if/${String(ids[0])}`)).body).toMatchObject({
    status: 'cancelled',
    result: null,
  });
  for (const id of ids) {
    expect((await world.operator('DELETE', `/what-if/${id}`)).status).toBe(200);
    expect((await world.operator('GET', `/what-if/${id}`)).status).toBe(404);
  }
});

test('one whose process died is failed, so that nobody waits for it', async () => {
  const letGo = heldBack(world.process.app.get<WhatIfOptions>(WHAT_IFS).traffic);
  const { id } = (await world.operator('POST', '/what-if', { draft: { cardId: 'buy', csv: BUY } })).body as unknown as {
    id: string;
  };
  await eventually(async () => {
    await world.pool.query(`update what_if set touched_at = now() - interval '3 minutes' where id = $1`, [id]);
    expect((await world.operator('GET', `/what-if/${id}`)).body).toMatchObject({
      status: 'failed',
      fault: { code: 'interrupted' },
    });
  });
  letGo();
});

test('more traffic than may be read is said, with what to narrow', async () => {
  const { app } = await startApp(world.pool, 50_000_000, { clickHouse: world.store, whatIfMaxRows: 10 });
  const { status, body } = await caller(app)('POST', '/what-if', { draft: { cardId: 'sell', csv: SELL_1 } });
  expect([status, body]).toMatchObject([
    422,
    {
      code: 'too_much_traffic',
      detail: expect.stringMatching(/^\d+ rated legs .* at most 10 .* accounts or a shorter time\.$/) as string,
    },
  ]);
  await app.close();
});

test.each([
  ['no rate in it', { draft: { cardId: 'sell', csv: 'price\n' } }, 200],
  ['a row at fault', { draft: { cardId: 'sell', csv: 'country,price\nDE,0.1\nXX1,zero\n' } }, 422],
  ['no such card', { draft: { cardId: 'none', csv: 'price\n1\n' } }, 404],
  ['no such version', { draft: { cardId: 'sell', version: 9 } }, 404],
  ['no such import', { draft: { importId: '00000000-0000-4000-8000-000000000000' } }, 404],
  ['two drafts', { draft: { cardId: 'sell', version: 1, csv: 'price\n1\n' } }, 422],
  [
    'a span that ends before it begins',
    {
      draft: { cardId: 'sell', version: 1 },
      against: { traffic: { from: '2026-05-02T00:00:00Z', to: '2026-05-01T00:00:00Z' } },
    },
    422,
  ],
  ['an unknown account', { draft: { cardId: 'sell', version: 1 }, against: { accounts: ['nobody'] } }, 404],
])('%s', async (_, body, status) => {
  const answer = await world.operator('POST', '/what-if', body);
  expect([answer.status < 300 ? 200 : answer.status, answer.text]).toEqual([status, expect.anything()]);
  if (answer.status < 300) await ended(String(answer.body['id']));
});

test('a reseller tries its own cards over its own subtree, and learns of nobody else', async () => {
  const own = await reseller('POST', '/what-if', { draft: { cardId: 'own', csv: twice(OWN) } });
  const done = await ended(String(own.body['id']), reseller);
  const money = settled(world.traffic, 'sell', 'own');
  expect(done).toMatchObject({ result: { totals: [{ side: 'sell', before: money, difference: money }] } });
  const { items } = (await reseller('GET', `/what-if/${String(own.body['id'])}/lines?limit=500`)).body as unknown as {
    items: { account: string; supplier: null }[];
  };
  expect(new Set(items.map(({ account, supplier }) => `${account} ${String(supplier)}`))).toEqual(
    new Set(['customer null']),
  );
  const operators = await world.operator('POST', '/what-if', { draft: { cardId: 'buy', csv: twice(BUY) } });
  const id = String(operators.body['id']);
  await ended(id);
  for (const [method, path] of [
    ['GET', `/what-if/${id}`],
    ['GET', `/what-if/${id}/lines`],
    ['GET', `/what-if/${id}/sheet`],
    ['DELETE', `/what-if/${id}`],
  ] as const)
    expect([path, (await reseller(method, path)).status]).toEqual([path, 404]);
  const listed = (await reseller('GET', '/what-if')).body as unknown as { items: { id: string }[] };
  expect(listed.items.map((one) => one.id)).toEqual([own.body['id']]);
  const seen = (await world.operator('GET', '/what-if?limit=500')).body as unknown as { items: { id: string }[] };
  expect(seen.items.map((one) => one.id)).toEqual(expect.arrayContaining([own.body['id'], id]));
  for (const draft of [
    { cardId: 'sell', csv: SELL_1 },
    { cardId: 'buy', csv: BUY },
    { cardId: 'sell', version: 1 },
    { planId: 'plan', plan: { bindings: [{ cardId: 'own' }] } },
  ])
    expect([draft, (await reseller('POST', '/what-if', { draft })).status]).toEqual([draft, 404]);
  const beside = await reseller('POST', '/what-if', {
    draft: { cardId: 'own', csv: OWN },
    against: { accounts: ['acme'] },
  });
  expect(beside.status).toBe(404);
  const usages = [{ account: 'customer', to: '+4915112345678', supplier: 'sup' }];
  const quoted = await reseller('POST', '/what-if', { draft: { cardId: 'own', csv: twice(OWN) }, against: { usages } });
  // Its own level alone: neither what it pays nor what the message was bought for.
  expect(await ended(String(quoted.body['id']), reseller)).toMatchObject({
    result: { totals: [{ side: 'sell', before: '0.09', after: '0.18' }], counts: { legs: 1 } },
  });
});

test('without ClickHouse past traffic is not known, and everything else works', async () => {
  const { app } = await startApp(world.pool, 50_000_000, {
    clickHouse: { url: 'http://127.0.0.1:9', database: 'none' },
  });
  const call = caller(app);
  const refused = await call('POST', '/what-if', { draft: { cardId: 'sell', csv: SELL_1 } });
  expect([refused.status, refused.body['code'], refused.headers['retry-after']]).toEqual([503, 'unavailable', '10']);
  const { result } = await ask(call, {
    draft: { cardId: 'sell', csv: twice(SELL_1) },
    against: { usages: [{ account: 'acme', to: '+33612345678', at: iso(MONTH.from) }] },
  });
  expect(result.totals).toMatchObject([{ before: '0.0451', after: '0.0902' }]);
  const mapping = JSON.stringify({
    country: { column: 'country' },
    price: { column: 'price' },
    decimal: '.',
    currency: { fixed: 'EUR' },
  });
  const staged = await call(
    'POST',
    `/rate-cards/buy/imports?mapping=${encodeURIComponent(mapping)}`,
    'country,price\nDE,0.5\n',
  );
  expect([staged.status, staged.body]).toMatchObject([201, { summary: { margin: { traffic: null } } }]);
  const { items } = (await call('GET', `/rate-cards/buy/imports/${String(staged.body['id'])}/margin`))
    .body as unknown as { items: object[] };
  expect(items[0]).toMatchObject({ units: null, lost: null });
  await app.close();
});
