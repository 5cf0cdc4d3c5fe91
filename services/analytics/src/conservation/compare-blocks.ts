import { formatMoney } from '@ratestream/money';
import { BLOCK_SIZE } from '../fold/block-totals.js';
import type { BlockTotal } from '../fold/block-totals.js';

/** What one of the three says about a partition. */
export interface BlockSource {
  /** Everything before this offset of `rated` is in the totals. */
  readonly position: number;
  readonly totals: readonly BlockTotal[];
}

export interface PartitionSources {
  readonly clickHouse: BlockSource;
  readonly fold: BlockSource;
  /** Null where balance is not asked. */
  readonly balance: BlockSource | null;
}

type Side = 'clickHouse' | 'fold' | 'balance';

/** One sum of one source; amounts are decimal strings. */
export interface SumView {
  readonly legs: number;
  readonly amount: string;
  readonly heldAmount: string;
  readonly heldAmountFreed: string;
}

export interface BlockComparison {
  readonly block: number;
  readonly currency: string;
  readonly action: string;
  readonly equal: boolean;
  readonly clickHouse: SumView;
  readonly fold: SumView;
  readonly balance: SumView | null;
}

const NOTHING: Omit<BlockTotal, 'block' | 'currency' | 'action'> = {
  legs: 0,
  amount: 0n,
  heldAmount: 0n,
  heldAmountFreed: 0n,
};

/**
 * Compares block totals of one partition.
 *
 * Only blocks that all sources have completed are compared, and the last, open one where all stand at the same offset:
 * then nothing is under way and a difference there is a difference as well.
 *
 * In      totals of blocks ≥ fromBlock; a sum that a source does not have counts as zero
 * Out     one line per (block, currency, action) that any source has; the number of blocks compared
 */
export function compareBlocks(
  sources: PartitionSources,
  fromBlock: number,
): { blocks: number; lines: BlockComparison[] } {
  const all = [sources.clickHouse, sources.fold, ...(sources.balance === null ? [] : [sources.balance])];
  const positions = all.map(({ position }) => position);
  const completeTo = Math.floor(Math.min(...positions) / BLOCK_SIZE);
  const still = new Set(positions).size === 1 && (positions[0] ?? 0) % BLOCK_SIZE !== 0;
  const endBlock = still ? completeTo + 1 : completeTo; // exclusive
  const keys = new Map<string, BlockTotal>();
  for (const { totals } of all) {
    for (const total of totals) if (total.block >= fromBlock && total.block < endBlock) keys.set(keyOf(total), total);
  }
  const index: Record<Side, ReadonlyMap<string, BlockTotal> | null> = {
    clickHouse: indexOf(sources.clickHouse),
    fold: indexOf(sources.fold),
    balance: sources.balance === null ? null : indexOf(sources.balance),
  };
  const lines = [...keys].map(([key, { block, currency, action }]): BlockComparison => {
    const of = (side: Side): typeof NOTHING => index[side]?.get(key) ?? NOTHING;
    const [clickHouse, fold, balance] = [of('clickHouse'), of('fold'), of('balance')];
    const equal = same(clickHouse, fold) && (index.balance === null || same(balance, fold));
    return {
      block,
      currency,
      action,
      equal,
      clickHouse: view(clickHouse),
      fold: view(fold),
      balance: index.balance === null ? null : view(balance),
    };
  });
  lines.sort((a, b) => a.block - b.block || (keyText(a) < keyText(b) ? -1 : 1));
  return { blocks: Math.max(0, endBlock - fromBlock), lines };
}

function indexOf({ totals }: BlockSource): ReadonlyMap<string, BlockTotal> {
  return new Map(totals.map((total) => [keyOf(total), total]));
}

function keyOf(total: Pick<BlockTotal, 'block' | 'currency' | 'action'>): string {
  return `${total.block}|${keyText(total)}`;
}

function keyText({ currency, action }: Pick<BlockTotal, 'currency' | 'action'>): string {
  return `${action}|${currency}`;
}

function same(a: typeof NOTHING, b: typeof NOTHING): boolean {
  return (
    a.legs === b.legs &&
    a.amount === b.amount &&
    a.heldAmount === b.heldAmount &&
    a.heldAmountFreed === b.heldAmountFreed
  );
}

function view(sum: typeof NOTHING): SumView {
  return {
    legs: sum.legs,
    amount: formatMoney(sum.amount),
    heldAmount: formatMoney(sum.heldAmount),
    heldAmountFreed: formatMoney(sum.heldAmountFreed),
  };
}
