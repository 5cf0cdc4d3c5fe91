import { sampleRated } from '@ratestream/events';
import { Exact, legKey } from '@ratestream/tool-oracle';
import type { LegVerdict } from '@ratestream/tool-oracle';
import { addRated, addVerdict, asLedger } from '../src/books.js';
import { Sums } from '../src/sums.js';

/** The sample: customer pays reseller 0.084, reseller pays operator 0.07, supplier gets 0.056; all settled. */
const verdicts: LegVerdict[] = sampleRated().legs.map((leg) => ({
  messageId: 'm', part: 1, side: leg.side, attempt: leg.attempt, payer: leg.payer, payee: leg.payee,
  state: 'settled', settled: new Exact(leg.amount.toString()).dividedBy(1e9), held: new Exact(leg.side === 'sell' ? -0.084 : 0),
  currency: leg.currency, accountSettled: new Exact(leg.accountAmount.toString()).dividedBy(1e9), accountCurrency: leg.accountCurrency,
  price: null, fixedOnce: true, correctedLater: false, reason: null, reasons: [], due: true, billingTime: 0, timeoutSec: 0, why: '',
})); // prettier-ignore

test('rated events and verdicts of the same legs give the same sums', () => {
  const must = new Sums();
  const rated = new Sums();
  for (const verdict of verdicts) addVerdict(must, { ...verdict, held: new Exact(0) });
  addRated(rated, { ...sampleRated(), legs: sampleRated().legs.map((leg) => ({ ...leg, heldAmountFreed: 0n })) });
  expect(must.differencesFrom(rated, 'must be', 'rated')).toEqual([]);
  expect(must.total('settled sell').toFixed()).toBe('0.154');
  expect(must.total('settled buy').toFixed()).toBe('0.056');
});

test('one nano-unit too much is seen, and where', () => {
  const a = new Sums();
  const b = new Sums();
  a.add('settled sell acme>operator EUR', '0.1');
  b.add('settled sell acme>operator EUR', '0.100000001');
  expect(a.differencesFrom(b, 'must be', 'ledger')).toEqual([
    'settled sell acme>operator EUR: must be 0.1, ledger 0.100000001',
  ]);
});

test('what only one side knows is a difference, unless it is zero', () => {
  const a = new Sums();
  a.add('settled buy s1 EUR', '0');
  expect(a.differencesFrom(new Sums(), 'must be', 'rated')).toEqual([]);
  a.add('settled buy s1 EUR', '1');
  expect(new Sums().differencesFrom(a, 'must be', 'rated')).toEqual(['settled buy s1 EUR: must be 0, rated 1']);
});

test('the ledger of settled legs sums to zero', () => {
  const ledger = asLedger(verdicts);
  expect(
    ['balance/', 'revenue/', 'cost/', 'payable/']
      .map((kind) => ledger.total(kind))
      .reduce((sum, next) => sum.plus(next))
      .toFixed(),
  ).toBe('0');
  expect(ledger.get('balance/acc-customer EUR').toFixed()).toBe('-0.084');
});

test('a leg has one name on every side', () => {
  expect(legKey(verdicts[0] as LegVerdict)).toBe('m|1|sell|0|acc-customer|acc-reseller');
});
