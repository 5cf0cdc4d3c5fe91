import { Inject, Injectable } from '@nestjs/common';
import type { ClickHouse } from '@ratestream/clickhouse';
import { BLOCK_SIZE } from '../fold/block-totals.js';
import type { BlockStore } from '../fold/block.store.js';
import type { SinkPositions } from '../sink/sink-positions.js';
import { BLOCKS, CLICKHOUSE, LEDGER, SINK_POSITIONS } from '../tokens.js';
import type { LedgerBlocks } from './balance-blocks.js';
import { clickHouseBlocks, doubledBlocks } from './clickhouse-blocks.js';
import { compareBlocks } from './compare-blocks.js';
import type { BlockComparison } from './compare-blocks.js';

export interface PartitionReport {
  readonly partition: number;
  /** Where each stands: the next offset it does not have yet. */
  readonly positions: { readonly clickHouse: number; readonly fold: number; readonly balance: number | null };
  /** Offsets that each is behind the furthest of them. */
  readonly lags: { readonly clickHouse: number; readonly fold: number; readonly balance: number | null };
  readonly blocksCompared: number;
  readonly lines: readonly BlockComparison[];
  readonly doubled: readonly { block: number; rows: number; unique: number }[];
}

export interface ConservationReport {
  /** Every sum compared is equal and no row is doubled. */
  readonly exact: boolean;
  readonly blockSize: number;
  readonly partitions: readonly PartitionReport[];
}

/** Reads the three views of the same money and holds them against each other. */
@Injectable()
export class Conservation {
  constructor(
    @Inject(CLICKHOUSE) private readonly clickHouse: ClickHouse,
    @Inject(BLOCKS) private readonly fold: BlockStore,
    @Inject(LEDGER) private readonly ledger: LedgerBlocks | null,
    @Inject(SINK_POSITIONS) private readonly sink: SinkPositions,
  ) {}

  /** In  lastBlocks: how many of the newest blocks of each partition; all: equal lines as well */
  async report(lastBlocks: number, all: boolean): Promise<ConservationReport> {
    const positions = await this.sink.read();
    const partitions: PartitionReport[] = [];
    for (const [partition, position] of positions)
      partitions.push(await this.partition(partition, position, lastBlocks, all));
    const exact = partitions.every(({ lines, doubled }) => doubled.length === 0 && lines.every(({ equal }) => equal));
    return { exact, blockSize: BLOCK_SIZE, partitions };
  }

  private async partition(
    partition: number,
    position: number,
    lastBlocks: number,
    all: boolean,
  ): Promise<PartitionReport> {
    const fromBlock = Math.max(0, Math.floor(position / BLOCK_SIZE) - lastBlocks + 1);
    const [totals, fold, balance, doubled] = await Promise.all([
      clickHouseBlocks(this.clickHouse, partition, fromBlock, position),
      this.fold.read(partition, fromBlock),
      this.ledger?.read(partition, fromBlock) ?? null,
      doubledBlocks(this.clickHouse, partition, fromBlock),
    ]);
    const { blocks, lines } = compareBlocks({ clickHouse: { position, totals }, fold, balance }, fromBlock);
    const end = Math.max(position, fold.position, balance?.position ?? 0);
    return {
      partition,
      positions: { clickHouse: position, fold: fold.position, balance: balance?.position ?? null },
      lags: {
        clickHouse: end - position,
        fold: end - fold.position,
        balance: balance === null ? null : end - balance.position,
      },
      blocksCompared: blocks,
      lines: all ? lines : lines.filter(({ equal }) => !equal),
      doubled,
    };
  }
}
