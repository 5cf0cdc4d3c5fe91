import { PLAIN_ACCOUNT } from '@ratestream/catalog';
import type { Account, ApiKey } from '@ratestream/catalog';
import { sampleLeg, sampleRated, sampleUsage, type RatedEvent, type UsageEvent } from '@ratestream/events';
import { callEveryRoute, callerOf, createServiceApp, hashApiKey } from '@ratestream/http';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import { RatingCatalog } from '../src/catalog/rating-catalog.js';
import { concerns, cutToCaller } from '../src/http/event-view.js';
import type { MessageStore } from '../src/http/messages.store.js';
import { Quoter } from '../src/http/quote.js';
import { RatingModule } from '../src/rating.module.js';

const NOON = 1_777_636_800_000_000;
const MESSAGE = sampleUsage().messageId;
const key = (secret: string, scope: string, permissions: ApiKey['permissions']): ApiKey => ({
  id: secret,
  name: secret,
  hash: hashApiKey(secret),
  scope,
  permissions,
  expiresAt: null,
  revoked: false,
});
const account = (id: string, parentId: string | null): Account => ({
  id,
  parentId,
  name: `The ${id} company`,
  currency: 'EUR',
  timeZone: 'UTC',
  partition: parentId === null ? 0 : null,
  planId: null,
  mode: 'prepaid',
  creditLimit: '0',
  warnBelow: null,
  defaultTrafficClass: 'otp',
  legalEntity: null,
  taxCategory: null,
  closed: false,
  ...PLAIN_ACCOUNT,
});

function catalogOfTwo(): RatingCatalog {
  const catalog = new RatingCatalog();
  const facts = [
    ['AccountOpened', account('acc-reseller', null)],
    ['AccountOpened', account('acc-customer', 'acc-reseller')],
    ['AccountOpened', account('acc-sibling', 'acc-reseller')],
    ['ApiKeyIssued', key('operator', 'operator', ['admin'])],
    ['ApiKeyIssued', key('reseller', 'acc-reseller', ['read'])],
    ['ApiKeyIssued', key('customer', 'acc-customer', ['read'])],
    ['ApiKeyIssued', key('sibling', 'acc-sibling', ['read'])],
    ['ApiKeyIssued', key('sender', 'acc-customer', ['ingest'])],
  ] as const;
  for (const [at, [type, data]] of facts.entries()) {
    catalog.view.apply({
      position: at + 1,
      type,
      eventId: `event-${at}`,
      aggregate: 'test',
      aggregateId: data.id,
      aggregateVersion: 1,
      occurredAt: NOON,
      actor: 'test',
      data: JSON.stringify(data),
    });
  }
  return catalog;
}

interface History {
  rated: RatedEvent[];
  usage: UsageEvent[];
}

async function appOf({ rated, usage }: History) {
  const catalog = catalogOfTwo();
  const placed = <T>(events: T[]) => events.map((event, offset) => ({ partition: 0, offset, event }));
  const asked: unknown[] = [];
  const messages = {
    history: async (id: string) =>
      id === MESSAGE ? { rated: placed(rated), usage: placed(usage) } : { rated: [], usage: [] },
    lookup: async (kind: string, ids: readonly string[], accounts: readonly string[] | null) => {
      asked.push([kind, accounts]);
      return ids.map((id) => ({ id, messageId: MESSAGE, account: 'acc-customer' }));
    },
  } as unknown as MessageStore;
  const quoter = new Quoter(
    catalog,
    () => ({ hash: 'h', keyId: 'k', prefix: '+4477' }) as never,
    () => NOON / 1000,
  );
  const app = await createServiceApp({
    name: 'rating',
    module: RatingModule.with({ catalog, quoter, messages }),
    logger: silentLogger(),
    metrics: bareMetrics(),
  });
  return { app, asked };
}

const HIDDEN = ['acc-reseller', 'acc-sibling', 'The acc-sibling', 'supplier-1', 'secret-route', 'card-buy', '0.056'];

function history(): History {
  const supply = { supplier: 'supplier-1', connection: 'supplier-1-a', route: 'secret-route' };
  const own = sampleLeg({ payer: 'acc-customer', payee: 'operator', deadline: null });
  const above = sampleLeg({ payer: 'acc-reseller', payee: 'operator', level: 0 });
  const buy = sampleLeg({
    side: 'buy',
    payer: 'operator',
    payee: 'supplier-1',
    supplierId: 'supplier-1',
    amount: 56_000_000n,
    rate: { cardId: 'card-buy', version: 1, rateId: 'r', matchedBy: 'country' },
  });
  return {
    rated: [
      sampleRated({ ...supply, legs: [own, above, buy], deadline: NOON + 5_000_000 }),
      sampleRated({
        ...supply,
        ratedId: '00000000-0000-5000-8000-0000000000aa',
        legs: [buy],
        reason: 'timeout',
        cause: { ...sampleRated().cause, type: 'timer', id: '1777636805000000', deadline: NOON + 5_000_000 },
      }),
      sampleRated({ ...supply, account: 'acc-sibling', chain: ['acc-sibling', 'acc-reseller'], legs: [] }),
    ],
    usage: [
      sampleUsage({ ...supply, rootPayer: 'acc-reseller' }),
      sampleUsage({ ...supply, account: 'acc-sibling', chain: ['acc-sibling', 'acc-reseller'] }),
    ],
  };
}

describe('every route of rating', () => {
  async function statuses(secret: string | null, params = { messageId: MESSAGE }): Promise<Record<string, number>> {
    const { app } = await appOf(history());
    const headers = secret === null ? {} : { authorization: `Bearer ${secret}` };
    const answers = await callEveryRoute(app, { headers, params });
    await app.close();
    return Object.fromEntries(answers.map(({ method, url, status }) => [`${method} ${url.slice(15)}`, status]));
  }

  test.each([[null], ['nobody']])('as %s: nothing', async (secret) => {
    const seen = Object.values(await statuses(secret));
    expect(seen.length).toBeGreaterThanOrEqual(4);
    expect(new Set(seen)).toEqual(new Set([401]));
  });

  test('with a key that may only send records: nothing but the document', async () => {
    const { 'GET openapi.json': _document, 'HEAD openapi.json': _head, ...others } = await statuses('sender');
    expect(new Set(Object.values(others))).toEqual(new Set([403]));
  });

  test("another tenant's account has no price, and a message of nobody is as absent as one of another", async () => {
    const { app } = await appOf({ rated: history().rated.slice(0, 2), usage: history().usage });
    const headers = { authorization: 'Bearer sibling' };
    const foreign = await app.inject({ url: `/api/rating/v1/messages/${MESSAGE}`, headers });
    const absent = await app.inject({ url: '/api/rating/v1/messages/00000000-0000-5000-8000-00000000dead', headers });
    const quote = await app.inject({
      method: 'POST',
      url: '/api/rating/v1/quote',
      headers,
      payload: { account: 'acc-customer', to: '+447700900123' },
    });
    await app.close();
    const plain = (body: string, id: string) => body.replaceAll(id, 'ID').replace(/"requestId":"[^"]*"/, '');
    expect([foreign.statusCode, quote.statusCode]).toEqual([404, 404]);
    expect(plain(foreign.body, MESSAGE)).toBe(plain(absent.body, '00000000-0000-5000-8000-00000000dead'));
  });
});

describe('what a customer is shown of a message', () => {
  async function shownTo(secret: string): Promise<string> {
    const { app } = await appOf(history());
    const answer = await app.inject({
      url: `/api/rating/v1/messages/${MESSAGE}`,
      headers: { authorization: `Bearer ${secret}` },
    });
    await app.close();
    expect(answer.statusCode).toBe(200);
    return answer.body;
  }

  test('holds nothing of suppliers, routes, levels above and accounts beside, to the byte', async () => {
    const text = await shownTo('customer');
    expect(HIDDEN.filter((word) => text.includes(word))).toEqual([]);
    expect(text).not.toContain(sampleUsage().fingerprint.hash);
    const { rated, usage } = JSON.parse(text) as { rated: { legs: unknown[]; deadline: unknown }[]; usage: unknown[] };
    expect([rated.length, usage.length]).toEqual([1, 1]);
    expect([rated[0]?.legs.length, rated[0]?.deadline]).toEqual([1, null]);
  });

  test('is more for the reseller, and all of it for the operator', async () => {
    const [reseller, operator] = [await shownTo('reseller'), await shownTo('operator')];
    expect(['acc-sibling', 'supplier-1', 'secret-route'].map((word) => reseller.includes(word))).toEqual([
      true,
      false,
      false,
    ]);
    expect(HIDDEN.filter((word) => !operator.includes(word) && !word.startsWith('The '))).toEqual([]);
  });

  test('looks like nothing moved where only legs of others moved', () => {
    const catalog = catalogOfTwo();
    const caller = callerOf({ id: 'k', scope: 'acc-customer', permissions: ['read'] }, catalog.view);
    const [, timer] = history().rated;
    const submitted = { ...(timer as RatedEvent), cause: sampleRated().cause };
    expect(cutToCaller(submitted, caller)).toMatchObject({ kind: 'noted', reason: null, deadline: null, legs: [] });
    expect([concerns(timer as RatedEvent, caller), concerns(submitted, caller)]).toEqual([false, true]);
  });
});

test("a lookup asks for the caller's own subtree alone, and for no supplier's ids", async () => {
  const { app, asked } = await appOf(history());
  for (const secret of ['reseller', 'operator']) {
    await app.inject({
      method: 'POST',
      url: '/api/rating/v1/messages/lookup',
      headers: { authorization: `Bearer ${secret}` },
      payload: { clientRefs: ['1'], supplierMessageIds: ['2'] },
    });
  }
  await app.close();
  expect(asked).toEqual([
    ['clientRef', ['acc-reseller', 'acc-customer', 'acc-sibling']],
    ['clientRef', null],
    ['supplierMessageId', null],
  ]);
});
