import { LedgerInvariantError, assertBalanced, heldMoveOf, postingsOf } from '../src/posting.js';
import { parseLedgerCode } from '../src/ledger-account.js';
import { buy, sell } from './builders.js';

describe('postings of a leg', () => {
  test('a sell leg debits the balance of the payer and credits the revenue of the payee, in its partition', () => {
    expect(postingsOf(sell({ amount: 10_500_000n }), 'rated', 3)).toEqual([
      { account: { code: 'balance/acme', currency: 'EUR', sub: 0 }, kind: 'usage', amount: -10_500_000n },
      { account: { code: 'revenue/operator', currency: 'EUR', sub: 3 }, kind: 'usage', amount: 10_500_000n },
    ]);
  });

  test("a sell leg is posted in the payer's currency", () => {
    const leg = sell({ amount: 100n, currency: 'USD', accountAmount: 90n, accountCurrency: 'EUR' });
    expect(postingsOf(leg, 'rated', 0).map((p) => [p.account.currency, p.amount])).toEqual([
      ['EUR', -90n],
      ['EUR', 90n],
    ]);
  });

  test("a buy leg debits cost and credits the supplier, in the supplier's currency", () => {
    const leg = buy({ amount: 70n, currency: 'USD', accountAmount: 60n, accountCurrency: 'EUR' });
    expect(postingsOf(leg, 'rated', 5)).toEqual([
      { account: { code: 'cost/operator', currency: 'EUR', sub: 5 }, kind: 'usage', amount: -60n },
      { account: { code: 'payable/s1', currency: 'EUR', sub: 5 }, kind: 'usage', amount: 60n },
    ]);
  });

  test.each([
    ['rated', 'settle', 'usage'],
    ['adjustment', 'settle', 'period'],
    ['rated', 'reverse', 'reversal'],
    ['reversal', 'reverse', 'reversal'],
  ] as const)('in a %s event, %s is %s on the statement', (kind, action, expected) => {
    expect(postingsOf(sell({ action, amount: 1n }), kind, 0)[0]?.kind).toBe(expected);
  });

  test('a hold moves no money, and is freed to zero by the event that settles it', () => {
    const hold = sell({ action: 'hold', heldAmount: 500n });
    expect(postingsOf(hold, 'rated', 0)).toEqual([]);
    expect(heldMoveOf(hold, 0)).toEqual({ account: { code: 'balance/acme', currency: 'EUR', sub: 0 }, amount: 500n });
    expect(heldMoveOf(sell({ amount: 450n, heldAmountFreed: 500n }), 0)?.amount).toBe(-500n);
  });

  test('a held buy leg is expected cost at the supplier', () => {
    expect(heldMoveOf(buy({ action: 'hold', heldAmount: 7n }), 2)?.account).toEqual({
      code: 'payable/s1',
      currency: 'EUR',
      sub: 2,
    });
  });

  test('an unrated leg has no currency and moves nothing', () => {
    const leg = sell({ action: 'unrated', currency: '', accountCurrency: '' });
    expect(postingsOf(leg, 'unrated', 0)).toEqual([]);
    expect(heldMoveOf(leg, 0)).toBeNull();
  });

  test.each([
    ['an amount without a currency', sell({ amount: 1n, currency: '', accountCurrency: '' })],
    ['a hold without a currency', sell({ heldAmount: 1n, currency: '', accountCurrency: '' })],
    ['two amounts in one currency', sell({ amount: 1n, accountAmount: 2n })],
  ])('%s stops the reader', (_name, leg) => {
    expect(() => (postingsOf(leg, 'rated', 0), heldMoveOf(leg, 0))).toThrow(LedgerInvariantError);
  });
});

test('postings that do not balance are refused with the currency and the difference', () => {
  const [one] = postingsOf(sell({ amount: 5n }), 'rated', 0);
  expect(() => assertBalanced(one === undefined ? [] : [one])).toThrow(/EUR do not balance: -5/);
});

test('the code of a party keeps any character of its id', () => {
  expect(parseLedgerCode('payable/a/b c')).toEqual({ kind: 'payable', party: 'a/b c' });
  expect(parseLedgerCode('other/x')).toBeNull();
});
