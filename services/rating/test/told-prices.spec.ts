import type { Leg } from '@ratestream/events';
import { Quoter, usageSchema } from '../src/http/quote.js';
import { ToldPrices } from '../src/http/told-prices.js';
import { account, card, CatalogFacts, HOUR, NOON, plan, rate } from './catalog-facts.js';

const facts = (): CatalogFacts =>
  new CatalogFacts()
    .say('RateCardCreated', card('retail'))
    .say('PlanCreated', plan('retail', [{ cardId: 'retail' }]))
    .say('AccountOpened', account('acme', { planId: 'retail' }))
    .publish('retail', 0, [
      rate('any', '0.05', { country: 'GB' }),
      rate('sim', '0.04', { country: 'GB', routeGrade: 'sim' }),
    ]);

/** A message as it was rated at noon. */
function rated(from: CatalogFacts, more: object = {}) {
  const quoter = new Quoter(from.catalog, () => ({ hash: '', keyId: '' }), () => NOON / 1000); // prettier-ignore
  const quote = quoter.quote(usageSchema.parse({ account: 'acme', to: '+447700900123', ...more }));
  if ('field' in quote) throw new Error(quote.detail);
  return { event: quote.event, leg: quote.event.legs[0] as Leg };
}

test('a leg is told of where it got its price, by what was known then, and not again at its later steps', () => {
  const from = facts();
  const { event, leg } = rated(from);
  from.publish('retail', NOON - HOUR, [rate('any', '0.09', { country: 'GB' })], NOON + HOUR);
  const prices = new ToldPrices(from.catalog, {});
  expect(prices.why(leg, event)).toEqual([
    'Card retail is asked by plan retail, for any class and any country.',
    'Rate any is for country GB, any origin, any route grade, any class, any sender type. The origin of the message is not known.',
    "Rate sim (route grade sim, country GB, 0.04 EUR) does not match: its route grade is sim, the message's is not known.",
    `Version 2 was not known yet: it was published at ${new Date((NOON + HOUR) / 1000).toISOString()}.`,
  ]);
  expect(prices.why({ ...leg, action: 'settle' }, event)).toEqual([]);
  expect(prices.why({ ...leg, legId: 'another', action: 'release' }, event)).toEqual([]);
});

test('nothing is told where what the caller may see leads to another rate', () => {
  const from = facts();
  const { event, leg } = rated(from, { event: 'submitted', routeGrade: 'sim' });
  expect(leg.rate?.rateId).toBe('sim');
  expect(new ToldPrices(from.catalog, {}).why(leg, event)).not.toEqual([]);
  expect(new ToldPrices(from.catalog, {}).why(leg, { ...event, routeGrade: null, openingRouteGrade: null })).toEqual(
    [],
  );
});
