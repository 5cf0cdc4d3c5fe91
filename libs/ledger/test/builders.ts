import fc from 'fast-check';
import type { Fx } from '@ratestream/events';
import type { LegMoney } from '../src/posting.js';
import type { RatedMoney } from '../src/batch-fold.js';

const base: LegMoney = {
  side: 'sell',
  action: 'settle',
  payer: 'acme',
  payee: 'operator',
  amount: 0n,
  currency: 'EUR',
  accountAmount: 0n,
  accountCurrency: 'EUR',
  heldAmount: 0n,
  heldAmountFreed: 0n,
};

export function sell(change: Partial<LegMoney>): LegMoney {
  const leg = { ...base, ...change };
  return { ...leg, accountAmount: change.accountAmount ?? leg.amount };
}

export function buy(change: Partial<LegMoney>): LegMoney {
  return sell({ side: 'buy', payer: 'operator', payee: 's1', ...change });
}

export function rated(legs: LegMoney[], change: Partial<RatedMoney> = {}): RatedMoney {
  return { kind: 'rated', correctsRatedId: null, rerateRunId: null, legs, ...change };
}

export function fxOf(rate: string, rateDate: string): Fx {
  const evidence = { from: 'USD', to: 'EUR', rate, rateDate, source: 'ecb', rule: 'event', spreadPercent: null };
  return { ...evidence, base: 'EUR', fromPerBase: '1', toPerBase: rate, provisional: false };
}

/** Amounts around every edge: nothing, one nano-unit, usual prices, more than a double holds exactly. */
export const amounts = fc.oneof(
  fc.constantFrom(0n, 1n, 10_500_000n),
  fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }),
);

const legs = fc
  .record({
    side: fc.constantFrom('sell' as const, 'buy' as const),
    action: fc.constantFrom('hold' as const, 'settle' as const, 'release' as const, 'reverse' as const),
    payer: fc.constantFrom('acme', 'reseller', 'operator'),
    payee: fc.constantFrom('operator', 'reseller', 's1', 's2'),
    amount: amounts,
    accountAmount: amounts,
    currency: fc.constantFrom('EUR', 'USD'),
    accountCurrency: fc.constantFrom('EUR', 'GBP', ''),
    heldAmount: amounts,
    heldAmountFreed: amounts,
  })
  .map((leg): LegMoney => (leg.currency === leg.accountCurrency ? { ...leg, accountAmount: leg.amount } : leg));

export const events = fc.record({
  kind: fc.constantFrom('rated', 'noted', 'adjustment', 'reversal', 'unrated'),
  correctsRatedId: fc.constantFrom(null, 'r1'),
  rerateRunId: fc.constantFrom(null, 'run'),
  legs: fc.array(legs, { maxLength: 5 }),
});
