import { DEFAULT_FX, OPERATOR } from '@ratestream/catalog';
import { createServiceApp, type Caller } from '@ratestream/http';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import { parseMoney } from '@ratestream/money';
import type { MessageStore } from '../src/http/messages.store.js';
import { QuoteController } from '../src/http/quote.controller.js';
import { Quoter, usageSchema, type Quote } from '../src/http/quote.js';
import { RatingModule } from '../src/rating.module.js';
import { account, apiKey, card, CatalogFacts, HOUR, NOON, plan, rate } from './catalog-facts.js';

const iso = (micros: number): string => new Date(micros / 1_000).toISOString();
const network = { country: 'GB', mcc: '234', mnc: '10' };

/** A reseller with a customer whose card is in pounds, a card that overrides it, and a supplier. */
function facts(): CatalogFacts {
  return new CatalogFacts()
    .say('SupplierAdded', { id: 'sup', name: 'Sup', currency: 'EUR', buyCardId: 'buy', legalEntity: null })
    .say('RateCardCreated', card('buy', { side: 'buy' }))
    .say('RateCardCreated', card('retail', { currency: 'GBP' }))
    .say('RateCardCreated', card('special', { currency: 'EUR' }))
    .say('RateCardCreated', card('wholesale'))
    .say('PlanCreated', plan('retail', [{ cardId: 'retail' }]))
    .say('PlanCreated', plan('wholesale', [{ cardId: 'wholesale' }]))
    .say('AccountOpened', account('reseller', { planId: 'wholesale' }))
    .say('AccountOpened', account('customer', { parentId: 'reseller', partition: null, planId: 'retail', overrides: [{ trafficClass: 'otp', countries: ['GB', 'IE'], cardId: 'special' }] }))
    .say('ApiKeyIssued', apiKey('operator', OPERATOR))
    .say('ApiKeyIssued', apiKey('reseller', 'reseller'))
    .say('ApiKeyIssued', apiKey('customer', 'customer'))
    .say('FxRatesPublished', { source: 'ecb', base: 'EUR', knownAt: NOON - 20 * HOUR, days: [{ date: '2026-04-30', publishedAt: NOON - 20 * HOUR, rates: { GBP: '0.8' } }] }, NOON - 20 * HOUR)
    .publish('buy', 0, [rate('b', '0.01')])
    .publish('wholesale', 0, [rate('w', '0.04')])
    .publish('special', 0, [rate('fr', '0.03', { country: 'FR' })])
    .publish('retail', 0, [
      rate('net', '0.05', { ...network, trafficClass: 'otp' }),
      rate('long', '0.06', { ...network, trafficClass: 'otp', senderType: 'long_code' }),
      rate('land', '0.07', { country: 'GB' }),
      rate('fee', '0.002', { surcharge: 'registration', senderType: 'alphanumeric' }),
      rate('late', '0.5', { surcharge: 'levy', validFrom: NOON + HOUR }),
    ]);
} // prettier-ignore

const at = (micros = NOON, now = NOON + 2 * HOUR) => ({ usage: { account: 'customer', to: '+447700900123', mcc: '234', mnc: '10', parts: 2, at: iso(micros), senderType: 'alphanumeric', supplier: 'sup' }, now }); // prettier-ignore

function quote(from: CatalogFacts, overrides: object = {}, { usage, now } = at()): { quote: Quote; lines: string[] } {
  const quoter = new Quoter(from.catalog, () => ({ hash: 'h', keyId: 'k' }), () => now / 1000); // prettier-ignore
  const answer = quoter.quote(usageSchema.parse({ ...usage, ...overrides }));
  if ('field' in answer) throw new Error(answer.detail);
  return { quote: answer, lines: quoter.explain(answer, answer.event) };
}
const leg = (from: CatalogFacts, overrides: object = {}) =>
  quote(from, overrides).quote.event.legs.find(({ payer }) => payer === 'customer');

test('a quote reads like a statement: which card, what matched, what nearly did, every component and conversion', () => {
  const { quote: answer, lines } = quote(facts());
  expect(answer.event.legs[0]).toMatchObject({
    amount: parseMoney('0.104'),
    currency: 'GBP',
    accountAmount: parseMoney('0.13'),
    accountCurrency: 'EUR',
    rate: { cardId: 'retail', rateId: 'net', matchedBy: 'class otp, network' },
  });
  expect(lines.slice(1, 16)).toEqual([
    'The customer company pays The reseller company 0.13 EUR (basis delivered).',
    'per part: 2 × 0.05 GBP = 0.1 GBP.',
    'Surcharge registration (fee): 2 × 0.002 GBP = 0.004 GBP.',
    'Together 0.104 GBP.',
    'Terms of plan Plan retail, version 1.',
    '0.104 GBP are 0.13 EUR at 1.25 EUR for one GBP: ecb of 2026-04-30, rule event (0.8 GBP for one EUR).',
    'For reports 0.104 GBP are 0.13 EUR at 1.25 EUR for one GBP: ecb of 2026-04-30, rule event (0.8 GBP for one EUR).',
    `Card Card retail, version 1, in force since ${iso(0)}, rate net, matched by class otp, network; billed at ${iso(NOON)}.`,
    'Card Card special is asked by an override of The customer company, for class otp and destinations in GB, IE.',
    'It has no price for this message: the card has no rate for this destination and class.',
    'Card Card retail is asked by plan Plan retail, for any class and any country.',
    'Rate net is for network 234-10 in GB, any origin, any route grade, class otp, any sender type. The origin of the message is not known.',
    'Rate land (country GB, 0.07 GBP) matches too and comes after: it names no class.',
    "Rate long (class otp, sender type long_code, network 234-10 in GB, 0.06 GBP) does not match: its sender type is long_code, the message's is alphanumeric.",
    `Surcharge levy (late) is not added: it counts from ${iso(NOON + HOUR)} on.`,
  ]);
});

test('sender, origin and grade of the request choose the rate, and an unknown origin has a reason', () => {
  const from = facts().publish('retail', 0, [
    rate('any', '0.05'),
    rate('in', '0.2', { originCountry: 'IN', country: 'GB' }),
    rate('sim', '0.01', { routeGrade: 'sim', originCountry: 'US' }),
    rate('short', '0.3', { senderType: 'short_code', originCountry: 'US', priority: 1 }),
  ]);
  expect(leg(from, { originCountry: 'IN' })?.rate?.rateId).toBe('in');
  expect(leg(from, { originCountry: 'US' })?.rate?.rateId).toBe('any');
  expect(leg(from, { originCountry: 'US', routeGrade: 'sim' })?.rate?.rateId).toBe('sim');
  expect(leg(from, { originCountry: 'US', routeGrade: 'sim', senderType: 'short_code' })?.rate?.rateId).toBe('short');
  expect(leg(from)).toMatchObject({ action: 'unrated', reason: 'origin_unknown' });
  expect(leg(from, { originCountry: 'unknown' })).toMatchObject({ reason: 'origin_unknown' });
  expect(quote(from).lines).toContain(
    "Rate in (origin IN, country GB, 0.2 GBP) does not match: its origin is IN, the message's is not known.",
  );
});

test('of many rates that nearly match the four closest destinations are told, and the rest counted', () => {
  const prefixes = ['447', '4477', '44', '447700', '44770', '4'];
  const from = facts().publish('retail', 0, [
    ...prefixes.map((prefix) => rate(`open${prefix}`, '0.05', { prefix })),
    ...prefixes.map((prefix) => rate(`sim${prefix}`, '0.05', { prefix, routeGrade: 'sim' })),
    rate('net', '0.01', network),
  ]);
  const told = quote(from).lines.filter((line) => /^Rate .* (comes|come|does not)|more rates/.test(line));
  expect(told.map((line) => /^Rate (\w+)|^\d+ more rates/.exec(line)?.[0])).toEqual([
    ...['447700', '44770', '4477', '447'].map((prefix) => `Rate open${prefix}`),
    '2 more rates',
    ...['447700', '44770', '4477', '447'].map((prefix) => `Rate sim${prefix}`),
    '2 more rates',
  ]);
});

test('a surcharge that depends on an origin nobody knows keeps the leg unrated, and the quote says so', () => {
  const from = facts().publish('retail', 0, [rate('any', '0.05'), rate('levy', '0.2', { surcharge: 'levy', originCountry: 'IN' })]);
  expect(leg(from)).toMatchObject({ action: 'unrated', reason: 'origin_unknown' });
  expect(quote(from).lines).toContainEqual(expect.stringContaining('A surcharge keeps it from having a price'));
  expect(leg(from, { originCountry: 'IN' })?.components).toHaveLength(2);
}); // prettier-ignore

test('a plan that an account has by its rate group is said to be so, and not which group that is', () => {
  const from = facts()
    .say('RateGroupCreated', { id: 'SECRET-gold', version: 1, owner: null, name: 'SECRET gold', planId: 'wholesale' })
    .say('AccountOpened', account('grouped', { planId: null, rateGroupId: 'SECRET-gold' }));
  const { lines } = quote(from, { account: 'grouped' });
  expect(lines).toContainEqual(expect.stringContaining('is asked by plan Plan wholesale, the plan of its rate group, for any class'));
  expect(lines.join()).not.toContain('SECRET');
}); // prettier-ignore

test('a correction after the fact is quoted as known then and as corrected, to the millisecond', () => {
  const known = NOON + HOUR;
  const from = facts().publish('retail', NOON - HOUR, [rate('corrected', '0.04', { country: 'GB' })], known);
  expect(leg(from)?.rate).toMatchObject({ version: 2, rateId: 'corrected' });
  expect(leg(from, { at: iso(NOON - HOUR - 1_000) })?.rate).toMatchObject({ version: 1 });
  expect(leg(from, { knownAt: iso(known) })?.rate).toMatchObject({ version: 2 });
  const before = quote(from, { knownAt: iso(known - 1_000) });
  expect(before.quote.event.legs[0]?.rate).toMatchObject({ version: 1 });
  expect(before.lines).toContain(`Version 2 was not known yet: it was published at ${iso(known)}.`);
  expect(before.lines[1]).toBe(`As known at ${iso(known - 1_000)}.`);
});

test('a withdrawn version priced until its withdrawal, and a scheduled one prices from its instant', () => {
  const from = facts()
    .publish('retail', NOON - HOUR, [rate('wrong', '9', { country: 'GB' })])
    .say('RateCardVersionWithdrawn', { cardId: 'retail', version: 2, withdrawnAt: NOON + HOUR }, NOON + HOUR)
    .publish('retail', NOON + 3 * HOUR, [rate('next', '0.08', { country: 'GB' })]);
  expect(leg(from)?.rate).toMatchObject({ version: 1 });
  expect(leg(from, { knownAt: iso(NOON + HOUR - 1_000) })?.rate).toMatchObject({ version: 2 });
  expect(leg(from, { asOf: iso(NOON + 3 * HOUR) })?.rate).toMatchObject({ version: 3, rateId: 'next' });
  expect(leg(from, { asOf: iso(NOON + 3 * HOUR - 1_000) })?.rate).toMatchObject({ version: 1 });
  expect(quote(from).lines).toEqual(
    expect.arrayContaining([
      `Version 3 is not in force yet: it is from ${iso(NOON + 3 * HOUR)} on.`,
      `Version 2 was withdrawn at ${iso(NOON + HOUR)}.`,
    ]),
  );
});

test('accounts, plans, cards and exchange rates count as known then, too', () => {
  const from = facts()
    .publish('special', 0, [rate('gb', '0.03', { country: 'GB' })])
    .say('AccountChanged', account('customer', { parentId: 'reseller', partition: null, planId: 'retail' }), NOON + HOUR)
    .say('PlanChanged', plan('retail', [{ cardId: 'retail' }], { version: 2, fx: { ...DEFAULT_FX, rule: 'fixed', fixed: { 'GBP/EUR': '2' } } }), NOON + HOUR); // prettier-ignore
  expect(leg(from)).toMatchObject({ rate: { cardId: 'retail' }, accountAmount: parseMoney('0.208'), plan: { version: 2 } });
  expect(leg(from, { knownAt: iso(NOON) })).toMatchObject({ rate: { cardId: 'special' }, plan: { version: 1 }, fx: null });
  const rates = { source: 'ecb', base: 'EUR', knownAt: NOON + HOUR, days: [{ date: '2026-04-30', publishedAt: NOON - 20 * HOUR, rates: { GBP: '0.5' } }] }; // prettier-ignore
  const corrected = facts().say('FxRatesPublished', rates, NOON + HOUR);
  expect([leg(corrected), leg(corrected, { knownAt: iso(NOON) })]).toMatchObject([
    { accountAmount: parseMoney('0.208') },
    { accountAmount: parseMoney('0.13') },
  ]);
  const quoter = new Quoter(from.catalog, () => ({ hash: '', keyId: '' }), () => (NOON + HOUR) / 1000); // prettier-ignore
  const early = usageSchema.parse({ ...at().usage, knownAt: iso(NOON - 25 * HOUR) });
  expect(quoter.quote(early)).toEqual({ field: 'account', detail: expect.stringContaining('was not known at') });
}); // prettier-ignore

describe('over HTTP', () => {
  async function ask(secret: string, query: string, body: object): Promise<{ status: number; text: string }> {
    const from = facts();
    const quoter = new Quoter(from.catalog, () => ({ hash: 'h', keyId: 'k' }), () => (NOON + 2 * HOUR) / 1000); // prettier-ignore
    const module = RatingModule.with({ catalog: from.catalog, quoter, messages: {} as MessageStore });
    const app = await createServiceApp({ name: 'rating', module, logger: silentLogger(), metrics: bareMetrics() });
    const { statusCode: status, body: text } = await app.inject({
      method: 'POST',
      url: `/api/rating/v1/quote${query}`,
      headers: { authorization: `Bearer ${secret}` },
      payload: body,
    });
    await app.close();
    return { status, text };
  }
  const { usage } = at();

  test('a customer sees its own leg and why it costs that, and no byte of levels above, buy cards and suppliers', async () => {
    const { status, text } = await ask('customer', '', usage);
    expect([status, text.includes('Rate net'), text.includes('Card special')]).toEqual([200, true, true]);
    const hidden = ['wholesale', 'Sup', '"sup"', 'buy', '0.04', '0.01'];
    expect(hidden.filter((word) => text.includes(word))).toEqual([]);
    const reseller = (await ask('reseller', '', usage)).text;
    expect([reseller.includes('Card wholesale'), reseller.includes('Card buy')]).toEqual([true, false]);
    expect((await ask('operator', '', usage)).text).toContain('Card buy');
  });

  test('the instants of the request count for each usage that names none itself', async () => {
    const known = `?asOf=${iso(NOON)}&knownAt=${iso(NOON - 21 * HOUR)}`;
    const own = { ...usage, knownAt: iso(NOON) };
    const { text } = await ask('operator', known, [usage, own]);
    const { quotes } = JSON.parse(text) as { quotes: { legs: { reason: string | null; accountAmount: string }[] }[] };
    expect(quotes.map(({ legs }) => [legs[0]?.reason, legs[0]?.accountAmount])).toEqual([
      ['no_fx_rate', '0'],
      [null, '0.13'],
    ]);
    expect((await ask('operator', '?knownAt=yesterday', usage)).status).toBe(400);
  });

  test('a batch is priced as known at fifty instants and not at one more; without one it is as known now', async () => {
    const asKnown = (instants: number): object[] =>
      Array.from({ length: 120 }, (_, i) => ({ ...usage, knownAt: iso(NOON + (i % instants) * 1_000) }));
    expect((await ask('operator', '', asKnown(50))).status).toBe(200);
    const { status, text } = await ask('operator', '', [usage, ...asKnown(51)]);
    expect([status, JSON.parse(text)]).toMatchObject([
      422,
      { code: 'too_many_instants', detail: expect.stringContaining('50'), errors: [{ pointer: '/51/knownAt' }] },
    ]);
  });

  test('a long batch lets others work', async () => {
    let turns = 0;
    let answered = false;
    const turn = (): void => {
      if (!answered && ++turns < 10_000) setImmediate(turn);
    };
    const { catalog } = facts();
    const quoter = new Quoter(catalog, () => ({ hash: 'h', keyId: 'k' }), () => NOON / 1000);
    const batch = Array.from({ length: 400 }, () => usageSchema.parse(usage));
    const caller = { isOperator: true, mustSee: () => undefined } as unknown as Caller;
    setImmediate(turn);
    const answer = (await new QuoteController(quoter).quote(batch, {}, caller)) as { quotes: unknown[] };
    answered = true;
    expect(answer.quotes).toHaveLength(400);
    expect(turns).toBeGreaterThanOrEqual(10);
  }); // prettier-ignore
});
