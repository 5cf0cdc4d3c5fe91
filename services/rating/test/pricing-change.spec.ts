import { PLAIN_BINDING, type TypedCatalogEvent } from '@ratestream/catalog';
import { pricingChangeOf } from '../src/catalog/pricing-change.js';

const event = (type: string, data: object = {}): TypedCatalogEvent => ({ type, data }) as unknown as TypedCatalogEvent;
const accounts = new Map([['acme', { overrides: [{ ...PLAIN_BINDING, cardId: 'special' }] }]]);

test.each([
  ['a version of a card wakes what was asked of it', event('RateCardVersionPublished', { cardId: 'retail' }), { card: 'retail' }],
  ['a version of an override wakes what was asked of any card', event('RateCardVersionPublished', { cardId: 'special' }), { card: null }],
  ['exchange rates wake everything', event('FxRatesPublished'), { card: null }],
  ['a rate group wakes everything', event('RateGroupChanged'), { card: null }],
  ['so does a withdrawal: the version before counts again', event('RateCardVersionWithdrawn', { cardId: 'retail' }), { card: 'retail' }],
  ['a notice wakes nothing', event('NoticeIssued'), null],
])('%s', (_, one, expected) => {
  expect(pricingChangeOf(one, accounts)).toEqual(expected);
}); // prettier-ignore
