import { Exact } from '@ratestream/tool-oracle';
import type { FxEvidence, LegVerdict } from '@ratestream/tool-oracle';
import { emptyCatalog } from '@ratestream/tool-oracle';
import { Coverage } from '../src/coverage.js';
import { Sums } from '../src/sums.js';

const ONE = new Exact(1);

/** A settled sale by a rate of a card that is nowhere described. */
function leg(fx: Partial<FxEvidence> | null, surcharge: string | null = null): LegVerdict {
  const evidence = { from: 'EUR', to: 'USD', rate: ONE, rateDate: '2026-05-01', source: 'ecb', rule: 'event', base: 'EUR', fromPerBase: ONE, toPerBase: ONE, spreadPercent: null, provisional: false } as const; // prettier-ignore
  const component = { surcharge, rateId: 'r', quantity: 1, unitPrice: ONE, amount: ONE };
  return {
    messageId: 'm', part: 1, side: 'sell', attempt: 0, payer: 'acme', payee: 'operator', state: 'settled', settled: ONE, currency: 'EUR',
    accountSettled: ONE, held: ONE, accountCurrency: 'USD', reason: null, reasons: [], fixedOnce: true, correctedLater: false, due: true,
    billingTime: 0, timeoutSec: 0, why: '',
    price: { cardId: 'c', version: 1, rateId: 'r', plan: null, components: [component], amount: ONE, currency: 'EUR', accountAmount: ONE, accountCurrency: 'USD', fx: fx === null ? null : { ...evidence, ...fx }, reporting: null },
  }; // prettier-ignore
}

test('a run without any leg has seen nothing', () => {
  const missing = new Coverage(emptyCatalog()).missing();
  for (const name of [
    'a rate by originCountry',
    'an override',
    'surcharge carrier',
    'origin_unknown',
    'two days of desk',
  ])
    expect(missing).toContain(name);
});

test('what legs were priced by is counted, and no longer missing', () => {
  const coverage = new Coverage(emptyCatalog());
  for (const one of [leg(null, 'carrier'), leg({}, 'carrier'), leg({ rule: 'fixed' })]) coverage.add(one);
  expect(coverage.all).toEqual({
    'conversion by event of ecb': 1,
    'conversion by fixed of ecb': 1,
    'surcharge carrier': 2,
  });
  expect(coverage.missing()).not.toContain('surcharge carrier');
});

test('rates of a desk have been seen only from both sides of their change', () => {
  const coverage = new Coverage(emptyCatalog());
  for (let i = 0; i < 3; i++) coverage.add(leg({ source: 'desk' }));
  expect(coverage.missing()).toContain('two days of desk');
  coverage.add(leg({ source: 'desk', rateDate: '2026-05-02' }));
  expect(coverage.missing()).not.toContain('two days of desk');
});

test('sums of several currencies are told one by one', () => {
  const sums = new Sums();
  for (const [name, amount] of [['settled sell a>b EUR', '1.5'], ['settled sell c>b USD', '2'], ['settled sell c>b EUR', '1']] as const) sums.add(name, amount); // prettier-ignore
  expect([sums.byCurrency('settled sell'), sums.byCurrency('held')]).toEqual(['2.5 EUR, 2 USD', '0']);
});
