import type { RatedEvent } from '@ratestream/events';
import { PLAIN_BINDING, type PlanBinding } from '@ratestream/catalog';
import { parseMoney } from '@ratestream/money';
import { chooseBinding, decideRetry, type PartState } from '../src/index.js';
import { card, NOON, rate, SECOND, step, world, type World } from './world.js';

const binding = (cardId: string, match: Partial<PlanBinding> = {}): PlanBinding => ({
  ...PLAIN_BINDING,
  ...match,
  cardId,
});

test.each<[string, PlanBinding[], string | undefined]>([
  ['a named class before any', [binding('any'), binding('otp', { trafficClass: 'otp' })], 'otp'],
  ['named countries before any', [binding('any'), binding('gb', { countries: ['FR', 'GB'] })], 'gb'],
  [
    'the class before the countries',
    [binding('gb', { countries: ['GB'] }), binding('otp', { trafficClass: 'otp' })],
    'otp',
  ],
  ['both before one', [binding('otp', { trafficClass: 'otp' }), binding('both', { trafficClass: 'otp', countries: ['GB'] })], 'both'],
  ['of equals the first', [binding('first', { countries: ['GB'] }), binding('second', { countries: ['GB', 'IE'] })], 'first'],
  ['no other class, no other country', [binding('p2p', { trafficClass: 'p2p' }), binding('fr', { countries: ['FR'] })], undefined],
])('%s', (_, bindings, expected) => {
  expect(chooseBinding(bindings, 'otp', 'GB')?.cardId).toBe(expected);
}); // prettier-ignore

test('where no country is known only bindings of any country count', () => {
  expect(chooseBinding([binding('gb', { countries: ['GB'] }), binding('any')], 'otp', null)?.cardId).toBe('any');
});

test('what is asked for with ever new names is not remembered for ever', () => {
  const { pricing } = world();
  for (let n = 0; n < 60_000; n++) {
    pricing.terms.sell('customer', `class-${n}`, 'GB');
    pricing.terms.buy(`supplier-${n}`, null);
  }
  expect(pricing.terms.remembered).toBeLessThanOrEqual(100_000);
  expect(pricing.terms.sell('customer', 'otp', 'GB')[0]).toMatchObject({ payer: 'customer', cards: [{ id: 'sell-retail' }] });
}); // prettier-ignore

/** The step of the customer's leg. */
function leg(events: readonly RatedEvent[]): RatedEvent['legs'][number] | undefined {
  return events[0]?.legs.find(({ payer }) => payer === 'customer');
}

function change(w: World, accountId: string, what: object): void {
  const accounts = w.catalog.accounts as Map<string, unknown>;
  accounts.set(accountId, { ...(accounts.get(accountId) as object), ...what });
  w.catalog.position++;
}

test('the plan of the rate group counts where the account names none, and its own where it does', () => {
  const w = world({ customerPlan: { basis: 'accept' } });
  (w.catalog.rateGroups as Map<string, object>).set('gold', { id: 'gold', version: 1, owner: null, name: 'gold', planId: 'wholesale' }); // prettier-ignore
  change(w, 'customer', { planId: null, rateGroupId: 'gold' });
  expect(leg(w.feed(step('accepted', { id: 'a', messageId: '7d444840-9dc0-11d1-b245-5ffdce74fad3' })))).toMatchObject({
    plan: { id: 'wholesale' },
    heldAmount: parseMoney('0.08'),
  });
  change(w, 'customer', { planId: 'retail' });
  expect(leg(w.feed(step('accepted', { id: 'b', messageId: '7d444840-9dc0-11d1-b245-5ffdce74fad4' })))).toMatchObject({
    plan: { id: 'retail' },
  });
  change(w, 'customer', { planId: null, rateGroupId: null, overrides: [binding('sell-retail')] });
  expect(leg(w.feed(step('accepted', { id: 'c', messageId: '7d444840-9dc0-11d1-b245-5ffdce74fad5' })))).toMatchObject({
    reason: 'no_plan',
  });
});

test('an override is asked first, the plan where it has no rate, and the last one asked gives the reason', () => {
  const w = world({ customerPlan: { basis: 'accept' } });
  (w.catalog.cards as Map<string, object>).set('special', card('special', 'sell'));
  change(w, 'customer', { overrides: [binding('special', { countries: ['GB'] })] });
  const price = (at: number) => leg(w.feed(step('accepted', { id: `m${at}`, messageId: `7d444840-9dc0-11d1-b245-5ffdce74fa${at}` }))); // prettier-ignore
  expect(price(10)).toMatchObject({ rate: { cardId: 'sell-retail' }, amount: parseMoney('0.1') }); // no version
  w.publish('special', 1, NOON - SECOND, [rate('0.03', { country: 'FR' })]);
  expect(price(11)).toMatchObject({ rate: { cardId: 'sell-retail' } }); // no rate
  w.publish('special', 2, NOON, [rate('0.03', { country: 'GB' })]);
  expect(price(12)).toMatchObject({ rate: { cardId: 'special', version: 2 }, amount: parseMoney('0.06'), plan: { id: 'retail' } }); // prettier-ignore
  w.publish('sell-retail', 2, NOON, [rate('0.05', { country: 'FR' })]);
  w.book.withdrawVersion('special', 2, NOON + SECOND);
  expect(price(13)).toMatchObject({ action: 'unrated', reason: 'no_rate', rate: { cardId: 'sell-retail' } });
});

test('a region binding picks the card, and with it the currency, by the country of the destination', () => {
  const bindings = [binding('sell-retail'), binding('gbp', { countries: ['GB'] })];
  const w = world({ customerPlan: { basis: 'accept', bindings } });
  (w.catalog.cards as Map<string, object>).set('gbp', card('gbp', 'sell', { currency: 'GBP' }));
  w.publish('gbp', 1, 0, [rate('0.05')]);
  expect(leg(w.feed(step('accepted')))).toMatchObject({ action: 'unrated', reason: 'no_fx_rate', rate: { cardId: 'gbp' } });
  expect(leg(w.feed(step('accepted', { id: 'b', messageId: '7d444840-9dc0-11d1-b245-5ffdce74fad3', country: 'FR' })))).toMatchObject({
    currency: 'EUR',
    amount: parseMoney('0.1'),
  });
  w.fx.publish({
    source: 'ecb',
    base: 'EUR',
    knownAt: NOON,
    days: [{ date: '2026-04-30', publishedAt: NOON - 86_400 * SECOND, rates: { GBP: '0.8' } }],
  });
  const [retried] = decideRetry(w.state.part(step('accepted').messageId, 1) as PartState, w.state, w.pricing);
  expect(leg([retried as RatedEvent])).toMatchObject({
    action: 'settle',
    amount: parseMoney('0.1'),
    currency: 'GBP',
    accountAmount: parseMoney('0.125'),
    accountCurrency: 'EUR',
    fx: { from: 'GBP', to: 'EUR', rateDate: '2026-04-30', source: 'ecb', rule: 'event' },
  });
}); // prettier-ignore

test('a sale is priced by the grade that opened the message, a purchase by its connection and then by its record', () => {
  const w = world({ customerPlan: { basis: 'accept' } });
  const graded = [rate('0.9'), rate('0.2', { routeGrade: 'direct' }), rate('0.1', { routeGrade: 'sim' })];
  w.publish('sell-retail', 2, NOON - SECOND, graded);
  w.publish('buy', 2, NOON - SECOND, graded);
  expect(leg(w.feed(step('accepted', { routeGrade: 'direct' })))?.rate?.rateId).toBe('r-0.2');
  const [submitted] = w.feed(step('submitted', { at: 1, routeGrade: 'sim' }));
  expect(submitted?.legs).toMatchObject([{ side: 'buy', rate: { rateId: 'r-0.1' } }]);
  (w.catalog.connections as Map<string, object>).set('conn', {
    id: 'conn', supplierId: 'sup', idFormat: null, buyCardId: null, route: null, routeGrade: 'direct',
  }); // prettier-ignore
  w.catalog.position++;
  const [again] = w.feed(step('submitted', { attempt: 2, at: 2, routeGrade: 'sim', connection: 'conn' }));
  expect(again?.legs).toMatchObject([{ side: 'buy', rate: { rateId: 'r-0.2' } }]);
});

test('surcharges are components of the leg, each with its own unit; without a usage rate they make no price', () => {
  const w = world({ customerPlan: { basis: 'accept' } });
  w.publish('sell-retail', 2, NOON - SECOND, [
    rate('0.05', { country: 'GB' }),
    rate('0.002', { surcharge: 'registration', trafficClass: 'otp' }),
    rate('0.01', { surcharge: 'delivery fee', unit: 'message', validUntil: NOON + 10 * SECOND }),
    rate('0.03', { surcharge: 'delivery fee', unit: 'message', validFrom: NOON + 10 * SECOND }),
    rate('0.5', { surcharge: 'other class', trafficClass: 'p2p' }),
  ]);
  const first = leg(w.feed(step('accepted')));
  expect(first?.components).toMatchObject([
    { kind: 'usage', quantity: 2, amount: parseMoney('0.1'), rateId: null },
    { kind: 'surcharge', name: 'delivery fee', quantity: 1, amount: parseMoney('0.01'), rateId: 'r-0.01' },
    { kind: 'surcharge', name: 'registration', quantity: 2, amount: parseMoney('0.004') },
  ]);
  expect(first?.amount).toBe(parseMoney('0.114'));
  const at = (seconds: number) =>
    leg(w.feed(step('accepted', { id: `at${seconds}`, at: seconds, messageId: `7d444840-9dc0-11d1-b245-5ffdce74fa0${seconds % 8}` })))?.amount; // prettier-ignore
  expect([at(9), at(10)]).toEqual([parseMoney('0.114'), parseMoney('0.134')]);
  expect(leg(w.feed(step('accepted', { id: 'fr', country: 'FR', network: { reported: null, ported: null, range: null }, messageId: '7d444840-9dc0-11d1-b245-5ffdce74fad3' })))).toMatchObject({
    action: 'unrated',
    reason: 'no_rate',
  });
}); // prettier-ignore
