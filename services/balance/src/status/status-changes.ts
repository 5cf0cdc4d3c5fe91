import { effectiveStatus, ownStatus } from '@ratestream/ledger';
import type { Limits, Position, Status } from '@ratestream/ledger';
import { sameLimits } from './account-limits.js';
import type { KnownAccount } from './account-limits.js';
import type { StatusRow } from './status.store.js';

/** An account whose balance row this transaction holds. */
export interface Moved {
  readonly accountId: string;
  readonly position: Position;
  readonly byCorrectionOnly: boolean;
}

/** What an account's own status becomes. `before` is null for an account that has no row yet. */
export interface OwnChange {
  readonly known: Pick<KnownAccount, 'id' | 'chain' | 'currency'>;
  readonly limits: Limits;
  readonly catalogPosition: number;
  readonly own: Status;
  readonly before: Status | null;
}

/**
 * The account's own status after a movement; null when neither it nor its limits changed.
 *
 * Limits come from whichever is newer, the row or this process's view of the catalog: two processes whose views differ
 * for a moment must not push a status to and fro.
 */
export function ownChange(
  moved: Moved,
  row: StatusRow | undefined,
  known: KnownAccount,
  viewPosition: number,
): OwnChange | null {
  const viewIsNewer = row === undefined || viewPosition > row.catalogPosition;
  const limits = viewIsNewer ? known.limits : row.limits;
  const limitsChanged = row !== undefined && !sameLimits(limits, row.limits);
  // Only a status that an account already has is kept against a correction; a first one is what its money says.
  const keep = moved.byCorrectionOnly && row !== undefined && !limitsChanged;
  const own = ownStatus(limits, moved.position, row?.own ?? 'active', keep);
  if (row !== undefined && own === row.own && !limitsChanged) return null;
  const catalogPosition = viewIsNewer ? viewPosition : row.catalogPosition;
  return { known, limits, catalogPosition, own, before: row?.own ?? null };
}

/** A row to write, and whether its record is published again. */
export interface RowChange {
  readonly row: StatusRow;
  readonly publish: boolean;
}

/**
 * All rows that change when these accounts' own statuses do: theirs and those of every account below them.
 *
 * In      tree: rows of the changed accounts, of all below and all above them; versionFloor: microseconds now
 * Out     versions rise by at least one and never below the clock, so they also rise over a rebuild of the database
 */
export function rowChanges(
  changes: readonly OwnChange[],
  tree: ReadonlyMap<string, StatusRow>,
  versionFloor: number,
): RowChange[] {
  const own = new Map([...tree.values()].map((row) => [row.accountId, row.own]));
  for (const change of changes) own.set(change.known.id, change.own);
  const changed = new Map(changes.map((change) => [change.known.id, change]));

  const next = new Map(tree);
  for (const { known, limits, catalogPosition, own: mine } of changes) {
    const row = tree.get(known.id);
    next.set(known.id, {
      ...(row ?? { status: mine, causedBy: null, version: 0 }),
      accountId: known.id,
      chain: known.chain,
      currency: known.currency,
      limits,
      catalogPosition,
      own: mine,
    });
  }
  return [...next.values()].flatMap((row): RowChange[] => {
    if (!row.chain.some((id) => changed.has(id))) return [];
    const before = tree.get(row.accountId);
    const { status, causedBy } = effectiveStatus(row.chain, (id) => own.get(id) ?? 'active');
    const publish =
      before === undefined || status !== before.status || causedBy !== before.causedBy || row.own !== before.own;
    if (!publish && !changed.has(row.accountId)) return [];
    const version = publish ? Math.max(row.version + 1, versionFloor) : row.version;
    return [{ row: { ...row, status, causedBy, version }, publish }];
  });
}
