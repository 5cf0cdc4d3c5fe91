import { PLAIN_RATE } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { formatMoney, parseMoney } from '@ratestream/money';
import fc from 'fast-check';
import { bulkBody, type BulkSelect, type PriceChange } from '../src/bulk/bulk-requests.js';
import { patternOf } from '../src/bulk/bulk.port.js';
import { changedPrice, changeRates, PriceOutOfRange, selector } from '../src/bulk/change-rates.js';

const asked = (change: object): PriceChange =>
  bulkBody.parse({ cards: { ids: ['a'] }, change, effectiveFrom: null }).change;
const rate = (fields: Partial<RateRow>): RateRow => ({
  rateId: 'x',
  country: null,
  mcc: null,
  mnc: null,
  prefix: null,
  trafficClass: null,
  price: 0n,
  unit: 'part',
  basis: null,
  timeoutSec: null,
  timeoutPolicy: null,
  ...PLAIN_RATE,
  ...fields,
});

test.each([
  // price, change, after
  ['0.0105', { percent: '10', rounding: { mode: 'half_up', places: 4 } }, '0.0116'],
  ['0.0105', { percent: '10', rounding: { mode: 'half_even', places: 4 } }, '0.0116'],
  ['0.0105', { percent: '10' }, '0.01155'],
  ['0.000000005', { percent: '10' }, '0.000000006'], // 5.5 nano-units: half to even
  ['0.000000015', { percent: '-10', rounding: { mode: 'down', places: 9 } }, '0.000000013'],
  ['0.05', { percent: '-2.5' }, '0.04875'],
  ['0.05', { add: '-0.01' }, '0.04'],
  ['0.05', { set: '0.07' }, '0.07'],
  ['0.05', { percent: '100', ceiling: '0.09' }, '0.09'],
  ['0.05', { percent: '-100', floor: '0.001' }, '0.001'],
  // The floor is not rounded away before it holds, and the rounding comes last.
  ['0.05', { percent: '-90', floor: '0.0149', rounding: { mode: 'half_up', places: 2 } }, '0.01'],
])('%s with %j is %s', (price, change, after) => {
  expect(formatMoney(changedPrice(parseMoney(price), asked(change)))).toBe(after);
});

test('a percent that goes and comes back leaves an exact price as it was', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 15n), (units) => {
      const price = units * 2n;
      const half = changedPrice(price, asked({ percent: '-50' }));
      expect(changedPrice(half, asked({ percent: '100' }))).toBe(price);
    }),
  );
});

test.each([
  [{ percent: '5', add: '1' }, 'exactly one'],
  [{}, 'exactly one'],
  [{ percent: '5%' }, 'decimal'],
  [{ set: '-1' }, 'not negative'],
  [{ percent: '1', floor: '2', ceiling: '1' }, 'floor above its ceiling'],
])('%j is refused', (change, why) => {
  expect(() => asked(change)).toThrow(why);
});

const rates = [
  rate({ rateId: 'gb', country: 'GB', price: parseMoney('0.04') }),
  rate({ rateId: '234-10', mcc: '234', mnc: '10', price: parseMoney('0.03') }),
  rate({ rateId: '+4477', prefix: '4477', trafficClass: 'otp', price: parseMoney('0.05') }),
  rate({ rateId: 'de', country: 'DE', senderType: 'alphanumeric', price: parseMoney('0.06') }),
  rate({ rateId: 'fee', country: 'GB', surcharge: 'fee', price: parseMoney('0.001') }),
];
test.each<[BulkSelect, string[]]>([
  [{}, ['gb', '234-10', '+4477', 'de']],
  [{ countries: ['GB'] }, ['gb', '234-10', '+4477']],
  [{ mcc: ['234'] }, ['234-10']],
  [{ countries: ['GB'], mnc: ['10', '20'] }, ['234-10']],
  [{ prefixes: ['44'] }, ['+4477']],
  [{ prefixes: ['447755'] }, []],
  [{ trafficClasses: ['otp'] }, ['+4477']],
  [{ trafficClasses: ['any'], senderTypes: ['any'] }, ['gb', '234-10']],
  [{ senderTypes: ['alphanumeric'] }, ['de']],
])('%j selects %j, and never a surcharge', (select, ids) => {
  expect(rates.filter(selector(select)).map(({ rateId }) => rateId)).toEqual(ids);
  expect(changeRates(rates, select, asked({ add: '0' })).selected).toBe(ids.length);
});

test('a price that no rate can have names its rate', () => {
  expect(() => changeRates(rates, {}, asked({ add: '-0.035' }))).toThrow(PriceOutOfRange);
  expect(() => changeRates(rates, {}, asked({ add: '-0.035' }))).toThrow('"234-10" would cost -0.005');
});

test.each([
  ['Retail *', 'retail gold', true],
  ['Retail *', 'Wholesale', false],
  ['*gold', 'Retail Gold', true],
  ['*ta*go*', 'Retail Gold', true],
  ['a*a', 'a', false],
  ['a*b*a', 'aba', true],
  ['a*b*a', 'aa', false],
  ['Retail', 'Retail', true],
  ['R.tail', 'Retail', false],
])('the pattern %s on %s is %s', (pattern, name, matches) => {
  expect(patternOf(pattern)(name)).toBe(matches);
});
