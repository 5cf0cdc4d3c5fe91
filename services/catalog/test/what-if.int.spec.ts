import { randomUUID } from 'node:crypto';
import type { CatalogCommand, FxRates } from '@ratestream/catalog';
import type { Leg } from '@ratestream/events';
import { formatMoney, parseMoney } from '@ratestream/money';
import { pricingOf, RatedTraffic, type Sent } from './what-if/rated-traffic.js';
import {
  ask,
  BUY,
  DESTINATIONS,
  iso,
  MIDDLE,
  MONTH,
  OWN,
  SELL_1,
  SELL_2,
  twice,
  type Money,
  settled,
  startWorld,
  type Result,
  type World,
} from './what-if/world.js';

let world: World;
const whatIf = (body: object): Promise<Result> => ask(world.operator, body);
const rated = (side: string, card: string): string => settled(world.traffic, side, card);

beforeAll(async () => {
  world = await startWorld();
}, 240_000);
afterAll(() => world.stop());

test('a draft like the version in force changes nothing of what was rated, to the nano-unit', async () => {
  const { result } = await whatIf({ draft: { cardId: 'sell', version: 2 }, from: 'effective' });
  const before = rated('sell', 'sell');
  expect(parseMoney(before)).toBeGreaterThan(0n);
  expect(result.totals).toEqual([
    { side: 'sell', in: 'card', currency: 'EUR', before, after: before, difference: '0' },
  ]);
  expect(result.topMovers).toEqual([]);
  const bought = await whatIf({ draft: { cardId: 'buy', csv: BUY } });
  const cost = rated('buy', 'buy');
  expect(bought.result.totals).toEqual([
    { side: 'buy', in: 'card', currency: 'EUR', before: cost, after: cost, difference: '0' },
  ]);
});

test('a draft with every price doubled doubles the money exactly', async () => {
  const cost = rated('buy', 'buy');
  const { result } = await whatIf({ draft: { cardId: 'buy', csv: twice(BUY) } });
  const doubled = formatMoney(parseMoney(cost) * 2n);
  expect(result.totals).toEqual([
    { side: 'buy', in: 'card', currency: 'EUR', before: cost, after: doubled, difference: cost },
  ]);
  expect(result.marginEffect).toEqual([{ currency: 'EUR', difference: `-${cost}` }]);
  const own = rated('sell', 'own');
  const sold = await whatIf({ draft: { cardId: 'own', csv: twice(OWN) } });
  expect(sold.result.totals).toMatchObject([
    { before: own, after: formatMoney(parseMoney(own) * 2n), difference: own },
  ]);
});

test('lines add up to the totals, in JSON and as CSV, and no line is told twice', async () => {
  const { id, result } = await whatIf({ draft: { cardId: 'sell', csv: twice(SELL_1) } });
  const lines: { account: string; country: string; mcc: string; money: Money[]; counts: { legs: number } }[] = [];
  let cursor: string | null = null;
  do {
    const page = await world.operator(
      'GET',
      `/what-if/${id}/lines?limit=7${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    lines.push(...(page.body['items'] as unknown as typeof lines));
    cursor = page.body['nextCursor'] as unknown as string | null;
  } while (cursor !== null);
  expect(lines).toHaveLength(result.lines);
  expect(new Set(lines.map(({ money: _, counts: __, ...key }) => JSON.stringify(key))).size).toBe(lines.length);
  for (const which of ['before', 'after', 'difference'] as const) {
    const sum = lines.flatMap(({ money }) => money).reduce((total, one) => total + parseMoney(one[which]), 0n);
    expect(formatMoney(sum)).toBe(result.totals[0]?.[which]);
  }
  const [head, ...rows] = (await world.operator('GET', `/what-if/${id}/sheet`)).text.trimEnd().split('\n');
  const at = (head as string).split(',').indexOf('difference');
  const csv = rows.reduce((total, row) => total + parseMoney(row.split(',')[at] || '0'), 0n);
  expect(formatMoney(csv)).toBe(result.totals[0]?.difference);
  expect(lines.find(({ account, country }) => account === 'acme' && country === 'DE')?.money[0]?.currency).toBe('EUR');
});

test('any draft gives what each message alone would cost by it', async () => {
  const draft = SELL_1.replace('DE,,,,,0.07,part', 'DE,,,,promotional,0.066,message\nDE,,,,,0.071,part')
    .replace('0.027', '0.0333')
    .replace('GB,,,,otp,0.029,message', 'GB,,,,otp,0.019,part');
  const { result } = await whatIf({ draft: { cardId: 'sell', csv: draft } });
  const legs = await ratedAlone('sell', draft, world.sent);
  expect(result.totals[0]?.after).toBe(formatMoney(legs.reduce((sum, { amount }) => sum + amount, 0n)));
  expect(result.totals[0]?.after).not.toBe(result.totals[0]?.before);
});

/** The legs that a card would price with other rates: message by message, on a card on which these are published. */
async function ratedAlone(
  card: string,
  csv: string,
  sent: readonly Sent[],
  rates: readonly FxRates[] = [],
): Promise<Leg[]> {
  const { currency } = world.process.state.view.cards.get(card) as { currency: string };
  const id = `${card}-${randomUUID()}`;
  expect((await world.operator('POST', '/rate-cards', { id, name: id, side: 'sell', currency })).status).toBe(201);
  const path = `/rate-cards/${id}/versions?backdated=true&effectiveFrom=${iso(MONTH.from - 1_000_000)}`;
  expect((await world.operator('POST', path, csv)).status).toBe(201);
  const pricing = await pricingOf(world.process.state.view, world.pool, rates);
  const { book } = pricing;
  const find: typeof book.find = (asked, ...rest) => book.find(asked.id === card ? { ...asked, id } : asked, ...rest);
  const alone = new RatedTraffic(
    { ...pricing, book: Object.assign(Object.create(book) as typeof book, { find }) },
    world.process.state.view,
  );
  return sent.flatMap((one) => alone.send(one)).flatMap(({ legs }) => legs.filter(({ rate }) => rate?.cardId === card));
}

test('money is told in the currency of the card, the account and the reports, each rounded as each leg was', async () => {
  const publishedAt = MIDDLE - 3 * 86_400_000_000;
  const days = [
    { date: '2026-01-02', publishedAt: MONTH.from - 86_400_000_000, rates: { USD: '1.1684', GBP: '0.87058' } },
    { date: '2026-01-05', publishedAt, rates: { USD: '1.1771', GBP: '0.8611' } },
  ];
  await commanded({ type: 'PublishFxRates', id: 'ecb', body: { base: 'EUR', days } });
  const rates = [{ source: 'ecb', base: 'EUR', days, knownAt: publishedAt }];
  const csv = 'country,price\nDE,0.013\nGB,0.0171\n';
  for (const [path, body] of [
    ['/rate-cards', { id: 'usd', name: 'usd', side: 'sell', currency: 'USD' }],
    ['/plans', { id: 'usd-plan', name: 'usd', bindings: [{ cardId: 'usd' }] }],
    ['/accounts', { id: 'brit', name: 'brit', planId: 'usd-plan', currency: 'GBP' }],
    [`/rate-cards/usd/versions?backdated=true&effectiveFrom=${iso(MONTH.from - 1_000_000)}`, csv],
  ] as const)
    expect([path, (await world.operator('POST', path, body)).status]).toEqual([path, 201]);
  const sent = Array.from({ length: 60 }, (_, i): Sent => ({
    id: `gbp${i}`,
    account: 'brit',
    at: publishedAt + (i - 30) * 7_200_000_000,
    ...(DESTINATIONS[i % 3] as (typeof DESTINATIONS)[number]),
    trafficClass: 'otp',
    parts: 1 + (i % 4),
    supplier: null,
  }));
  const british = new RatedTraffic(
    await pricingOf(world.process.state.view, world.pool, rates),
    world.process.state.view,
  );
  const before = sent
    .flatMap((one) => british.send(one))
    .flatMap(({ legs }) => legs.filter(({ side }) => side === 'sell'));
  expect(new Set(before.map(({ fx }) => fx?.rateDate)).size).toBe(2);
  await british.store(world.clickHouse);
  const same = await whatIf({ draft: { cardId: 'usd', csv } });
  expect(same.result.totals.map(({ side: _, ...one }) => [one.in, one.currency, one.difference, one.today])).toEqual([
    ['card', 'USD', '0', undefined],
    ['account', 'GBP', '0', undefined],
    ['reporting', 'EUR', '0', undefined],
  ]);
  const dear = 'country,price\nDE,0.0777\nGB,0.0313\n';
  const after = await ratedAlone('usd', dear, sent, rates);
  const { result } = await whatIf({ draft: { cardId: 'usd', csv: dear } });
  const sum = (legs: readonly Leg[], amount: (leg: Leg) => bigint): string =>
    formatMoney(legs.reduce((total, leg) => total + amount(leg), 0n));
  const amounts = [
    (leg: Leg) => leg.amount,
    (leg: Leg) => leg.accountAmount,
    (leg: Leg) => leg.reporting?.amount ?? 0n,
  ];
  expect(result.totals.map(({ before: was, after: is }) => [was, is])).toEqual(
    amounts.map((of) => [sum(before, of), sum(after, of)]),
  );
});

async function commanded(command: CatalogCommand): Promise<void> {
  const { outcome } = await world.process.commands.execute({
    command,
    authority: { scope: 'operator', permissions: ['admin'] },
    actor: 'test',
    expectedVersion: null,
    idempotency: null,
  });
  expect(outcome).toBe('done');
}

test('messages that lose or gain a price are counted, and what they gain is in the money', async () => {
  const { result } = await whatIf({
    draft: { cardId: 'sell', csv: `${SELL_2.replace(/FR.*\n/, '')}US,,,,,0.01,part\n` },
    from: 'always',
  });
  const settled = (country: string): number =>
    world.traffic.events.filter(
      ({ country: to, legs }) =>
        to === country && legs.some(({ action, rate }) => action === 'settle' && rate?.cardId === 'sell'),
    ).length;
  const unrated = world.traffic.events.filter(({ legs }) =>
    legs.some(({ side, action, rate }) => side === 'sell' && action === 'unrated' && rate?.cardId === 'sell'),
  ).length;
  expect(settled('FR')).toBeGreaterThan(0);
  expect(unrated).toBeGreaterThan(0);
  expect(result.counts).toMatchObject({ becomeUnrated: settled('FR'), becomeRated: unrated, stayUnrated: 0 });
  const us = (
    await world.operator(
      'GET',
      `/what-if/${(await whatIf({ draft: { cardId: 'sell', csv: 'country,price\nUS,0.01\n' } })).id}/lines?limit=500`,
    )
  ).body['items'] as unknown as { country: string; money: Money[] }[];
  const gained = us
    .filter(({ country }) => country === 'US')
    .flatMap(({ money }) => money)
    .reduce((total, one) => total + parseMoney(one.after), 0n);
  const parts = world.traffic.events
    .filter(
      ({ country, event, legs }) =>
        country === 'US' && event === 'delivered' && legs.some(({ rate }) => rate?.cardId === 'sell'),
    )
    .reduce((total, { parts: { reported } }) => total + (reported ?? 0), 0);
  expect(formatMoney(gained)).toBe(formatMoney(parseMoney('0.01') * BigInt(parts)));
});
