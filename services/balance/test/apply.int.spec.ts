import { LostOffsetError } from '@ratestream/postgres';
import type { InRecord } from '@ratestream/kafka';
import { readStatement } from '../src/accounts/statement.store.js';
import { statementBody } from '../src/accounts/statement.view.js';
import { readTrialBalance } from '../src/books/books.store.js';
import { Books } from './support/books.js';
import { TestCatalog, account } from './support/catalog.js';
import { NOON_MS, buyLeg, ratedEvent, record, sellLeg } from './support/rated.js';

let books: Books;

beforeEach(async () => {
  const catalog = new TestCatalog()
    .say('AccountOpened', account('r1', { creditLimit: '1000' }))
    .say('AccountOpened', account('acme', { parentId: 'r1', creditLimit: '100' }))
    .say('AccountOpened', account('other', { partition: 1, creditLimit: '100' }));
  books = await Books.open(catalog);
}, 180_000);
afterEach(() => books.close());

/** acme pays r1, r1 pays the operator, the operator pays s1: held at first, settled at the second event. */
function life(partition: number, count: number, payer = 'acme', root = 'r1'): InRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const unit = BigInt(index + 1);
    const legs =
      index % 2 === 0
        ? [sellLeg(payer, root, 0n, { action: 'hold', heldAmount: 2n * unit }), buyLeg('s1', unit)]
        : [sellLeg(payer, root, unit, { heldAmountFreed: 2n * (unit - 1n) }), sellLeg(root, 'operator', unit)];
    // Every third offset is a control record's.
    return record(partition, index + Math.floor(index / 2), ratedEvent(legs, { rootPayer: root }));
  });
}

const balanceOf = async (id: string): Promise<[string, string]> => {
  const { rows } = await books.pool.query<{ balance: string; held: string }>(
    'select balance, held from ledger_account where code = $1',
    [`balance/${id}`],
  );
  return [rows[0]?.balance ?? 'none', rows[0]?.held ?? 'none'];
};

describe('several currencies', () => {
  const fx = {
    ...{ from: 'EUR', to: 'USD', rate: '1.1684', rateDate: '2026-04-13', source: 'ecb', rule: 'event', base: 'EUR' },
    ...{ fromPerBase: '1', toPerBase: '1.1684', spreadPercent: null, provisional: false },
  };
  const sterling = { ...fx, to: 'GBP', rate: '0.87058', toPerBase: '0.87058' };

  test('the account is debited and the supplier owed in their own, and the statement says by which rate', async () => {
    books.catalog.say('AccountOpened', account('dollar', { currency: 'USD', creditLimit: '1', warnBelow: '0.99' }));
    const usd = { currency: 'EUR', accountCurrency: 'USD', fx };
    const sold = sellLeg('dollar', 'operator', 10_000_000n, { ...usd, accountAmount: 11_684_000n });
    const bought = buyLeg('s1', 7_000_000n, { accountCurrency: 'GBP', accountAmount: 6_094_060n, fx: sterling });
    const held = sellLeg('dollar', 'operator', 0n, { ...usd, action: 'hold', heldAmount: 23_368_000n });
    const event = ratedEvent([sold, bought, held], { rootPayer: 'dollar' });
    await books.applier().apply(0, [record(0, 0, event)]);
    const { accounts } = await books.state();
    expect(accounts).toMatchObject([
      { code: 'balance/dollar', currency: 'USD', balance: '-0.011684000', held: '0.023368000' },
      { code: 'cost/operator', currency: 'GBP', balance: '-0.006094060' },
      { code: 'payable/s1', currency: 'GBP', balance: '0.006094060' },
      { code: 'revenue/operator', currency: 'USD', balance: '0.011684000' },
    ]);
    const { statuses } = await books.published();
    expect(statuses).toMatchObject([{ account: 'dollar', currency: 'USD', status: 'warned', available: 964_948_000n }]);
    const period = { from: new Date(0), to: new Date(NOON_MS + 1), after: null, limit: 10 };
    const statement = await books.snapshot((tx) =>
      readStatement(tx, { accountId: 'dollar', currency: 'USD', ...period }),
    );
    expect(statement.entries).toMatchObject([
      { kind: 'usage', amount: -11_684_000n, converted: { amount: -10_000_000n, currency: 'EUR', fx } },
    ]);
    const body = statementBody(
      account('dollar', { currency: 'USD' }),
      { from: new Date(0), to: new Date(NOON_MS + 1), limit: 10 },
      statement,
      { sees: () => true } as unknown as Parameters<typeof statementBody>[3],
    );
    expect(body.items).toMatchObject([
      { amount: '-0.011684', balance: '-0.011684', card: { amount: '-0.01', currency: 'EUR' }, fx },
    ]);
  });

  test('two rates in one batch are two lines, and the day has both', async () => {
    const later = { ...fx, rate: '1.2', rateDate: '2026-04-14', toPerBase: '1.2' };
    const usd = { currency: 'EUR', accountCurrency: 'USD' };
    const legs = [
      sellLeg('acme', 'r1', 10n, { ...usd, accountAmount: 12n, fx: later }),
      sellLeg('acme', 'r1', 100n, { ...usd, accountAmount: 117n, fx }),
      sellLeg('acme', 'r1', 1n),
    ];
    await books.applier().apply(0, [record(0, 0, ratedEvent(legs))]);
    const { days } = await books.state();
    expect(days).toMatchObject([
      { code: 'balance/acme', kind: 'usage', amount: '-0.000000001', legs: '1' },
      { code: 'balance/acme', kind: 'usage', amount: '-0.000000129', legs: '2' },
      { code: 'revenue/r1', kind: 'usage', amount: '0.000000001', legs: '1' },
      { code: 'revenue/r1', kind: 'usage', amount: '0.000000129', legs: '2' },
    ]);
    // What it has in another currency than its own decides nothing about an account.
    const { statuses } = await books.published();
    expect(statuses).toMatchObject([{ account: 'acme', currency: 'EUR', available: 99_999_999_999n }]);
  });
});

describe('one batch', () => {
  test('posts both sides of every leg, holds and block totals', async () => {
    await books.applier().apply(0, life(0, 4));
    const { accounts, blocks, offsets } = await books.state();
    expect(accounts).toMatchObject([
      { code: 'balance/acme', sub: 0, balance: '-0.000000006', held: '0.000000000' },
      { code: 'balance/r1', sub: 0, balance: '-0.000000006', held: '0.000000000' },
      { code: 'cost/operator', sub: 0, balance: '-0.000000004' },
      { code: 'payable/s1', sub: 0, balance: '0.000000004' },
      { code: 'revenue/operator', sub: 0, balance: '0.000000006' },
      { code: 'revenue/r1', sub: 0, balance: '0.000000006' },
    ]);
    expect(blocks).toMatchObject([
      { block: '0', currency: 'EUR', action: 'hold', legs: '2', held_amount: '0.000000008' },
      {
        block: '0',
        currency: 'EUR',
        action: 'settle',
        legs: '6',
        amount: '0.000000016',
        held_amount_freed: '0.000000008',
      },
    ]);
    expect(offsets).toEqual([{ partition: 0, next_offset: '5' }]);
  });

  test('is one entry per account and kind, which names its offsets', async () => {
    await books.applier().apply(0, life(0, 4));
    await books.applier().apply(0, life(0, 8).slice(4));
    const statement = await books.snapshot((tx) =>
      readStatement(tx, {
        accountId: 'acme',
        currency: 'EUR',
        from: new Date(0),
        to: new Date(NOON_MS + 1),
        after: null,
        limit: 10,
      }),
    );
    expect(statement.entries.map(({ kind, amount, legs, range }) => ({ kind, amount, legs, range }))).toEqual([
      { kind: 'usage', amount: -6n, legs: 2, range: { partition: 0, from: 0, to: 5 } },
      { kind: 'usage', amount: -14n, legs: 2, range: { partition: 0, from: 5, to: 11 } },
    ]);
  });

  test('keeps every currency at zero, and every balance at the sum of its journal', async () => {
    await Promise.all([books.applier().apply(0, life(0, 50)), books.applier().apply(1, life(1, 50, 'other', 'other'))]);
    const lines = await books.snapshot(readTrialBalance);
    expect(lines.every(({ balance, journal }) => balance === journal)).toBe(true);
    const sum = await books.pool.query<{ sum: string }>('select sum(balance) from ledger_account');
    expect(Number(sum.rows[0]?.sum)).toBe(0);
  });

  test('that is lost leaves no trace, and is applied when it comes again', async () => {
    const whole = life(0, 20);
    const applier = books.applier();
    await applier.apply(0, whole.slice(0, 10));
    const before = await books.state();
    books.beforeCommit = () => Promise.reject(new Error('killed'));
    await expect(applier.apply(0, whole.slice(10))).rejects.toThrow('killed');
    expect(await books.state()).toEqual(before);
    books.beforeCommit = () => undefined;
    await applier.position(0);
    await applier.apply(0, whole.slice(10));
    expect(await balanceOf('acme')).toEqual(['-0.000000110', '0.000000000']);
  });

  test('whose connection is cut in the middle is lost whole', async () => {
    const applier = books.applier();
    books.beforeCommit = async (tx) => void (await tx.query('select pg_terminate_backend(pg_backend_pid())'));
    await expect(applier.apply(0, life(0, 10))).rejects.toThrow();
    books.beforeCommit = () => undefined;
    expect((await books.state())['accounts']).toEqual([]);
    await applier.position(0);
    await applier.apply(0, life(0, 10));
    expect(await balanceOf('acme')).toEqual(['-0.000000030', '0.000000000']);
  });

  test('waits for the catalog position of its events', async () => {
    const waited: number[] = [];
    const applier = books.applier({ waitForCatalog: (position) => Promise.resolve(void waited.push(position)) });
    const events = [7, 9, 8].map((catalogPosition, offset) =>
      record(0, offset, ratedEvent([sellLeg('acme', 'r1', 1n)], { catalogPosition })),
    );
    await applier.apply(0, events);
    expect(waited).toEqual([9]);
  });

  test('with an amount that has no currency stops the reader and writes nothing', async () => {
    const bad = record(0, 1, ratedEvent([sellLeg('acme', 'r1', 5n, { currency: '', accountCurrency: '' })]));
    await expect(books.applier().apply(0, [...life(0, 1), bad])).rejects.toThrow(/has an amount and no currency/);
    expect((await books.state())['accounts']).toEqual([]);
  });
});

describe('twice is once', () => {
  test('however the stream is cut, repeated and replayed, the books are the same', async () => {
    const stream = life(0, 60);
    const other = await Books.open(books.catalog);
    try {
      await books.applier().apply(0, stream);
      const applier = other.applier();
      for (let at = 0; at < stream.length; at += 7) await applier.apply(0, stream.slice(Math.max(0, at - 5), at + 7));
      await other.applier().apply(0, stream);
      expect(await other.state()).toEqual(await books.state());
    } finally {
      await other.close();
    }
  });

  test('a batch over midnight is cut there, so a day’s sums never depend on batches', async () => {
    const midnight = Date.UTC(2026, 4, 2);
    const stream = life(0, 10).map((each, index) => ({ ...each, appendedAt: midnight - 5 + index }));
    await books.applier().apply(0, stream);
    const other = await Books.open(books.catalog);
    try {
      const applier = other.applier();
      for (const each of stream) await applier.apply(0, [each]);
      expect(await other.state()).toEqual(await books.state());
      expect(new Set((await other.state())['days']?.map((row) => (row as { day: string }).day)).size).toBe(2);
    } finally {
      await other.close();
    }
  });

  test('of two processes on one partition the second loses its whole transaction', async () => {
    const stream = life(0, 30);
    const [first, second] = [books.applier(), books.applier()];
    await first.position(0);
    await second.position(0);
    const results = await Promise.allSettled([first.apply(0, stream), second.apply(0, stream)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((result) => result.status === 'rejected')?.reason).toBeInstanceOf(LostOffsetError);
    expect(await balanceOf('acme')).toEqual(['-0.000000240', '0.000000000']);
  });

  test('two processes that fight for one partition until the end apply each record once', async () => {
    const stream = life(0, 80);
    const fight = async (step: number): Promise<void> => {
      const applier = books.applier();
      for (;;) {
        const position = (await applier.position(0)) ?? 0;
        const rest = stream.filter(({ offset }) => offset >= position);
        if (rest.length === 0) return;
        await applier.apply(0, rest.slice(0, step)).catch((error: unknown) => {
          if (!(error instanceof LostOffsetError)) throw error;
        });
      }
    };
    await Promise.all([fight(3), fight(5), fight(8)]);
    const alone = await Books.open(books.catalog);
    try {
      await alone.applier().apply(0, stream);
      expect(await books.state()).toEqual(await alone.state());
    } finally {
      await alone.close();
    }
  });

  test('nothing in the journal can be changed', async () => {
    await books.applier().apply(0, life(0, 2));
    await expect(books.pool.query('update journal_entry set amount = 0')).rejects.toThrow(/append-only/);
    await expect(books.pool.query('delete from journal_entry')).rejects.toThrow(/append-only/);
    await expect(books.pool.query('truncate journal_entry')).rejects.toThrow(/append-only/);
  });
});
