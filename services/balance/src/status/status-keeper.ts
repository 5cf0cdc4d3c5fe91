import { NAMESPACES, uuidV5 } from '@ratestream/events';
import type { AccountStatus, BalanceEvent } from '@ratestream/events';
import { available } from '@ratestream/ledger';
import type { Position } from '@ratestream/ledger';
import type { Tx } from '@ratestream/postgres';
import type { AccountDirectory } from './account-limits.js';
import { ownChange, rowChanges } from './status-changes.js';
import type { Moved, OwnChange, RowChange } from './status-changes.js';
import { readPositionsOf } from '../accounts/positions.store.js';
import { lockBalances, lockRoots, readStatuses, readFamilies, writeStatuses } from './status.store.js';

/** What a transaction publishes about accounts; it goes through the outbox. */
export interface StatusNews {
  readonly statuses: AccountStatus[];
  readonly crossings: BalanceEvent[];
}

/** Money of an account that moved, in one currency. */
export interface MovedMoney extends Moved {
  readonly currency: string;
}

const NOTHING: StatusNews = { statuses: [], crossings: [] };

/**
 * Keeps own and effective statuses true to balances and limits, inside the caller's transaction.
 *
 * An account's own status is decided by whoever holds its balance row; statuses of a whole tree are written under the
 * lock of its root. So two transactions never decide about one account, and nothing is locked where nothing changed,
 * which is nearly always.
 */
export class StatusKeeper {
  constructor(private readonly directory: AccountDirectory) {}

  /**
   * After the balances of these accounts moved.
   *
   * In      accounts whose balance rows the transaction holds; atMicros: now
   * Errors  an account that the catalog does not know: our bug, since the caller waited for its position
   */
  async settle(tx: Tx, moved: readonly MovedMoney[], atMicros: number): Promise<StatusNews> {
    if (moved.length === 0) return NOTHING;
    const rows = await readStatuses(
      tx,
      moved.map(({ accountId }) => accountId),
    );
    const changes = moved.flatMap((move): OwnChange[] => {
      const known = this.directory.account(move.accountId);
      if (known === undefined) throw new Error(`account ${move.accountId} moved but is not in the catalog`);
      // Limits are in the account's own currency: what it has in another decides nothing.
      if (known.currency !== move.currency) return [];
      const change = ownChange(move, rows.get(move.accountId), known, this.directory.position);
      return change === null ? [] : [change];
    });
    if (changes.length === 0) return NOTHING;
    const own = moved.filter(({ accountId, currency }) => this.directory.account(accountId)?.currency === currency);
    return this.write(tx, changes, new Map(own.map((move) => [move.accountId, move.position])), atMicros);
  }

  /** Brings the rows of these accounts to the catalog's limits; creates what is missing. A repeat changes nothing. */
  async review(tx: Tx, accountIds: readonly string[], atMicros: number): Promise<StatusNews> {
    const known = accountIds.flatMap((id) => this.directory.account(id) ?? []);
    if (known.length === 0) return NOTHING;
    const positions = await lockBalances(tx, known);
    const moved = known.map(({ id, currency }): MovedMoney => {
      return {
        accountId: id,
        currency,
        position: positions.get(id) ?? { balance: 0n, held: 0n },
        byCorrectionOnly: true,
      };
    });
    return this.settle(tx, moved, atMicros);
  }

  private async write(
    tx: Tx,
    changes: readonly OwnChange[],
    positions: ReadonlyMap<string, Position>,
    atMicros: number,
  ): Promise<StatusNews> {
    const roots = [...new Set(changes.flatMap(({ known }) => known.chain.at(-1) ?? []))];
    await lockRoots(tx, roots);
    const written = rowChanges(
      changes,
      await readFamilies(
        tx,
        changes.map(({ known }) => known.chain),
      ),
      atMicros,
    );
    await writeStatuses(
      tx,
      written.map(({ row }) => row),
    );

    const published = written.filter(({ publish }) => publish);
    const others = published
      .map(({ row }) => ({ id: row.accountId, currency: row.currency }))
      .filter(({ id }) => !positions.has(id));
    // Not locked: `available` of an account that did not move itself is for the reader's eye.
    const all = new Map([...positions, ...(others.length === 0 ? [] : await readPositionsOf(tx, others))]);
    const before = new Map(changes.map((change) => [change.known.id, change.before]));
    const news: StatusNews = { statuses: [], crossings: [] };
    for (const change of published) {
      const position = all.get(change.row.accountId) ?? { balance: 0n, held: 0n };
      news.statuses.push(statusRecord(change, position, atMicros));
      const previous = before.get(change.row.accountId);
      // A first row says how an account starts; only a change from one status to another crosses a limit.
      if (previous !== undefined && previous !== null && previous !== change.row.own)
        news.crossings.push(crossing(change, position, atMicros));
    }
    return news;
  }
}

function statusRecord({ row }: RowChange, position: Position, at: number): AccountStatus {
  return {
    account: row.accountId,
    version: row.version,
    status: row.status,
    ownStatus: row.own,
    causedBy: row.causedBy,
    available: available(position, row.limits),
    currency: row.currency,
    at,
  };
}

function crossing({ row }: RowChange, position: Position, at: number): BalanceEvent {
  return {
    eventId: uuidV5(NAMESPACES.balanceEvent, `LimitCrossed\u001f${row.accountId}\u001f${row.version}`),
    type: 'LimitCrossed',
    account: row.accountId,
    currency: row.currency,
    amount: 0n,
    balance: position.balance,
    held: position.held,
    creditLimit: row.limits.creditLimit,
    at,
    reason: row.own,
    reference: null,
    actor: 'balance',
  };
}
