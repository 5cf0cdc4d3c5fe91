import { effectiveStatus, ownStatus } from '../src/status.js';
import type { Status } from '../src/status.js';
import { LARGEST_COMMAND, decideCommand } from '../src/command.js';
import type { BalanceCommand } from '../src/command.js';

const limits = { creditLimit: 0n, warnBelow: 10n, closed: false };

describe('status of an account by itself', () => {
  test.each([
    // available, expected
    [11n, 'active'],
    [10n, 'active'],
    [9n, 'warned'],
    [1n, 'warned'],
    [0n, 'suspended'],
    [-1n, 'suspended'],
  ])('%s available is %s', (balance, expected) => {
    expect(ownStatus(limits, { balance, held: 0n }, 'active')).toBe(expected);
  });

  test('holds take from what is available, the credit limit adds to it', () => {
    expect(ownStatus(limits, { balance: 10n, held: 10n }, 'active')).toBe('suspended');
    expect(ownStatus({ ...limits, creditLimit: 1n }, { balance: 10n, held: 10n }, 'active')).toBe('warned');
  });

  test('without a warning line an account is active until nothing is left', () => {
    expect(ownStatus({ ...limits, warnBelow: null }, { balance: 1n, held: 0n }, 'suspended')).toBe('active');
  });

  test('a closed account is suspended whatever it owns', () => {
    expect(ownStatus({ ...limits, closed: true }, { balance: 99n, held: 0n }, 'active')).toBe('suspended');
  });

  test.each([
    ['active', 10n, 'warned'],
    ['active', null, 'active'],
    ['suspended', 10n, 'suspended'],
  ] as const)('a correction alone leaves %s (warning at %s) at %s', (before, warnBelow, expected) => {
    expect(ownStatus({ ...limits, warnBelow }, { balance: -5n, held: 0n }, before, true)).toBe(expected);
  });
});

describe('effective status', () => {
  const own = (statuses: Record<string, Status>) => (id: string) => statuses[id] ?? 'active';

  test.each([
    ['own only', { acme: 'warned' }, { status: 'warned', own: 'warned', causedBy: null }],
    ['the worse parent', { acme: 'warned', r1: 'suspended' }, { status: 'suspended', own: 'warned', causedBy: 'r1' }],
    [
      'equal: its own',
      { acme: 'suspended', r1: 'suspended' },
      { status: 'suspended', own: 'suspended', causedBy: null },
    ],
    [
      'the nearest of equals',
      { r1: 'suspended', root: 'suspended' },
      { status: 'suspended', own: 'active', causedBy: 'r1' },
    ],
    [
      'the worst, however far',
      { r1: 'warned', root: 'suspended' },
      { status: 'suspended', own: 'active', causedBy: 'root' },
    ],
  ] as [string, Record<string, Status>, object][])('%s', (_name, statuses, expected) => {
    expect(effectiveStatus(['acme', 'r1', 'root'], own(statuses))).toEqual(expected);
  });
});

describe('commands', () => {
  const topUp: BalanceCommand = {
    kind: 'top_up',
    accountId: 'acme',
    parentId: 'r1',
    currency: 'EUR',
    partition: 2,
    closed: false,
    amount: 50n,
  };

  test("a top-up credits the account against its parent's cash; the parent's balance does not move", () => {
    expect(decideCommand(topUp)).toEqual([
      { account: { code: 'balance/acme', currency: 'EUR', sub: 0 }, kind: 'top_up', amount: 50n },
      { account: { code: 'cash/r1', currency: 'EUR', sub: 2 }, kind: 'top_up', amount: -50n },
    ]);
  });

  test('a root payer stands against the operator; an adjustment may debit', () => {
    expect(decideCommand({ ...topUp, kind: 'adjustment', parentId: null, amount: -3n })).toEqual([
      { account: { code: 'balance/acme', currency: 'EUR', sub: 0 }, kind: 'adjustment', amount: -3n },
      { account: { code: 'adjustment/operator', currency: 'EUR', sub: 2 }, kind: 'adjustment', amount: 3n },
    ]);
  });

  test.each([
    [{ amount: 0n }, 'amount_not_positive'],
    [{ amount: -1n }, 'amount_not_positive'],
    [{ kind: 'adjustment', amount: 0n }, 'amount_zero'],
    [{ amount: LARGEST_COMMAND + 1n }, 'amount_too_large'],
    [{ kind: 'adjustment', amount: -LARGEST_COMMAND - 1n }, 'amount_too_large'],
    [{ closed: true }, 'account_closed'],
  ] as [Partial<BalanceCommand>, string][])('%j is refused: %s', (change, refusal) => {
    expect(decideCommand({ ...topUp, ...change })).toBe(refusal);
  });

  test('a closed account can still be put straight', () => {
    expect(decideCommand({ ...topUp, kind: 'adjustment', closed: true })).toHaveLength(2);
  });
});
