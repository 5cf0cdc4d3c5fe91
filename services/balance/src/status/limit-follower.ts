import type { TypedCatalogEvent } from '@ratestream/catalog';
import type { Logger } from '@ratestream/observability';
import type { Tx } from '@ratestream/postgres';
import type { BalanceOutbox } from '../outbox.js';
import { sameLimits } from './account-limits.js';
import type { AccountDirectory } from './account-limits.js';
import type { StatusKeeper } from './status-keeper.js';
import { readStatuses } from './status.store.js';

/** Accounts looked at in one transaction: its locks are held while the stream waits for them. */
const ACCOUNTS_AT_ONCE = 200;
const RETRY_MS = 1_000;

export interface FollowerPorts {
  transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** Partition of the account's root payer; undefined while it is not known. */
  partitionOf(accountId: string): number | undefined;
  accountsOf(partition: number): Iterable<string>;
  nowMs(): number;
}

/**
 * Brings statuses to limits that changed without any movement: accounts opened, changed and closed, and whatever happened
 * while nobody watched. The process that reads a root's partition does it for the root; if two do, the second finds
 * nothing to change.
 */
export class LimitFollower {
  private readonly partitions = new Set<number>();
  private readonly dirty = new Set<string>();
  private working: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly ports: FollowerPorts,
    private readonly directory: AccountDirectory,
    private readonly keeper: StatusKeeper,
    private readonly outbox: BalanceOutbox,
    private readonly logger: Logger,
  ) {}

  assigned(partition: number): void {
    this.partitions.add(partition);
    for (const id of this.ports.accountsOf(partition)) this.dirty.add(id);
    this.work();
  }

  revoked(partition: number): void {
    this.partitions.delete(partition);
  }

  catalogEvent(event: TypedCatalogEvent): void {
    if (event.type !== 'AccountOpened' && event.type !== 'AccountChanged' && event.type !== 'AccountClosed') return;
    const partition = this.ports.partitionOf(event.data.id);
    if (partition === undefined || !this.partitions.has(partition)) return;
    this.dirty.add(event.data.id);
    this.work();
  }

  /** Resolves when nothing is left to look at. */
  async settled(): Promise<void> {
    while (this.working !== null) await this.working;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.settled();
  }

  private work(): void {
    if (this.stopped || this.working !== null || this.dirty.size === 0) return;
    this.working = this.drain().finally(() => {
      this.working = null;
      this.work();
    });
  }

  private async drain(): Promise<void> {
    while (this.dirty.size > 0 && !this.stopped) {
      const ids = [...this.dirty].slice(0, ACCOUNTS_AT_ONCE);
      for (const id of ids) this.dirty.delete(id);
      try {
        await this.review(ids);
      } catch (error) {
        for (const id of ids) this.dirty.add(id);
        this.logger.warn({ err: error, accounts: ids.length }, 'limits could not be followed, trying again');
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private review(ids: readonly string[]): Promise<void> {
    return this.ports.transaction(async (tx) => {
      const rows = await readStatuses(tx, ids);
      const behind = ids.filter((id) => {
        const row = rows.get(id);
        const known = this.directory.account(id);
        return known !== undefined && (row === undefined || !sameLimits(row.limits, known.limits));
      });
      await this.outbox.append(tx, await this.keeper.review(tx, behind, this.ports.nowMs() * 1_000));
    });
  }
}
