import fc from 'fast-check';
import { sampleLeg, sampleRated } from '@ratestream/events';
import { createLedgerBlocks } from '../src/conservation/balance-blocks.js';
import { compareBlocks } from '../src/conservation/compare-blocks.js';
import type { BlockSource } from '../src/conservation/compare-blocks.js';
import { foldBlocks } from '../src/fold/block-totals.js';
import type { BlockTotal } from '../src/fold/block-totals.js';

const total = (block: number, amount: bigint, change: Partial<BlockTotal> = {}): BlockTotal => ({
  block,
  currency: 'EUR',
  action: 'settle',
  legs: 1,
  amount,
  heldAmount: 0n,
  heldAmountFreed: 0n,
  ...change,
});
const source = (position: number, ...totals: BlockTotal[]): BlockSource => ({ position, totals });

describe('which blocks are compared', () => {
  test.each([
    ['one offset before the end of block 0', 9_999, 10_000, 0],
    ['exactly at its end', 10_000, 10_001, 1],
    ['both in the middle of block 1, at the same offset', 12_345, 12_345, 2],
    ['both at its end', 20_000, 20_000, 2],
    ['both in block 1, at different offsets', 12_345, 12_346, 1],
  ])('%s', (_, clickHouse, fold, blocks) => {
    expect(compareBlocks({ clickHouse: source(clickHouse), fold: source(fold), balance: null }, 0).blocks).toBe(blocks);
  });

  test('all that all three have completed', () => {
    const at = (position: number): BlockSource => source(position, total(0, 1n), total(1, 1n), total(2, 1n));
    const { blocks, lines } = compareBlocks({ clickHouse: at(30_000), fold: at(30_000), balance: at(25_000) }, 1);
    expect(blocks).toBe(1);
    expect(lines.map(({ block, equal }) => [block, equal])).toEqual([[1, true]]);
  });
});

test.each([
  ['an amount', total(0, 6n)],
  ['a leg', total(0, 5n, { legs: 2 })],
  ['held money', total(0, 5n, { heldAmount: 1n })],
  ['freed money', total(0, 5n, { heldAmountFreed: 1n })],
])('%s that differs in one of the three is a difference', (_, other) => {
  const right = source(10_000, total(0, 5n));
  const wrong = source(10_000, other);
  const unequal = (sources: Parameters<typeof compareBlocks>[0]): boolean =>
    compareBlocks(sources, 0).lines.some(({ equal }) => !equal);
  expect(unequal({ clickHouse: right, fold: right, balance: right })).toBe(false);
  expect(unequal({ clickHouse: wrong, fold: right, balance: right })).toBe(true);
  expect(unequal({ clickHouse: right, fold: wrong, balance: right })).toBe(true);
  expect(unequal({ clickHouse: right, fold: right, balance: wrong })).toBe(true);
});

test('a sum that only one of them has is a difference', () => {
  const { lines } = compareBlocks({ clickHouse: source(10_000), fold: source(10_000, total(0, 5n)), balance: null }, 0);
  expect(lines).toMatchObject([
    { equal: false, clickHouse: { legs: 0, amount: '0' }, fold: { amount: '0.000000005' }, balance: null },
  ]);
});

test('the fold is the same however the events are cut', () => {
  const event = fc
    .array(
      fc.record({
        amount: fc.bigInt(-1_000n, 1_000n),
        action: fc.constantFrom('settle', 'hold', 'reverse'),
        currency: fc.constantFrom('EUR', 'USD'),
      }),
      { maxLength: 4 },
    )
    .map((legs) => sampleRated({ legs: legs.map((leg) => sampleLeg(leg as object)) }));
  const sums = (totals: readonly BlockTotal[]): Map<string, bigint> => {
    const map = new Map<string, bigint>();
    for (const t of totals) {
      const key = `${t.block}|${t.currency}|${t.action}`;
      map.set(key, (map.get(key) ?? 0n) + t.amount * 1_000n + BigInt(t.legs));
    }
    return map;
  };
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), fc.integer({ min: 0, max: 12 }), (events, cut) => {
      const all = events.map((e, i) => [i * 3_000, e] as const);
      const halves = [...foldBlocks(all.slice(0, cut)), ...foldBlocks(all.slice(cut))];
      expect(sums(halves)).toEqual(sums(foldBlocks(all)));
    }),
    { numRuns: 100 },
  );
});

describe('balance’s totals over HTTP', () => {
  const answer = (position: number, blocks: object[], nextFrom: number | null = null): Response =>
    Response.json({ position, blocks, nextFrom });
  const wire = {
    block: 0,
    currency: 'EUR',
    action: 'settle',
    legs: 1,
    amount: '0.000000005',
    heldAmount: '0',
    heldAmountFreed: '0',
  };

  test('pages are joined, amounts are exact, the key is sent', async () => {
    const asked: string[] = [];
    const blocks = createLedgerBlocks('http://balance', 'rs_key', async (url, init) => {
      const target = url as URL;
      asked.push(`${target.href} ${(init?.headers as Record<string, string>)['authorization'] ?? ''}`);
      const from = target.searchParams.get('from');
      return from === '0' ? answer(20_000, [wire], 1) : answer(20_000, from === '1' ? [{ ...wire, block: 1 }] : []);
    });
    expect(await blocks.read(3, 0)).toMatchObject({ position: 20_000, totals: [total(0, 5n), total(1, 5n)] });
    expect(asked[0]).toBe('http://balance/api/balance/v1/block-totals?partition=3&from=0 Bearer rs_key');
  });

  test('totals that moved while they were read are read again', async () => {
    const positions = [5, 8, 8, 8];
    const blocks = createLedgerBlocks('http://balance', 'k', async () => answer(positions.shift() ?? 8, []));
    expect(await blocks.read(0, 0)).toMatchObject({ position: 8, moved: false });
    expect(positions).toEqual([]);
  });

  test.each([
    ['a refusal', async () => new Response('', { status: 403 })],
    ['no answer', async () => Promise.reject(new Error('refused'))],
    ['something else', async () => Response.json({ hello: 'world' })],
  ])('%s is said as unavailable', async (_, fetchIt) => {
    await expect(createLedgerBlocks('http://balance', 'k', fetchIt).read(0, 0)).rejects.toMatchObject({ status: 503 });
  });
});
