import fc from 'fast-check';
import { BatchFold } from '../src/batch-fold.js';
import type { BatchMoves, RatedMoney } from '../src/batch-fold.js';
import { freshRange, splitByDay } from '../src/offset-range.js';
import { heldMoveOf, postingsOf } from '../src/posting.js';
import type { Fx } from '@ratestream/events';
import { buy, events, fxOf, rated, sell } from './builders.js';

interface Stored {
  offset: number;
  event: RatedMoney;
}

function fold(records: readonly Stored[], partition = 0): BatchMoves {
  const batch = new BatchFold(partition);
  for (const { offset, event } of records) batch.add(offset, event);
  return batch.result();
}

/** The books as PostgreSQL keeps them: sums per key, and a position that guards them. */
class Books {
  position = 0;
  readonly sums = new Map<string, bigint>();

  deliver(records: readonly Stored[]): this {
    const range = freshRange(records, this.position);
    if (range === null) return this;
    const { moves, blocks } = fold(range.records);
    for (const { account, amount, held, entries } of moves) {
      const row = `${account.code} ${account.currency} ${account.sub}`;
      this.add(`${row} balance`, amount);
      this.add(`${row} held`, held);
      for (const entry of entries) {
        this.add(`${row} ${entry.kind}`, entry.amount);
        this.add(`${row} ${entry.kind} legs`, BigInt(entry.legs));
      }
    }
    for (const { block, currency, action, ...totals } of blocks)
      for (const [name, value] of Object.entries(totals))
        this.add(`block ${block} ${currency} ${action} ${name}`, BigInt(value));
    this.position = range.to;
    return this;
  }

  state(): [string, bigint][] {
    return [...this.sums].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private add(key: string, amount: bigint): void {
    this.sums.set(key, (this.sums.get(key) ?? 0n) + amount);
  }
}

function next(sizes: Iterator<number>): number {
  const step = sizes.next();
  return step.done === true ? 0 : step.value;
}

/** Offsets with gaps, as control records leave them, around the edge of a block. */
const streams = fc.array(fc.tuple(events, fc.integer({ min: 1, max: 4 })), { maxLength: 40 }).map((items) => {
  let offset = 9_980;
  return items.map(([event, step]): Stored => ({ offset: (offset += step), event }));
});

describe('laws of the fold', () => {
  test('every batch sums to zero in each currency', () => {
    fc.assert(
      fc.property(streams, (records) => {
        const sums = new Map<string, bigint>();
        for (const { account, amount } of fold(records).moves)
          sums.set(account.currency, (sums.get(account.currency) ?? 0n) + amount);
        expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
      }),
    );
  });

  test('it equals the postings and holds of the legs, one by one', () => {
    fc.assert(
      fc.property(streams, (records) => {
        const expected = new Map<string, [bigint, bigint]>();
        for (const leg of records.flatMap(({ event }) => event.legs.map((leg) => ({ leg, kind: event.kind })))) {
          for (const { account, amount } of postingsOf(leg.leg, leg.kind, 0)) {
            const row = expected.get(JSON.stringify(account)) ?? [0n, 0n];
            expected.set(JSON.stringify(account), [row[0] + amount, row[1]]);
          }
          const move = heldMoveOf(leg.leg, 0);
          if (move === null) continue;
          const row = expected.get(JSON.stringify(move.account)) ?? [0n, 0n];
          expected.set(JSON.stringify(move.account), [row[0], row[1] + move.amount]);
        }
        const actual = fold(records).moves.map((m) => [JSON.stringify(m.account), [m.amount, m.held]] as const);
        expect(new Map(actual)).toEqual(expected);
      }),
    );
  });

  test('batch splits, redelivered batches and a replay from offset 0 change nothing', () => {
    fc.assert(
      fc.property(streams, fc.infiniteStream(fc.nat({ max: 12 })), (records, sizes) => {
        const whole = new Books().deliver(records);
        const pieces = new Books();
        for (let at = 0; at < records.length;) {
          const [size, back] = [1 + next(sizes), next(sizes)];
          pieces.deliver(records.slice(Math.max(0, at - back), at + size));
          at += size;
        }
        pieces.deliver(records);
        expect(pieces.state()).toEqual(whole.state());
      }),
    );
  });

  test('block totals are the sums of what the legs move, in each currency', () => {
    fc.assert(
      fc.property(streams, (records) => {
        const { blocks } = fold(records);
        const legs = records.flatMap((r) => r.event.legs);
        for (const currency of ['EUR', 'USD', 'GBP']) {
          const ofBlocks = blocks.filter((block) => block.currency === currency);
          const ofLegs = legs.filter((leg) => (leg.accountCurrency || leg.currency) === currency);
          const sum = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
          expect(sum(ofBlocks.map((block) => block.amount))).toBe(
            sum(ofLegs.map((leg) => (leg.accountCurrency === '' ? leg.amount : leg.accountAmount))),
          );
          expect(sum(ofBlocks.map((block) => block.heldAmount))).toBe(sum(ofLegs.map((leg) => leg.heldAmount)));
          expect(sum(ofBlocks.map((block) => block.heldAmountFreed))).toBe(
            sum(ofLegs.map((leg) => leg.heldAmountFreed)),
          );
        }
        expect(blocks.reduce((sum, block) => sum + block.legs, 0)).toBe(legs.length);
      }),
    );
  });
});

describe('what a batch says about an account', () => {
  test('hold, settle, reverse and settle anew leave the last price and no hold', () => {
    const life = [
      rated([sell({ action: 'hold', heldAmount: 100n }), buy({ action: 'hold', heldAmount: 60n })]),
      rated([sell({ amount: 90n, heldAmountFreed: 100n }), buy({ amount: 60n, heldAmountFreed: 60n })]),
      rated([sell({ action: 'reverse', amount: -90n }), sell({ amount: 95n })], { correctsRatedId: 'r' }),
    ].map((event, offset) => ({ offset, event }));
    expect(fold(life).moves).toEqual([
      expect.objectContaining({
        account: { code: 'balance/acme', currency: 'EUR', sub: 0 },
        amount: -95n,
        held: 0n,
        entries: [
          { kind: 'reversal', amount: 90n, legs: 1 },
          { kind: 'usage', amount: -185n, legs: 2 },
        ],
      }),
      expect.objectContaining({ account: { code: 'cost/operator', currency: 'EUR', sub: 0 }, amount: -60n, held: 0n }),
      expect.objectContaining({ account: { code: 'payable/s1', currency: 'EUR', sub: 0 }, amount: 60n, held: 0n }),
      expect.objectContaining({
        account: { code: 'revenue/operator', currency: 'EUR', sub: 0 },
        amount: 95n,
        held: 0n,
      }),
    ]);
  });

  test('converted amounts are posted as they are, one entry a rate, with what they were on the card', () => {
    const monday = fxOf('0.9', '2026-04-13');
    const tuesday = fxOf('0.8', '2026-04-14');
    const converted = (amount: bigint, accountAmount: bigint, fx: Fx) =>
      sell({ action: amount < 0n ? 'reverse' : 'settle', amount, currency: 'USD', accountAmount, fx });
    const life = [
      rated([converted(100n, 90n, monday), converted(10n, 9n, { ...monday }), converted(50n, 40n, tuesday)]),
      rated([converted(-100n, -90n, monday)], { correctsRatedId: 'r' }),
      rated([sell({ amount: 5n })]),
    ].map((event, offset) => ({ offset, event }));
    const balance = fold(life).moves.find((move) => move.account.code === 'balance/acme');
    expect(balance).toMatchObject({ account: { currency: 'EUR' }, amount: -54n });
    expect(balance?.entries).toEqual([
      { kind: 'reversal', amount: 90n, legs: 1, converted: { amount: 100n, currency: 'USD', fx: monday } },
      { kind: 'usage', amount: -5n, legs: 1 },
      { kind: 'usage', amount: -99n, legs: 2, converted: { amount: -110n, currency: 'USD', fx: monday } },
      { kind: 'usage', amount: -40n, legs: 1, converted: { amount: -50n, currency: 'USD', fx: tuesday } },
    ]);
  });

  test.each([
    ['a debit', rated([sell({ amount: 1n })]), true],
    ['a hold', rated([sell({ action: 'hold', heldAmount: 1n })]), true],
    ['a release', rated([sell({ action: 'release', heldAmountFreed: 1n })]), false],
    ['a correction', rated([sell({ amount: 1n })], { correctsRatedId: 'r' }), false],
    ['a re-rating run', rated([sell({ amount: 1n })], { rerateRunId: 'r' }), false],
  ])('%s counts as usage: %#', (_name, event, byUsage) => {
    expect(fold([{ offset: 0, event }]).moves.find((m) => m.account.code === 'balance/acme')?.byUsage).toBe(byUsage);
  });

  test.each([
    [9_999, 0],
    [10_000, 1],
  ])('offset %i is in block %i', (offset, block) => {
    expect(fold([{ offset, event: rated([sell({ amount: 1n })]) }]).blocks[0]?.block).toBe(block);
  });

  test('unrated legs are counted in their block and move nothing', () => {
    const leg = sell({ action: 'unrated', currency: '', accountCurrency: '' });
    expect(fold([{ offset: 0, event: rated([leg], { kind: 'unrated' }) }])).toEqual({
      moves: [],
      blocks: [{ block: 0, currency: '', action: 'unrated', legs: 1, amount: 0n, heldAmount: 0n, heldAmountFreed: 0n }],
    });
  });
});

describe('offset ranges', () => {
  const at = (...offsets: number[]) => offsets.map((offset) => ({ offset }));

  test.each([
    ['new records', at(7, 9), 7, { from: 7, to: 10, records: at(7, 9) }],
    ['partly applied', at(5, 6, 7, 9), 7, { from: 7, to: 10, records: at(7, 9) }],
    ['after a gap of control records', at(12), 7, { from: 7, to: 13, records: at(12) }],
    ['all applied', at(5, 6), 7, null],
    ['nothing', [], 7, null],
  ])('%s', (_name, records, position, expected) => {
    expect(freshRange(records, position)).toEqual(expected);
  });

  test('a batch is cut where the UTC day changes', () => {
    const midnight = Date.UTC(2026, 4, 2);
    const records = [midnight - 1, midnight, midnight + 1].map((appendedAt) => ({ appendedAt }));
    expect(splitByDay(records).map((part) => part.length)).toEqual([1, 2]);
    expect(splitByDay([])).toEqual([]);
  });
});
