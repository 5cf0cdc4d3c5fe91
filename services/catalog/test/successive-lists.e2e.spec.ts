import type { Stack } from '@ratestream/stack-local';
import { httpClient, isolated, startServices } from '@ratestream/testing';
import { needs, NO_SAMPLES, sampleData } from '@ratestream/testing/needs';
import { lists, notices, type DatedList } from './successive/dated-list.js';
import { changing, destinationOf, priceIn, versionAt, type Destination } from './successive/history.js';
import { SupplierCard, type Clients } from './successive/supplier-card.js';

const RATES = sampleData('rates');
const withSamples = needs(RATES, NO_SAMPLES);
const folder = RATES ?? '';
const MS = 1_000;

let services: Stack;
let clients: Clients;

beforeAll(async () => {
  if (RATES === undefined) return;
  const corner = await isolated({ topics: false });
  services = await startServices(corner, ['catalog', 'rating']);
  const { catalog: catalogUrl, rating: ratingUrl } = services.addresses.services;
  const catalog = httpClient(catalogUrl, services.adminKey);
  const key = await catalog.post<{ secret: string }>('/api/catalog/v1/api-keys', {
    name: 'Pricing lead',
    permissions: ['read', 'write'],
  });
  clients = { catalog, approver: catalog.as(key.body.secret), rating: httpClient(ratingUrl, services.adminKey) };
  expect((await catalog.post('/api/catalog/v1/accounts', { id: 'acme', name: 'Acme' })).status).toBe(201);
}, 240_000);
afterAll(async () => services?.stop(), 60_000);

/**
 * Asks rating and the catalog for every instant around each change of the prices, as known right before and right after
 * each publication and withdrawal, and holds what they say against the lists themselves.
 */
async function holdAgainst(card: SupplierCard, destinations: readonly Destination[]): Promise<number> {
  await card.untilRated('acme');
  const { published } = card;
  const starts = [...new Set(published.map(({ effectiveFrom }) => effectiveFrom))].sort((a, b) => a - b);
  const instants = starts.flatMap((start) => [start - MS, start, start + MS]);
  const news = published.flatMap(({ knownAt, withdrawnAt }) => [knownAt, withdrawnAt ?? knownAt]);
  const known = [...new Set(news)].flatMap((at) => [Math.ceil(at / MS) * MS - MS, Math.ceil(at / MS) * MS]);
  const moments = instants.flatMap((at) => known.map((knownAt) => ({ at, knownAt })));
  const asked = moments.flatMap((moment) => destinations.map((to) => ({ ...moment, to })));
  const expected = asked.map(({ at, knownAt, to }) => {
    const version = versionAt(published, at, knownAt);
    const price = version === null ? null : priceIn(version.content, to);
    return price === null ? 'no price' : `${price} USD by version ${version?.version ?? ''}`;
  });
  const answers = (await card.quotes('acme', asked)).map((answer) => (/ USD /.test(answer) ? answer : 'no price'));
  const wrong = asked.flatMap((question, index) =>
    answers[index] === expected[index] ? [] : [{ ...question, expected: expected[index], answered: answers[index] }],
  );
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(await card.inForce(moments)).toEqual(
    moments.map(({ at, knownAt }) => versionAt(published, at, knownAt)?.version ?? null),
  );
  return asked.length;
}

function get(all: Map<string, DatedList>, commit: string): DatedList {
  const found = all.get(commit);
  if (found === undefined) throw new Error(`there is no notice ${commit}`);
  return found;
}

withSamples(
  'notices that were superseded, published again too late, dated wrong and written wrong',
  async () => {
    const all = notices(folder);
    expect(all.size).toBe(11);
    const card = await SupplierCard.create(clients, 'tencent');
    const codes = (name: string): string[] =>
      (card.refused.get(name) ?? []).flatMap(({ faults }) => faults.map(({ code }) => code));

    // Vietnam is written NG, as Nigeria is: the row is refused, twice, until somebody puts it right after the fact.
    const typo = await card.publish(get(all, '62273bb'));
    const again = await card.publish(get(all, 'd20818e'));
    expect([typo, again].map(({ name }) => codes(name))).toEqual([[WRONG_COUNTRY], [WRONG_COUNTRY]]);
    const right = get(all, 'd20818e').text.replace('Vietnam;NG', 'Vietnam;VN');
    const corrected = await card.publish({ ...get(all, 'd20818e'), name: 'corrected', text: right });
    expect([again.content.has('any:VN'), corrected.content.get('any:VN')]).toEqual([false, '0.049']);

    // Two notices date nineteen prices a year too early; a third one of the same day says when they count from.
    const early = [await card.publish(get(all, '1533048')), await card.publish(get(all, '32d5be6'))];
    for (const one of early) await card.withdraw(one);
    await card.publish(get(all, '3877e0c'));
    await card.publish(get(all, '53e8bbb'));
    await card.publish(get(all, '634f693'));

    // 14 April becomes 1 May, with other prices: the notice is superseded before it counts.
    const superseded = await card.publish(get(all, '8b70751'));
    await card.withdraw(superseded);
    const instead = await card.publish(get(all, 'b81e8fe'));
    // And is published again five days after its effective date.
    const late = await card.publish(get(all, '0acfb12'));
    expect([late.effectiveFrom, late.version > instead.version]).toEqual([instead.effectiveFrom, true]);
    const last = await card.publish(get(all, 'c288166'));
    expect(codes(last.name)).toContain(WRONG_COUNTRY);

    const named = ['any:VN', 'any:NG', 'any:IN', 'any:PK', 'any:IL', 'any:RU', 'any:DE', 'any:PH', 'any:AF'];
    const destinations = [...named.map(destinationOf), ...changing(card.published, 12)];
    const quotes = await holdAgainst(card, destinations);
    expect(quotes).toBeGreaterThan(5_000);

    // The stories themselves, in the notices' own figures.
    const priced = async (rateId: string, at: string, knownAt: number): Promise<string> => {
      const asked = { at: Date.parse(at) * MS, knownAt: Math.ceil(knownAt / MS) * MS, to: destinationOf(rateId) };
      return (await card.quotes('acme', [asked]))[0] ?? '';
    };
    const now = Date.now() * MS;
    expect(await priced('any:VN', '2020-06-01T00:00:00Z', again.knownAt)).toBe('no_rate');
    expect(await priced('any:VN', '2020-06-01T00:00:00Z', now)).toBe(`0.049 USD by version ${corrected.version}`);
    expect(await priced('any:IN', '2020-06-01T00:00:00Z', early[1]?.knownAt ?? 0)).toMatch(/^0\.014 USD/);
    expect(await priced('any:IN', '2020-06-01T00:00:00Z', now)).toBe('no_rate');
    expect(await priced('any:IN', '2021-03-14T16:00:00Z', now)).toMatch(/^0\.014 USD/);
    expect(await priced('any:DE', '2022-04-20T00:00:00Z', superseded.knownAt)).toMatch(/^0\.0895 USD/);
    expect(await priced('any:DE', '2022-04-20T00:00:00Z', now)).toBe('no_rate');
  },
  300_000,
);

withSamples(
  'four dated price lists of a provider',
  async () => {
    const card = await SupplierCard.create(clients, 'twilio');
    for (const list of lists(folder, /^twilio_/, (date) => `${date}T00:00:00Z`)) await card.publish(list);
    expect(card.published.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    const destinations = changing(card.published, 40);
    expect(destinations.some(({ mcc }) => mcc !== undefined)).toBe(true);
    expect(await holdAgainst(card, destinations)).toBeGreaterThan(2_000);
  },
  300_000,
);

withSamples(
  'four dated lists of multipliers by prefix',
  async () => {
    const card = await SupplierCard.create(clients, 'govuk');
    const zone = (date: string): string => `${date}T00:00:00+01:00`; // all four dates are in British summer time
    for (const list of lists(folder, /^govuk_/, zone)) await card.publish(list);
    expect(card.published.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    const destinations = changing(card.published, 40);
    expect(await holdAgainst(card, destinations)).toBeGreaterThan(2_000);
  },
  300_000,
);

const WRONG_COUNTRY = 'country_contradicts_code';
