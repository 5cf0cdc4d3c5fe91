import { silentLogger } from '@ratestream/observability';
import { LimitFollower } from '../src/status/limit-follower.js';
import { directoryOf } from '../src/status/account-limits.js';
import { Books } from './support/books.js';
import { TestCatalog, account } from './support/catalog.js';
import { ratedEvent, record, sellLeg } from './support/rated.js';

const EUR = 1_000_000_000n;
let catalog: TestCatalog;
let books: Books;
let offset: number;

beforeEach(async () => {
  offset = 0;
  catalog = new TestCatalog()
    .say('AccountOpened', account('r1', { creditLimit: '100' }))
    .say('AccountOpened', account('acme', { parentId: 'r1', creditLimit: '50', warnBelow: '20' }))
    .say('AccountOpened', account('shop', { parentId: 'acme', creditLimit: '10' }))
    .say('AccountOpened', account('other', { creditLimit: '10' }));
  books = await Books.open(catalog);
}, 180_000);
afterEach(() => books.close());

function follower(): LimitFollower {
  const ports = {
    transaction: <T>(fn: Parameters<Books['transaction']>[0]) => books.transaction(fn) as Promise<T>,
    partitionOf: (id: string) => catalog.view.partitionOf(catalog.view.rootPayerOf(id) ?? ''),
    accountsOf: () => catalog.view.accounts.keys(),
    nowMs: () => books.nowMs,
  };
  return new LimitFollower(ports, directoryOf(catalog.view), books.keeper, books.news, silentLogger());
}

async function spend(payer: string, amount: bigint, change = {}): Promise<void> {
  const applier = books.applier();
  await applier.apply(0, [record(0, offset++, ratedEvent([sellLeg(payer, 'operator', amount)], change))]);
}

/** Publishes the first record of every account. */
async function sweep(): Promise<void> {
  const follows = follower();
  follows.assigned(0);
  await follows.settled();
}

const statuses = async (from = 0) =>
  (await books.published()).statuses.slice(from).map((s) => [s.account, s.status, s.ownStatus, s.causedBy]);
const crossings = async () =>
  (await books.published()).events.filter((e) => e.type === 'LimitCrossed').map((e) => [e.account, e.reason]);

describe('statuses', () => {
  test('every account is published once when it is seen first, and a second sweep publishes nothing', async () => {
    catalog.say('AccountOpened', account('empty'));
    await sweep();
    await sweep();
    expect((await statuses()).sort()).toEqual([
      ['acme', 'active', 'active', null],
      ['empty', 'suspended', 'suspended', null],
      ['other', 'active', 'active', null],
      ['r1', 'active', 'active', null],
      ['shop', 'active', 'active', null],
    ]);
    expect(await crossings()).toEqual([]);
  });

  test('a crossing fires once: one record for each account of the subtree, and one event', async () => {
    await sweep();
    await spend('acme', 30n * EUR); // exactly at the line: not below
    expect(await statuses(4)).toEqual([]);
    await spend('acme', 1n);
    await spend('acme', 1n);
    expect((await statuses(4)).sort()).toEqual([
      ['acme', 'warned', 'warned', null],
      ['shop', 'warned', 'active', 'acme'],
    ]);
    expect(await crossings()).toEqual([['acme', 'warned']]);
    await spend('acme', 20n * EUR - 2n); // nothing is left
    expect((await statuses(6)).sort()).toEqual([
      ['acme', 'suspended', 'suspended', null],
      ['shop', 'suspended', 'active', 'acme'],
    ]);
    expect(await crossings()).toEqual([
      ['acme', 'warned'],
      ['acme', 'suspended'],
    ]);
  });

  test('a top-up lifts it again, with a higher version each time', async () => {
    await sweep();
    await spend('acme', 50n * EUR);
    await books.commands.handle(topUp('acme', 30n * EUR, 'k1'));
    const { statuses: all } = await books.published();
    const acme = all.filter(({ account: id }) => id === 'acme');
    expect(acme.map(({ status, available }) => [status, available])).toEqual([
      ['active', 50n * EUR],
      ['suspended', 0n],
      ['active', 30n * EUR],
    ]);
    const versions = acme.map(({ version }) => version);
    expect([...versions].sort((a, b) => a - b)).toEqual(versions);
    expect(new Set(versions).size).toBe(3);
  });

  test('a hold suspends, its release lifts', async () => {
    await sweep();
    await spend('other', 0n, { legs: [sellLeg('other', 'operator', 0n, { action: 'hold', heldAmount: 10n * EUR })] });
    await spend('other', 0n, { legs: [sellLeg('other', 'operator', 0n, { action: 'release', heldAmountFreed: 1n })] });
    expect(await crossings()).toEqual([
      ['other', 'suspended'],
      ['other', 'active'],
    ]);
  });

  test('a correction alone never suspends, the next usage does', async () => {
    await sweep();
    await spend('other', 11n * EUR, { correctsRatedId: 'some' });
    await sweep();
    expect(await crossings()).toEqual([]);
    await spend('other', 1n);
    expect(await crossings()).toEqual([['other', 'suspended']]);
  });

  test('a changed limit moves the status without any movement, also while nobody watched', async () => {
    await sweep();
    await spend('other', 5n * EUR);
    catalog.say('AccountChanged', account('other', { creditLimit: '5' }));
    await sweep();
    expect(await crossings()).toEqual([['other', 'suspended']]);
    catalog.say('AccountChanged', account('other', { creditLimit: '6' }));
    await sweep();
    catalog.say('AccountClosed', { id: 'other' });
    await sweep();
    expect(await crossings()).toEqual([
      ['other', 'suspended'],
      ['other', 'active'],
      ['other', 'suspended'],
    ]);
  });

  test('an account that spends before it was ever swept gets its record with its first movement', async () => {
    await spend('acme', 45n * EUR);
    expect(await statuses()).toEqual([['acme', 'warned', 'warned', null]]);
    await sweep();
    expect((await statuses(1)).sort()).toEqual([
      ['other', 'active', 'active', null],
      ['r1', 'active', 'active', null],
      ['shop', 'warned', 'active', 'acme'],
    ]);
  });

  test('a parent and its child that cross at the same moment: neither undoes the other', async () => {
    await sweep();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let reached = (): void => undefined;
    const atCommit = new Promise<void>((resolve) => (reached = resolve));
    books.beforeCommit = () => (reached(), held);
    const parent = spend('r1', 100n * EUR);
    await atCommit;
    books.beforeCommit = () => undefined;
    const child = books.commands.handle({
      ...topUp('acme', 1n, 'k'),
      command: { ...topUp('acme', 1n, 'k').command, kind: 'adjustment', amount: -40n * EUR },
    });
    await new Promise((resolve) => setTimeout(resolve, 300)); // long enough for the child to do all that nothing stops
    release();
    await Promise.all([parent, child]);
    const last = new Map((await statuses(4)).map((row) => [row[0], row]));
    expect(last.get('r1')).toEqual(['r1', 'suspended', 'suspended', null]);
    expect(last.get('acme')).toEqual(['acme', 'suspended', 'warned', 'r1']);
  });

  test('two trees, the sweep and commands at once: no deadlock, and every status is the one its balance asks for', async () => {
    await sweep();
    const applier = books.applier();
    const stream = Array.from({ length: 60 }, (_, at) => {
      const payers = ['other', 'shop', 'acme', 'r1'];
      return record(
        0,
        at,
        ratedEvent(
          payers.map((payer) => sellLeg(payer, 'operator', EUR)),
          {},
        ),
      );
    });
    const spending = (async () => {
      for (const each of stream) await applier.apply(0, [each]);
    })();
    const topUps = ['r1', 'acme', 'shop', 'other'].map(async (id) => {
      for (let n = 0; n < 25; n++) await books.commands.handle(topUp(id, 2n * EUR, `${id}-${n}`));
    });
    const sweeps = (async () => {
      for (let n = 0; n < 10; n++) {
        catalog.say('AccountChanged', account('other', { creditLimit: String(5 + n) }));
        await sweep();
      }
    })();
    await Promise.all([spending, ...topUps, sweeps]);

    const { rows } = await books.pool.query<{ account_id: string; own_status: string; status: string; left: string }>(
      `select s.account_id, s.own_status, s.status, a.balance - a.held + s.credit_limit as left from account_status s
       join ledger_account a on a.code = 'balance/' || s.account_id order by 1`,
    );
    expect(rows.map((row) => [row.account_id, row.own_status, row.status, Number(row.left)])).toEqual([
      ['acme', 'active', 'active', 40],
      ['other', 'active', 'active', 4],
      ['r1', 'active', 'active', 90],
      ['shop', 'suspended', 'suspended', 0],
    ]);
  });
});

function topUp(accountId: string, amount: bigint, idempotencyKey: string) {
  return {
    command: { kind: 'top_up', accountId, parentId: null, currency: 'EUR', partition: 0, closed: false, amount },
    reason: 'bank transfer',
    reference: 'R-1',
    scope: 'operator',
    author: 'key-1',
    idempotencyKey,
    requestHash: `${accountId} ${amount}`,
  } as const;
}
