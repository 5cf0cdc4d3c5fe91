import { BatchFold, assertBalanced, freshRange, parseLedgerCode, splitByDay } from '@ratestream/ledger';
import type { AccountMove, BatchMoves, OffsetRange } from '@ratestream/ledger';
import type { RatedEvent } from '@ratestream/events';
import type { InRecord } from '@ratestream/kafka';
import type { Tx } from '@ratestream/postgres';
import { addBlockTotals, postMoves } from '../ledger/ledger.store.js';
import type { PostedAccount } from '../ledger/ledger.store.js';
import type { MovedMoney, StatusKeeper } from '../status/status-keeper.js';
import type { BalanceOutbox } from '../outbox.js';
import type { ApplyMetrics } from './apply-metrics.js';

/** What the applier needs of the world. */
export interface ApplierPorts {
  transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** The next offset to apply, as stored; null where nothing was ever applied. */
  readPosition(partition: number): Promise<number | null>;
  /** Guarded: throws where the stored position is not `from`, and the transaction is lost whole. */
  advancePosition(tx: Tx, partition: number, from: number | null, to: number): Promise<void>;
  /** Loads writer schemas that are not known yet; before `decode`. */
  prepare(values: readonly Buffer[]): Promise<void>;
  decode(value: Buffer): RatedEvent;
  /** Resolves when the catalog view has reached the position; rejects when it does not in time. */
  waitForCatalog(position: number): Promise<void>;
  nowMs(): number;
}

/** What one batch says, before anything is written. */
interface DecodedBatch {
  readonly moves: BatchMoves;
  readonly catalogPosition: number;
  readonly events: readonly RatedEvent[];
}

/**
 * Applies what is read from `rated`: one batch is one transaction that moves the position, the sums, the journal, the
 * block totals, statuses and what is published about them. A batch that was applied before is recognised by its offsets.
 */
export class BatchApplier {
  private readonly positions = new Map<number, number | null>();

  constructor(
    private readonly ports: ApplierPorts,
    private readonly keeper: StatusKeeper,
    private readonly outbox: BalanceOutbox,
    private readonly metrics: ApplyMetrics,
  ) {}

  /** Where reading starts or starts over; asked after every failure, since the lost commit may have succeeded. */
  async position(partition: number): Promise<number | null> {
    const position = await this.ports.readPosition(partition);
    this.positions.set(partition, position);
    return position;
  }

  /**
   * In      records of one partition in offset order, as delivered
   * Errors  anything thrown leaves the database as it was; the reader comes back through `position`
   */
  async apply(partition: number, records: readonly InRecord[]): Promise<void> {
    for (const day of splitByDay(records)) {
      const known = this.positions.get(partition);
      const position = known === undefined ? await this.position(partition) : known;
      const range = freshRange(day, position ?? 0);
      if (range === null) this.metrics.redelivered(day.length);
      else await this.applyRange(partition, position, range);
    }
  }

  private async applyRange(partition: number, position: number | null, range: OffsetRange<InRecord>): Promise<void> {
    const startedMs = this.ports.nowMs();
    await this.ports.prepare(range.records.flatMap(({ value }) => value ?? []));
    const batch = this.decode(partition, range.records);
    await this.ports.waitForCatalog(batch.catalogPosition);
    const last = range.records.at(-1);
    const at = new Date(last?.appendedAt ?? startedMs);
    await this.ports.transaction(async (tx) => {
      await this.ports.advancePosition(tx, partition, position, range.to);
      const origin = { partition, from: range.from, to: range.to };
      const posted = await postMoves(tx, batch.moves.moves, origin, at);
      await addBlockTotals(tx, partition, batch.moves.blocks);
      const news = await this.keeper.settle(tx, posted.flatMap(movedAccount), this.ports.nowMs() * 1_000);
      await this.outbox.append(tx, news);
    });
    this.positions.set(partition, range.to);
    this.metrics.applied(partition, batch.events, batch.moves, range.to, startedMs, this.ports.nowMs());
  }

  private decode(partition: number, records: readonly InRecord[]): DecodedBatch {
    const fold = new BatchFold(partition);
    const events: RatedEvent[] = [];
    let catalogPosition = 0;
    for (const record of records) {
      if (record.value === null) continue; // `rated` is not compacted; an empty record says nothing
      const event = this.ports.decode(record.value);
      fold.add(record.offset, event);
      events.push(event);
      if (event.catalogPosition > catalogPosition) catalogPosition = event.catalogPosition;
    }
    const moves = fold.result();
    assertBalanced(moves.moves.map(({ account, amount }) => ({ account, amount, kind: 'usage' })));
    return { moves, catalogPosition, events };
  }
}

function movedAccount({ move, balance, held }: PostedAccount): MovedMoney[] {
  const accountId = accountOf(move);
  if (accountId === null) return [];
  return [{ accountId, currency: move.account.currency, position: { balance, held }, byCorrectionOnly: !move.byUsage }];
}

function accountOf(move: AccountMove): string | null {
  const code = parseLedgerCode(move.account.code);
  return code?.kind === 'balance' ? code.party : null;
}
