import type { Leg } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import { eventually } from '@ratestream/testing';
import { startTraffic, type LiveTraffic } from './live-traffic.js';
import { loadEcb } from './fx/load-ecb.js';

const HEADER = 'country,traffic_class,sender_type,origin_country,route_grade,priority,surcharge,valid_until,unit,price';
const NOW = Date.now();
/** The carrier's fee ends here; records are billed around it. */
const END = NOW - 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();

const BASE = `${HEADER}
GB,,,,,,,,,0.03
GB,otp,,,,,,,,0.035
GB,,alphanumeric,,,,,,,0.032
GB,,,,,,carrier,${iso(END)},,0.003
GB,,alphanumeric,,,,registration,,message,0.01
IN,,,,,,,,,0.002
IN,,,IN,,,,,,0.001
IN,,,unknown,,,,,,0.03
FR,,,,,,,,,0.04
FR,,,,direct,,,,,0.05
DE,otp,,,,,,,,0.06
DE,,alphanumeric,,,10,,,,0.07
`;

interface Case {
  what: string;
  account?: string;
  country: keyof typeof NUMBERS;
  record?: Record<string, unknown>;
  /** Billing time, ms. */
  at?: number;
  expected: string;
}

const NUMBERS = {
  GB: '+447700900123',
  IN: '+919876543210',
  FR: '+33612345678',
  DE: '+4915112345678',
  US: '+12025550123',
};

/** One line a message: what it is, and what its sell leg says. */
const CASES: Case[] = [
  { what: 'the country', country: 'GB', expected: '0.03 EUR: any:GB' },
  {
    what: 'a sender type before any, with its fee for each message',
    country: 'GB',
    record: { senderType: 'alphanumeric', parts: 2 },
    expected: '0.074 EUR: any:GB;sender=alphanumeric + registration 0.01',
  },
  {
    what: 'a class before a sender type, and the fee of the sender all the same',
    country: 'GB',
    record: { senderType: 'alphanumeric', trafficClass: 'otp' },
    expected: '0.045 EUR: otp:GB + registration 0.01',
  },
  {
    what: 'the last millisecond of a surcharge, for each part',
    country: 'GB',
    at: END - 1,
    record: { parts: 3 },
    expected: '0.099 EUR: any:GB + carrier 0.009',
  },
  {
    what: 'the first millisecond without it',
    country: 'GB',
    at: END,
    record: { parts: 3 },
    expected: '0.09 EUR: any:GB',
  },
  {
    what: 'a domestic origin',
    country: 'IN',
    record: { originCountry: 'IN' },
    expected: '0.001 EUR: any:IN;origin=IN',
  },
  { what: 'another origin', country: 'IN', record: { originCountry: 'US' }, expected: '0.002 EUR: any:IN' },
  { what: 'an unknown origin', country: 'IN', expected: '0.03 EUR: any:IN;origin=unknown' },
  { what: 'a route grade', country: 'FR', record: { routeGrade: 'direct' }, expected: '0.05 EUR: any:FR;grade=direct' },
  { what: 'another grade', country: 'FR', record: { routeGrade: 'grey' }, expected: '0.04 EUR: any:FR' },
  {
    what: 'a priority before every precedence',
    country: 'DE',
    record: { senderType: 'alphanumeric', trafficClass: 'otp' },
    expected: '0.07 EUR: any:DE;sender=alphanumeric',
  },
  { what: 'what nothing prices', country: 'DE', expected: 'no_rate' },
  { what: 'a region with a card in its own currency', country: 'US', expected: '0.0125 USD = 0.01 EUR: any:US' },
  { what: 'a plan through a rate group', account: 'grouped', country: 'GB', expected: '0.03 EUR: any:GB' },
  {
    what: 'an override before the plan',
    account: 'vip',
    country: 'GB',
    record: { trafficClass: 'otp' },
    expected: '0.02 EUR: otp:GB',
  },
  { what: 'the plan where the override has no rate', account: 'vip', country: 'FR', expected: '0.04 EUR: any:FR' },
  {
    what: 'the order of a card that compares classes first',
    account: 'ordered',
    country: 'IN',
    record: { trafficClass: 'otp', originCountry: 'IN' },
    expected: '0.09 EUR: otp:IN',
  },
  {
    what: 'the usual order with the same rates',
    account: 'unordered',
    country: 'IN',
    record: { trafficClass: 'otp', originCountry: 'IN' },
    expected: '0.08 EUR: any:IN;origin=IN',
  },
];

let live: LiveTraffic;
beforeAll(async () => {
  live = await startTraffic();
  const sell = (id: string, more: object = {}): readonly [string, object] => [
    '/rate-cards',
    { id, name: id, side: 'sell', ...more },
  ];
  const plan = (id: string, ...bindings: object[]): readonly [string, object] => [
    '/plans',
    { id, name: id, basis: 'accept', bindings },
  ];
  const precedence = ['trafficClass', 'originCountry', 'routeGrade', 'senderType', 'destination'];
  await live.given(
    sell('base'),
    sell('america', { currency: 'USD' }),
    sell('special'),
    sell('classes', { precedence }),
    sell('origins'),
    plan('plan', { cardId: 'base' }, { cardId: 'america', countries: ['US', 'CA'] }),
    plan('plan-classes', { cardId: 'classes' }),
    plan('plan-origins', { cardId: 'origins' }),
    ['/rate-groups', { id: 'group', name: 'Group', planId: 'plan' }],
    ['/accounts', { id: 'acme', name: 'Acme', planId: 'plan' }],
    ['/accounts', { id: 'grouped', name: 'Grouped', rateGroupId: 'group' }],
    [
      '/accounts',
      { id: 'vip', name: 'VIP', planId: 'plan', overrides: [{ cardId: 'special', countries: ['GB', 'FR'] }] },
    ],
    ['/accounts', { id: 'ordered', name: 'Ordered', planId: 'plan-classes' }],
    ['/accounts', { id: 'unordered', name: 'Unordered', planId: 'plan-origins' }],
    ['/sources', { id: 'gateway', format: 'canonical-json', identity: 'gateway-id' }],
  );
  const yesterday = iso(NOW - 2 * 86_400_000).slice(0, 10);
  await loadEcb(live.catalog, `Date,USD\n${yesterday},1.25\n`);
  const since = { effectiveFrom: iso(NOW - 3_600_000), backdated: 'true' };
  await live.publish('base', BASE, since);
  await live.publish('america', 'country,price\nUS,0.0125\n', since);
  await live.publish('special', 'country,traffic_class,price\nGB,otp,0.02\n', since);
  const both = 'country,traffic_class,origin_country,price\nIN,otp,,0.09\nIN,,IN,0.08\n';
  await live.publish('classes', both, since);
  await live.publish('origins', both, since);
}, 240_000);
afterAll(async () => live?.stop(), 60_000);

const idOf = ({ what }: Case): string => what.replaceAll(' ', '-');

function said({ amount, currency, accountAmount, accountCurrency, components, rate, reason }: Leg): string {
  if (reason !== null) return reason;
  const converted = currency === accountCurrency ? '' : ` = ${formatMoney(accountAmount)} ${accountCurrency}`;
  const fees = components.filter(({ kind }) => kind === 'surcharge');
  const more = fees.map((fee) => ` + ${fee.name} ${formatMoney(fee.amount)}`).join('');
  return `${formatMoney(amount)} ${currency}${converted}: ${rate?.rateId ?? ''}${more}`;
}

interface Quote {
  legs: { side: string; amount: string; reason: string | null; rate: { rateId: string } | null }[];
  explanation: string[];
}

test('every way in which a price is chosen, in messages that go through Kafka', async () => {
  await live.send(
    CASES.map(({ account = 'acme', country, record = {}, at = NOW, ...rest }, index) => ({
      id: idOf({ account, country, ...rest }),
      event: 'accepted',
      account,
      at: iso(at + (record['parts'] === undefined && at === NOW ? index : 0)),
      to: NUMBERS[country],
      trafficClass: 'transactional',
      ...record,
    })),
  );
  const seen = (): [string, string[]][] => CASES.map((one) => [one.what, live.legsOf(idOf(one)).map(said)]);
  await eventually(() => expect(seen()).toEqual(CASES.map(({ what, expected }) => [what, [expected]])), {
    timeoutMs: 30_000,
    everyMs: 250,
  });
}, 60_000);

test('a quote says the same, and why', async () => {
  const usages = CASES.map(({ account = 'acme', country, record = {}, at = NOW }) => {
    const { routeGrade: _, ...asked } = record;
    return { account, to: NUMBERS[country], event: 'accepted', at: iso(at), trafficClass: 'transactional', ...asked };
  });
  const { status, body } = await live.rating.post<{ quotes: Quote[] }>('/api/rating/v1/quote', usages);
  expect([status, body]).toEqual([200, expect.anything()]);
  for (const [index, { what, record, expected }] of CASES.entries()) {
    // A quote knows no grade but a connection's.
    if (record?.['routeGrade'] === 'direct') continue;
    const quote = body.quotes[index];
    const leg = quote?.legs.find(({ side }) => side === 'sell');
    const short = leg?.reason ?? `${leg?.amount ?? ''} ${leg?.rate?.rateId ?? ''}`;
    expect([what, short]).toEqual([what, expected.replace(/^(\S+) [^:]*: /, '$1 ').replace(/ \+ .*/, '')]);
    expect(quote?.explanation.join('\n')).toContain(leg?.rate?.rateId ?? 'no');
  }
});
