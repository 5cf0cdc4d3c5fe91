import type { Limits, Status } from '@ratestream/ledger';
import { ownChange, rowChanges } from '../src/status/status-changes.js';
import type { OwnChange } from '../src/status/status-changes.js';
import type { StatusRow } from '../src/status/status.store.js';

const limits: Limits = { creditLimit: 0n, warnBelow: 10n, closed: false };
const NOW = 1_000;

function row(accountId: string, chain: readonly string[], change: Partial<StatusRow> = {}): StatusRow {
  const status = { own: 'active', status: 'active', causedBy: null } as const;
  return { accountId, chain, currency: 'EUR', limits, catalogPosition: 5, version: 7, ...status, ...change };
}

function treeOf(...rows: StatusRow[]): Map<string, StatusRow> {
  return new Map(rows.map((each) => [each.accountId, each]));
}

const root = row('root', ['root']);
const reseller = row('r1', ['r1', 'root']);
const customer = row('acme', ['acme', 'r1', 'root']);
const neighbour = row('r2', ['r2', 'root']);

function becomes(of: StatusRow, own: Status, before: Status | null = of.own): OwnChange {
  return {
    known: { id: of.accountId, chain: of.chain, currency: of.currency },
    limits,
    catalogPosition: 5,
    own,
    before,
  };
}

describe('own status of an account that moved', () => {
  const known = { id: 'acme', chain: customer.chain, currency: 'EUR', limits };
  const moved = (balance: bigint, byCorrectionOnly = false) => {
    return { accountId: 'acme', position: { balance, held: 0n }, byCorrectionOnly };
  };

  test('a movement that crosses nothing changes nothing', () => {
    expect(ownChange(moved(50n), customer, known, 5)).toBeNull();
  });

  test('a movement below the line warns', () => {
    expect(ownChange(moved(9n), customer, known, 5)).toMatchObject({ own: 'warned', before: 'active' });
  });

  test('the first movement makes the row', () => {
    expect(ownChange(moved(50n), undefined, known, 5)).toMatchObject({
      own: 'active',
      before: null,
      catalogPosition: 5,
    });
  });

  test.each([
    ['newer: its limits count', 6, 100n, 'active', 6],
    ['older: the row’s limits count', 4, 100n, 'suspended', 5],
  ])('a view of the catalog that is %s', (_name, position, creditLimit, own, expected) => {
    const seen = { ...known, limits: { ...limits, creditLimit } };
    expect(ownChange(moved(-5n), customer, seen, position)).toMatchObject({ own, catalogPosition: expected });
  });

  test('a lower limit suspends even where only a correction moved the account', () => {
    const rich = row('acme', customer.chain, { limits: { ...limits, creditLimit: 100n } });
    expect(ownChange(moved(-5n, true), rich, known, 6)).toMatchObject({ own: 'suspended' });
    expect(ownChange(moved(-5n, true), rich, { ...known, limits: rich.limits }, 6)).toBeNull();
  });
});

describe('rows of a tree', () => {
  test('one record for each account of the subtree, and for none beside it', () => {
    const changes = rowChanges([becomes(reseller, 'suspended')], treeOf(root, reseller, customer, neighbour), NOW);
    expect(changes.map(({ row: r, publish }) => [r.accountId, r.own, r.status, r.causedBy, publish])).toEqual([
      ['r1', 'suspended', 'suspended', null, true],
      ['acme', 'active', 'suspended', 'r1', true],
    ]);
  });

  test('an account that is worse by itself is not written when its ancestor changes', () => {
    const worse = { ...customer, own: 'suspended', status: 'suspended' } as const;
    const changes = rowChanges([becomes(reseller, 'warned')], treeOf(root, reseller, worse), NOW);
    expect(changes.map(({ row: r }) => r.accountId)).toEqual(['r1']);
  });

  test('what an ancestor caused ends when it is active again', () => {
    const blocked = { ...customer, status: 'suspended', causedBy: 'r1' } as const;
    const suspended = { ...reseller, own: 'suspended', status: 'suspended' } as const;
    const [, below] = rowChanges([becomes(suspended, 'active')], treeOf(root, suspended, blocked), NOW);
    expect(below?.row).toMatchObject({ accountId: 'acme', status: 'active', causedBy: null });
  });

  test('other limits with the same status are kept and published to nobody', () => {
    const change = { ...becomes(reseller, 'active'), limits: { ...limits, creditLimit: 5n }, catalogPosition: 9 };
    expect(rowChanges([change], treeOf(root, reseller, customer), NOW)).toEqual([
      { row: { ...reseller, limits: change.limits, catalogPosition: 9 }, publish: false },
    ]);
  });

  test('two accounts of one tree in one batch', () => {
    const changes = rowChanges(
      [becomes(root, 'warned'), becomes(customer, 'suspended')],
      treeOf(root, reseller, customer),
      NOW,
    );
    expect(changes.map(({ row: r }) => [r.accountId, r.status, r.causedBy])).toEqual([
      ['root', 'warned', null],
      ['r1', 'warned', 'root'],
      ['acme', 'suspended', null],
    ]);
  });

  test.each([
    [7, NOW, NOW],
    [NOW, NOW, NOW + 1],
    [NOW + 5, NOW, NOW + 6],
  ])('version %i at clock %i becomes %i: it rises, also over a rebuild', (version, clock, expected) => {
    const [change] = rowChanges([becomes(reseller, 'warned')], treeOf({ ...reseller, version }), clock);
    expect(change?.row.version).toBe(expected);
  });
});
