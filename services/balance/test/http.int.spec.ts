import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { callEveryRoute, createServiceApp } from '@ratestream/http';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import { readOffset } from '@ratestream/postgres';
import { BalanceModule } from '../src/balance.module.js';
import { Books } from './support/books.js';
import { family } from './support/catalog.js';
import { NOON_MS, buyLeg, ratedEvent, record, sellLeg } from './support/rated.js';

const EUR = 1_000_000_000n;
let books: Books;
let app: NestFastifyApplication;

beforeEach(async () => {
  const catalog = family();
  books = await Books.open(catalog);
  const at = (partition: number) => ({ consumer: 'balance.ledger', topic: 'rated', partition });
  app = await createServiceApp({
    name: 'balance',
    module: BalanceModule.with({
      catalog: catalog.view,
      database: { transaction: (fn) => books.transaction(fn), snapshot: (fn) => books.snapshot(fn) },
      positions: { readPosition: (tx, partition) => readOffset(tx, at(partition)) },
      commands: books.commands,
    }),
    logger: silentLogger(),
    metrics: bareMetrics(),
  });
}, 180_000);
afterEach(async () => {
  await app.close();
  await books.close();
});

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function get(path: string, key = 'operator-key'): Promise<Answer> {
  const answer = await app.inject({ url: `/api/balance/v1/${path}`, headers: { authorization: `Bearer ${key}` } });
  return { status: answer.statusCode, body: answer.json() };
}

async function post(path: string, payload: object, key = 'operator-key', idempotencyKey?: string): Promise<Answer> {
  const answer = await app.inject({
    method: 'POST',
    url: `/api/balance/v1/accounts/${path}`,
    headers: {
      authorization: `Bearer ${key}`,
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    payload,
  });
  return { status: answer.statusCode, body: answer.json() };
}

const topUp = (amount: string, change: object = {}) => ({
  amount,
  reason: 'bank transfer',
  reference: 'R-77',
  ...change,
});

/** Every account's money: shop pays acme 3, acme pays r1 2 and holds 1 more, r1 pays the operator 1.5, s1 is owed 1. */
async function traffic(): Promise<void> {
  const legs = [
    sellLeg('shop', 'acme', 3n * EUR),
    sellLeg('acme', 'r1', 2n * EUR),
    sellLeg('r1', 'operator', (3n * EUR) / 2n),
    buyLeg('s1', EUR),
  ];
  const hold = [
    sellLeg('acme', 'r1', 0n, { action: 'hold', heldAmount: EUR }),
    buyLeg('s1', 0n, { action: 'hold', heldAmount: EUR }),
  ];
  const rival = ratedEvent([sellLeg('rival', 'operator', EUR)], { rootPayer: 'rival' });
  await books.applier().apply(0, [record(0, 0, ratedEvent(legs)), record(0, 1, ratedEvent(hold))]);
  await books.applier().apply(1, [record(1, 0, rival)]);
}

describe('accounts', () => {
  test('one account: balance, held, available and status', async () => {
    await traffic();
    expect(await get('accounts/acme', 'acme-key')).toEqual({
      status: 200,
      body: {
        id: 'acme',
        parentId: null, // r1 is above this caller
        name: 'The acme company',
        currency: 'EUR',
        mode: 'prepaid',
        balance: '-2',
        held: '1',
        creditLimit: '50',
        available: '47',
        warnBelow: null,
        status: 'active',
        ownStatus: 'active',
        causedBy: null,
        closed: false,
      },
    });
  });

  test('the parent is named to those who see it', async () => {
    expect((await get('accounts/acme', 'r1-key')).body['parentId']).toBe('r1');
    expect((await get('accounts/r1')).body['parentId']).toBeNull();
  });

  test('a status that an ancestor causes is told, the ancestor only to those who see it', async () => {
    await books
      .applier()
      .apply(0, [record(0, 0, ratedEvent([sellLeg('shop', 'acme', EUR), sellLeg('r1', 'operator', 100n * EUR)]))]);
    expect((await get('accounts/shop', 'acme-key')).body).toMatchObject({
      status: 'suspended',
      ownStatus: 'active',
      causedBy: null,
    });
    expect((await get('accounts/shop', 'r1-key')).body).toMatchObject({ status: 'suspended', causedBy: 'r1' });
  });

  test('the list holds the caller’s subtree, page by page', async () => {
    const ids = async (key: string, query = '') => {
      const { body } = await get(`accounts${query}`, key);
      return {
        ids: (body['items'] as { id: string }[]).map(({ id }) => id),
        next: body['nextCursor'] as string | null,
      };
    };
    expect(await ids('operator-key')).toEqual({ ids: ['acme', 'r1', 'rival', 'shop'], next: null });
    expect((await ids('acme-key')).ids).toEqual(['acme', 'shop']);
    const first = await ids('r1-key', '?limit=2');
    expect(first.ids).toEqual(['acme', 'r1']);
    expect(await ids('r1-key', `?limit=2&cursor=${first.next}`)).toEqual({ ids: ['shop'], next: null });
  });

  test('what is outside the subtree does not exist', async () => {
    expect((await get('accounts/r1', 'acme-key')).status).toBe(404);
    expect((await get('accounts/rival/entries', 'r1-key')).status).toBe(404);
    expect((await get('accounts/nobody')).status).toBe(404);
  });
});

describe('top-ups and adjustments', () => {
  test('a top-up credits, is in the statement and in the event', async () => {
    await traffic();
    const { status, body } = await post('acme/top-ups', topUp('50.25'), 'r1-key', 'k-1');
    expect(status).toBe(201);
    expect(body).toMatchObject({
      account: 'acme',
      kind: 'top_up',
      amount: '50.25',
      balance: '48.25',
      held: '1',
      available: '97.25',
      author: 'r1-key',
    });
    expect((await books.published()).events).toMatchObject([
      {
        type: 'TopUpRecorded',
        account: 'acme',
        amount: 50_250_000_000n,
        balance: 48_250_000_000n,
        reference: 'R-77',
        actor: 'r1-key',
      },
    ]);
    const { rows } = await books.pool.query('select balance from ledger_account where code = $1', ['cash/r1']);
    expect(rows).toEqual([{ balance: '-50.250000000' }]);
    expect((await get('accounts/r1')).body['balance']).toBe('-1.5');
  });

  test('the same key and request is answered the same and posted once, also at once and in parallel', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post('acme/top-ups', topUp('10'), 'r1-key', 'k-1')),
    );
    answers.push(
      await post('acme/top-ups', { reference: 'R-77', reason: 'bank transfer', amount: '10.0' }, 'r1-key', 'k-1'),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect((await get('accounts/acme')).body['balance']).toBe('10');
  });

  test('the same key with another request is refused; another tenant’s key is another key', async () => {
    await post('acme/top-ups', topUp('10'), 'r1-key', 'k-1');
    expect(await post('acme/top-ups', topUp('11'), 'r1-key', 'k-1')).toMatchObject({
      status: 409,
      body: { code: 'idempotency_key_reused' },
    });
    expect((await post('acme/adjustments', topUp('10'), 'r1-key', 'k-1')).status).toBe(409);
    expect((await post('shop/top-ups', topUp('10'), 'r1-key', 'k-1')).status).toBe(409);
    expect((await post('acme/top-ups', topUp('11'), 'operator-key', 'k-1')).status).toBe(201);
    expect((await get('accounts/acme')).body['balance']).toBe('21');
  });

  test('parallel top-ups and the stream on one account lose nothing', async () => {
    const applier = books.applier();
    const stream = (async () => {
      for (let at = 0; at < 30; at++) await applier.apply(0, [record(0, at, ratedEvent([sellLeg('acme', 'r1', EUR)]))]);
    })();
    const commands = Array.from({ length: 30 }, (_, n) =>
      n % 2 === 0
        ? post('acme/top-ups', topUp('3'), 'r1-key', `t-${n}`)
        : post('acme/adjustments', topUp('-1'), 'operator-key', `a-${n}`),
    );
    const answers = await Promise.all(commands);
    await stream;
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect((await get('accounts/acme')).body['balance']).toBe('0');
    expect((await get('trial-balance')).body['balanced']).toBe(true);
  });

  test('a lost transaction leaves the key free', async () => {
    books.beforeCommit = () => Promise.reject(new Error('killed'));
    expect((await post('acme/top-ups', topUp('10'), 'r1-key', 'k-1')).status).toBe(500);
    books.beforeCommit = () => undefined;
    expect((await post('acme/top-ups', topUp('10'), 'r1-key', 'k-1')).body['balance']).toBe('10');
  });

  test.each([
    ['the account itself', 'acme-key', 'acme', 403],
    ['the parent', 'r1-key', 'acme', 201],
    ['the grandparent', 'r1-key', 'shop', 201],
    ['the operator', 'operator-key', 'r1', 201],
    ['a root payer itself', 'r1-key', 'r1', 403],
    ['a stranger', 'rival-key', 'acme', 404],
    ['a key that may only read', 'acme-reader', 'shop', 403],
  ])('by %s', async (_name, key, id, status) => {
    expect((await post(`${id}/top-ups`, topUp('1'), key, 'k-1')).status).toBe(status);
  });

  test.each([
    ['zero', topUp('0'), ['/amount']],
    ['a negative top-up', topUp('-1'), ['/amount']],
    ['a number instead of a string', { ...topUp('1'), amount: 1 }, ['/amount']],
    ['a tenth place', topUp('0.0000000001'), ['/amount']],
    ['more than any payment', topUp('1000000000000.000000001'), ['/amount']],
    ['no reason and no reference', { amount: '1' }, ['/reason', '/reference']],
    ['an unknown field', topUp('1', { currency: 'USD' }), ['/currency']],
    ['a forged line', topUp('1', { reason: 'x\ny' }), ['/reason']],
  ])('%s is refused with every fault', async (_name, body, pointers) => {
    const answer = await post('acme/top-ups', body, 'r1-key', 'k-1');
    expect(answer.status).toBe(422);
    expect((answer.body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  test('without an idempotency key nothing is taken', async () => {
    expect(await post('acme/top-ups', topUp('1'), 'r1-key')).toMatchObject({
      status: 400,
      body: { code: 'idempotency_key_missing' },
    });
  });

  test('a closed account takes no top-up, an adjustment puts it straight', async () => {
    books.catalog.say('AccountClosed', { id: 'acme' });
    expect(await post('acme/top-ups', topUp('1'), 'r1-key', 'k-1')).toMatchObject({
      status: 409,
      body: { code: 'account_closed' },
    });
    expect((await post('acme/adjustments', topUp('-1'), 'r1-key', 'k-2')).status).toBe(201);
  });
});

describe('the statement', () => {
  test('runs the balance over pages, with the sums of the period', async () => {
    await traffic();
    await post('acme/top-ups', topUp('10'), 'r1-key', 'k-1');
    await post('acme/adjustments', topUp('-0.5', { reason: 'goodwill taken back' }), 'operator-key', 'k-2');
    const range = `from=${new Date(NOON_MS).toISOString()}&to=2026-05-02T00:00:00Z`;
    const first = (await get(`accounts/acme/entries?${range}&limit=2`, 'r1-key')).body;
    const rest = (await get(`accounts/acme/entries?${range}&limit=2&cursor=${first['nextCursor'] as string}`, 'r1-key'))
      .body;
    const entries = [...(first['items'] as Answer['body'][]), ...(rest['items'] as Answer['body'][])];
    expect(entries.map((e) => [e['kind'], e['amount'], e['balance'], e['author']])).toEqual([
      ['usage', '-2', '-2', null],
      ['top_up', '10', '8', 'r1-key'],
      ['adjustment', '-0.5', '7.5', null], // the operator’s key is above r1
    ]);
    expect(entries[0]?.['range']).toEqual({ partition: 0, from: 0, to: 2 });
    for (const page of [first, rest])
      expect(page).toMatchObject({ opening: '0', closing: '7.5', credits: '10', debits: '2.5' });
    expect(rest['nextCursor']).toBeNull();
  });

  test('opens with what was before the period, to the instant', async () => {
    await books
      .applier()
      .apply(0, [
        record(0, 0, ratedEvent([sellLeg('acme', 'r1', EUR)]), NOON_MS - 86_400_000),
        record(0, 1, ratedEvent([sellLeg('acme', 'r1', 2n * EUR)]), NOON_MS),
      ]);
    const at = async (ms: number) => {
      const { body } = await get(`accounts/acme/entries?from=${new Date(ms).toISOString()}&to=2026-05-02T00:00:00Z`);
      return [body['opening'], body['closing'], (body['items'] as unknown[]).length];
    };
    expect(await at(NOON_MS - 86_400_000)).toEqual(['0', '-3', 2]);
    expect(await at(NOON_MS - 86_399_999)).toEqual(['-1', '-3', 1]);
    expect(await at(NOON_MS)).toEqual(['-1', '-3', 1]);
    expect(await at(NOON_MS + 1)).toEqual(['-3', '-3', 0]);
  });

  test('a bad cursor and a bad instant are the caller’s fault', async () => {
    expect((await get('accounts/acme/entries?cursor=abc')).status).toBe(400);
    expect((await get('accounts/acme/entries?from=yesterday')).status).toBe(400);
  });
});

describe('the operator’s books', () => {
  test('suppliers: what is owed and what open attempts will cost', async () => {
    await traffic();
    expect((await get('suppliers')).body).toEqual({
      items: [{ id: 's1', name: 'Supplier s1', currency: 'EUR', payable: '1', expected: '1' }],
    });
  });

  test('the trial balance is zero', async () => {
    await traffic();
    await post('acme/top-ups', topUp('10'), 'r1-key', 'k-1');
    const { body } = await get('trial-balance');
    expect(body).toMatchObject({ balanced: true, currencies: [{ currency: 'EUR', sum: '0' }] });
    const [eur] = body['currencies'] as { accounts: { kind: string; balance: string }[] }[];
    expect(eur?.accounts.map(({ kind, balance }) => [kind, balance])).toEqual([
      ['balance', '2.5'],
      ['cash', '-10'],
      ['cost', '-1'],
      ['payable', '1'],
      ['revenue', '7.5'],
    ]);
  });

  test('it says so when a balance was changed by hand', async () => {
    await traffic();
    await books.pool.query(`update ledger_account set balance = balance + 1 where code = 'balance/acme'`);
    expect((await get('trial-balance')).body['balanced']).toBe(false);
  });

  test('block totals name how far they go', async () => {
    await traffic();
    await books.applier().apply(0, [record(0, 10_000, ratedEvent([sellLeg('acme', 'r1', EUR)]))]);
    const { body } = await get('block-totals?partition=0');
    expect(body).toMatchObject({ partition: 0, position: 10_001, blockSize: 10_000, nextFrom: null });
    expect(
      (body['blocks'] as Answer['body'][]).map((b) => [b['block'], b['complete'], b['action'], b['legs'], b['amount']]),
    ).toEqual([
      [0, true, 'hold', 2, '0'],
      [0, true, 'settle', 4, '7.5'],
      [1, false, 'settle', 1, '1'],
    ]);
    expect((await get('block-totals?partition=0&from=1')).body['blocks']).toHaveLength(1);
    expect((await get('block-totals')).status).toBe(400);
  });

  test.each(['trial-balance', 'suppliers', 'block-totals?partition=0'])(
    '%s is for the operator alone',
    async (path) => {
      expect((await get(path, 'r1-key')).status).toBe(403);
    },
  );
});

describe('every route', () => {
  test('asks for a key', async () => {
    const answers = await callEveryRoute(app);
    expect(answers.length).toBeGreaterThanOrEqual(9);
    for (const answer of answers) expect([answer.url, answer.status]).toEqual([answer.url, 401]);
  });

  test('is in the OpenAPI document, with the fields of its body', async () => {
    const { paths } = (await get('openapi.json')).body as { paths: Record<string, Record<string, object>> };
    expect(Object.keys(paths).sort()).toEqual(
      ['accounts', 'accounts/{id}', 'accounts/{id}/adjustments', 'accounts/{id}/entries', 'accounts/{id}/top-ups']
        .concat(['block-totals', 'suppliers', 'trial-balance'])
        .map((path) => `/api/balance/v1/${path}`),
    );
    expect(JSON.stringify(paths['/api/balance/v1/accounts/{id}/top-ups'])).toContain('"reference"');
  });

  test('shows another tenant nothing of an account', async () => {
    await traffic();
    const answers = await callEveryRoute(app, {
      headers: { authorization: 'Bearer rival-key', 'idempotency-key': 'k-1' },
      params: { id: 'acme' },
    });
    for (const { url, method, status, body } of answers) {
      if (method === 'HEAD' || url.endsWith('openapi.json')) continue;
      expect([url, body.includes('acme company')]).toEqual([url, false]);
      if (url === '/api/balance/v1/accounts') expect(JSON.parse(body)).toMatchObject({ items: [{ id: 'rival' }] });
      else if (method === 'POST') expect([url, [404, 422].includes(status)]).toEqual([url, true]);
      else expect([url, [400, 403, 404].includes(status)]).toEqual([url, true]);
    }
  });
});
