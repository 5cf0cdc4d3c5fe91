import { Decimal } from 'decimal.js';
import { DateTime } from 'luxon';
import { messageIdOf, type Leg, type RatedEvent } from '@ratestream/events';
import { applyFx } from '@ratestream/fx';
import { createKafka, createSerdes, tail, type Follower, type Kafka } from '@ratestream/kafka';
import { formatMoney } from '@ratestream/money';
import { silentLogger } from '@ratestream/observability';
import type { Stack } from '@ratestream/stack-local';
import { eventually, httpClient, isolated, startServices, type HttpClient } from '@ratestream/testing';
import { loadEcb } from './fx/load-ecb.js';

const CATALOG = '/api/catalog/v1';
const today = DateTime.now().setZone('Europe/Berlin').startOf('day');
const dayBefore = (days: number): string => today.minus({ days }).toISODate() ?? '';
/** When the bank publishes: four in the afternoon in Frankfurt; `ms` later. */
const published = (days: number, ms = 0): string =>
  today.minus({ days }).set({ hour: 16 }).plus(ms).toUTC().toISO() ?? '';
/** Of the last days, since what is older than a week is not rated; days between are without publication. */
const RATES: Record<string, { USD: string; GBP: string }> = {
  [dayBefore(2)]: { USD: '1.1684', GBP: '0.87058' },
  [dayBefore(3)]: { USD: '1.1711', GBP: '0.87105' },
  [dayBefore(5)]: { USD: '1.1525', GBP: '0.87195' },
};
const ECB = [
  'Date,USD,JPY,GBP,HRK,',
  ...Object.entries(RATES).map(([date, { USD, GBP }]) => `${date},${USD},186.75,${GBP},N/A,`),
].join('\n');
/** Billing times and the day whose rate counts: the last one published. */
const MESSAGES = [
  { id: 'holiday', at: published(4), date: dayBefore(5) },
  { id: 'just-before', at: published(2, -1), date: dayBefore(3) },
  { id: 'at-publication', at: published(2), date: dayBefore(2) },
  { id: 'today', at: new Date().toISOString(), date: dayBefore(2) },
];

let services: Stack;
let kafka: Kafka;
let follower: Follower;
let catalog: HttpClient;
let second: HttpClient;
let balance: HttpClient;
let analytics: HttpClient;
const rated: RatedEvent[] = [];

beforeAll(async () => {
  const corner = await isolated({ topics: false });
  services = await startServices(corner, ['catalog', 'ingest', 'rating', 'balance', 'analytics']);
  const urls = services.addresses.services;
  [catalog, balance, analytics] = [urls.catalog, urls.balance, urls.analytics].map((url) =>
    httpClient(url, services.adminKey),
  ) as [HttpClient, HttpClient, HttpClient];
  const { kafkaBrokers, topicPrefix, registryUrl } = corner;
  kafka = createKafka({ brokers: kafkaBrokers.split(','), clientId: 'test', logger: silentLogger(), topicPrefix });
  const serdes = await createSerdes(kafka, registryUrl);
  follower = await tail(kafka, {
    topic: 'rated',
    partitions: 'all',
    from: 'beginning',
    onRecords: (records) => void rated.push(...records.map(({ value }) => serdes.RatedEvent.decode(value as Buffer))),
  });
  await loadEcb(catalog, ECB);
  const key = { name: 'second person', permissions: ['read', 'write'] };
  second = catalog.as((await catalog.post<{ secret: string }>(`${CATALOG}/api-keys`, key)).body.secret);
  for (const [path, body] of [
    ['/rate-cards', { id: 'euro', name: 'Euro', side: 'sell', currency: 'EUR' }],
    ['/rate-cards', { id: 'dollar', name: 'Dollar', side: 'buy', currency: 'USD', basis: 'accept' }],
    [
      '/plans',
      { id: 'abroad', name: 'Abroad', basis: 'accept', bindings: [{ cardId: 'euro' }], fx: { spreadPercent: '1.5' } },
    ],
    [
      '/plans',
      { id: 'dakar', name: 'Dakar', basis: 'accept', bindings: [{ cardId: 'euro' }], fx: { source: 'manual' } },
    ],
    ['/accounts', { id: 'us', name: 'US', currency: 'USD', planId: 'abroad', creditLimit: '1' }],
    ['/accounts', { id: 'sn', name: 'SN', currency: 'XOF', planId: 'dakar', creditLimit: '1000' }],
    ['/suppliers', { id: 's1', name: 'S1', currency: 'GBP', buyCardId: 'dollar' }],
    ['/connections', { id: 's1-direct', supplierId: 's1' }],
    ['/sources', { id: 'gateway', format: 'canonical-json', identity: 'gateway-id' }],
  ] as const)
    expect([path, await catalog.post(`${CATALOG}${path}`, body)]).toEqual([
      path,
      expect.objectContaining({ status: 201 }),
    ]);
  for (const [card, price] of [
    ['euro', '0.0105'],
    ['dollar', '0.0073'],
  ] as const) {
    const path = `${CATALOG}/rate-cards/${card}/versions?effectiveFrom=${dayBefore(6)}T00:00:00Z&backdated=true`;
    const answer = await catalog.post(path, `country,price\nGB,${price}\n`, { contentType: 'text/csv' });
    expect([card, answer.status]).toEqual([card, 201]);
  }
  await known('us', new Date().toISOString());
}, 240_000);
afterAll(async () => {
  await follower?.stop();
  await kafka?.close();
  await services?.stop();
}, 60_000);

/** Until rating knows all of it, by a quote. */
async function known(account: string, at: string): Promise<void> {
  const rating = httpClient(services.addresses.services.rating, services.adminKey);
  const usage = { account, to: '+447700900123', event: 'submitted', at, connection: 's1-direct' };
  await eventually(async () => {
    const { body } = await rating.post<{ legs: { fx: object | null }[] }>('/api/rating/v1/quote', usage);
    expect(body.legs[0]?.fx).toEqual(expect.objectContaining({ to: account === 'us' ? 'USD' : 'XOF' }));
  });
}

/** As a gateway writes it, straight to Kafka. */
async function send(account: string, messages: readonly { id: string; at: string }[]): Promise<void> {
  await kafka.producer().send(
    messages.map(({ id, at }) => ({
      topic: 'cdr.raw' as const,
      key: id,
      value: Buffer.from(
        JSON.stringify({
          ...{ id, account, to: '+447700900123', event: 'submitted', at, acceptedAt: at },
          ...{ connection: 's1-direct', attempt: 1 },
        }),
      ),
      headers: { source: 'gateway' },
    })),
  );
}

const legsOf = (id: string): Leg[] =>
  rated.filter(({ messageId }) => messageId === messageIdOf('gateway', id)).flatMap(({ legs }) => legs);

/** Another implementation of pricing-rules.md §5, by a decimal library. */
const Exact = Decimal.clone({ precision: 100, rounding: Decimal.ROUND_HALF_EVEN });
const nine = (value: Decimal): Decimal => value.toDecimalPlaces(9);
const soldUsd = (date: string): Decimal => nine(new Exact('0.0105').times(RATES[date]?.USD ?? 0).times('1.015'));
const boughtGbp = (date: string): Decimal =>
  nine(new Exact('0.0073').times(RATES[date]?.GBP ?? 0).div(RATES[date]?.USD ?? 1));
const boughtEur = (date: string): Decimal => nine(new Exact('0.0073').div(RATES[date]?.USD ?? 1));
const total = (of: (date: string) => Decimal, messages = MESSAGES): Decimal =>
  messages.reduce((sum, { date }) => sum.plus(of(date)), new Exact(0));

test('every leg moves the money of who pays and who is paid, with the rate of its day and the evidence of it', async () => {
  await send('us', MESSAGES);
  await eventually(() => expect(MESSAGES.filter(({ id }) => legsOf(id).length < 2)).toEqual([]), { timeoutMs: 60_000 });
  for (const { id, date } of MESSAGES) {
    const [sell, buy] = ['sell', 'buy'].map((side) => legsOf(id).find((leg) => leg.side === side)) as [Leg, Leg];
    const figures = { rateDate: date, source: 'ecb', rule: 'event', base: 'EUR', provisional: false };
    expect([id, sell.reason]).toEqual([id, null]);
    expect([id, sell]).toMatchObject([
      id,
      {
        ...{ action: 'settle', amount: 10_500_000n, currency: 'EUR', accountCurrency: 'USD', reporting: null },
        fx: { ...figures, from: 'EUR', to: 'USD', fromPerBase: '1', toPerBase: RATES[date]?.USD, spreadPercent: '1.5' },
      },
    ]);
    expect([id, buy]).toMatchObject([
      id,
      {
        ...{ action: 'settle', amount: 7_300_000n, currency: 'USD', accountCurrency: 'GBP' },
        fx: { ...figures, from: 'USD', to: 'GBP', fromPerBase: RATES[date]?.USD, toPerBase: RATES[date]?.GBP },
        reporting: { currency: 'EUR', fx: { ...figures, from: 'USD', to: 'EUR' } },
      },
    ]);
    expect([id, formatMoney(sell.accountAmount)]).toEqual([id, soldUsd(date).toFixed()]);
    expect([id, formatMoney(buy.accountAmount)]).toEqual([id, boughtGbp(date).toFixed()]);
    expect([id, formatMoney(buy.reporting?.amount ?? 0n)]).toEqual([id, boughtEur(date).toFixed()]);
    // Whoever reads the evidence alone comes to the same amount.
    for (const leg of [sell, buy]) expect(leg.fx === null ? null : applyFx(leg.amount, leg.fx)).toBe(leg.accountAmount);
  }
});

test('the balance is debited exactly in its currency, and its statement names card, rate and date', async () => {
  const debited = total(soldUsd);
  await eventually(async () =>
    expect((await balance.get('/api/balance/v1/accounts/us')).body).toMatchObject({
      currency: 'USD',
      balance: debited.negated().toFixed(),
      available: new Exact(1).minus(debited).toFixed(),
    }),
  );
  type Entry = { amount: string; card: { amount: string; currency: string }; fx: { rate: string; rateDate: string } };
  const { body } = await balance.get<{ items: Entry[] }>('/api/balance/v1/accounts/us/entries');
  const of = (date: string): Entry[] => body.items.filter(({ fx }) => fx.rateDate === date);
  for (const date of Object.keys(RATES)) {
    const sent = MESSAGES.filter((message) => message.date === date);
    const sum = (values: string[]): string => values.reduce((all, value) => all.plus(value), new Exact(0)).toFixed();
    expect([date, sum(of(date).map(({ amount }) => amount))]).toEqual([date, total(soldUsd, sent).negated().toFixed()]);
    expect([date, sum(of(date).map(({ card }) => card.amount))]).toEqual([
      date,
      new Exact('-0.0105').times(sent.length).toFixed(),
    ]);
    expect(of(date)[0]).toMatchObject({
      card: { currency: 'EUR' },
      fx: { from: 'EUR', to: 'USD', source: 'ecb', toPerBase: RATES[date]?.USD, spreadPercent: '1.5' },
    });
  }
  expect((await balance.get('/api/balance/v1/suppliers')).body).toMatchObject({
    items: [{ id: 's1', currency: 'GBP', payable: total(boughtGbp).toFixed(), expected: '0' }],
  });
  expect((await balance.get('/api/balance/v1/trial-balance')).body).toMatchObject({ balanced: true });
});

test('margin is in euro, no currency is added to another, and all books agree', async () => {
  const margin = `/api/analytics/v1/margin?groupBy=account&from=${dayBefore(6)}&to=${dayAfterTomorrow()}`;
  const revenue = new Exact('0.0105').times(MESSAGES.length);
  await eventually(async () =>
    expect((await analytics.get(margin)).body).toMatchObject({
      lines: [
        {
          ...{
            group: { account: 'us' },
            currency: 'EUR',
            revenue: revenue.toFixed(),
            cost: total(boughtEur).toFixed(),
          },
          ...{ margin: revenue.minus(total(boughtEur)).toFixed(), heldRevenue: '0', heldCost: '0' },
        },
      ],
    }),
  );
  expect((await analytics.get(`${margin}&money=account`)).body).toMatchObject({
    lines: [
      { currency: 'GBP', revenue: '0', cost: total(boughtGbp).toFixed() },
      { currency: 'USD', revenue: total(soldUsd).toFixed(), cost: '0' },
    ],
  });
  expect((await analytics.get('/api/analytics/v1/live')).body).toMatchObject({
    money: [{ currency: 'EUR', revenue: '0.0105', cost: boughtEur(dayBefore(2)).toFixed() }],
  });
  type Conservation = { exact: boolean; partitions: { lines: { currency: string; action: string }[] }[] };
  const { body } = await analytics.get<Conservation>('/api/analytics/v1/conservation?all=true');
  const currencies = body.partitions.flatMap(({ lines }) => lines.map(({ currency }) => currency));
  expect([body.exact, [...new Set(currencies)].sort()]).toEqual([true, ['GBP', 'USD']]);
});

test('a currency without a rate is unrated by name until another person approves one', async () => {
  const at = new Date().toISOString();
  await send('sn', [{ id: 'no-rate', at }]);
  await eventually(() =>
    expect(legsOf('no-rate')).toMatchObject([
      { side: 'sell', action: 'unrated', reason: 'no_fx_rate' },
      { side: 'buy', action: 'settle' },
    ]),
  );
  const day = { date: dayBefore(2), publishedAt: `${dayBefore(2)}T00:00:00Z`, rates: { XOF: '655.957' } };
  const staged = await catalog.post<{ id: string }>(`${CATALOG}/fx-rates/manual`, {
    ...{ base: 'EUR', note: 'the fixed parity', days: [day] },
  });
  expect(staged).toMatchObject({ status: 201, body: { source: 'manual', status: 'staged' } });
  const approve = `${CATALOG}/fx-rates/manual/${staged.body.id}/approve`;
  expect((await catalog.post(approve)).status).toBe(403);
  expect((await second.post(approve)).status).toBe(200);
  await known('sn', new Date().toISOString());
  await send('sn', [{ id: 'rated', at: new Date().toISOString() }]);
  await eventually(() =>
    expect(legsOf('rated').find(({ side }) => side === 'sell')).toMatchObject({
      ...{ action: 'settle', accountAmount: 6_887_548_500n, accountCurrency: 'XOF' }, // 0.0105 × 655.957
      fx: { source: 'manual', rateDate: dayBefore(2) },
    }),
  );
  // What had waited for the rate is charged by itself.
  await eventually(() =>
    expect(legsOf('no-rate').findLast(({ side }) => side === 'sell')).toMatchObject({
      ...{ action: 'settle', accountAmount: 6_887_548_500n, accountCurrency: 'XOF' },
    }),
  );
});

function dayAfterTomorrow(): string {
  return new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
}
