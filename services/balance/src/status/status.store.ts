import { formatMoney, parseMoney } from '@ratestream/money';
import type { Limits, Position, Status } from '@ratestream/ledger';
import type { Tx } from '@ratestream/postgres';

/** An account's limits as of a catalog position, and its status as published last. */
export interface StatusRow {
  readonly accountId: string;
  readonly chain: readonly string[];
  readonly currency: string;
  readonly limits: Limits;
  readonly catalogPosition: number;
  readonly own: Status;
  readonly status: Status;
  readonly causedBy: string | null;
  readonly version: number;
}

interface StoredRow {
  account_id: string;
  chain: string[];
  currency: string;
  credit_limit: string;
  warn_below: string | null;
  closed: boolean;
  catalog_position: string;
  own_status: Status;
  status: Status;
  caused_by: string | null;
  version: string;
}

const COLUMNS = `account_id, chain, currency, credit_limit, warn_below, closed, catalog_position,
  own_status, status, caused_by, version`;

export async function readStatuses(tx: Tx, accountIds: readonly string[]): Promise<Map<string, StatusRow>> {
  const { rows } = await tx.query<StoredRow>({
    name: 'read-statuses',
    text: `select ${COLUMNS} from account_status where account_id = any($1::text[])`,
    values: [accountIds],
  });
  return byId(rows);
}

/**
 * Takes the locks under which statuses below these roots change, in one order everywhere. Always after the ledger rows:
 * a transaction that waits here holds no lock that the one before it still needs.
 */
export async function lockRoots(tx: Tx, roots: readonly string[]): Promise<void> {
  await tx.query({
    name: 'lock-roots',
    text: `select pg_advisory_xact_lock(k) from
      (select distinct hashtextextended('account-status/' || r, 0) as k from unnest($1::text[]) as r order by 1) as locks`,
    values: [roots],
  });
}

/** What an effective status below these accounts depends on: they, all below them, and those above them. */
export async function readFamilies(tx: Tx, chains: readonly (readonly string[])[]): Promise<Map<string, StatusRow>> {
  const { rows } = await tx.query<StoredRow>({
    name: 'read-families',
    text: `select ${COLUMNS} from account_status where chain && $1::text[] or account_id = any($2::text[])`,
    values: [chains.flatMap(([self]) => self ?? []), [...new Set(chains.flatMap(([, ...above]) => above))]],
  });
  return byId(rows);
}

export async function writeStatuses(tx: Tx, rows: readonly StatusRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query({
    name: 'write-statuses',
    // Chains are arrays of different lengths, which unnest would flatten: they travel as JSON.
    text: `
      insert into account_status (account_id, chain, currency, credit_limit, warn_below, closed, catalog_position,
        own_status, status, caused_by, version)
      select account_id, array(select jsonb_array_elements_text(chain::jsonb)), currency, credit_limit,
        warn_below, closed, catalog_position, own_status, status, caused_by, version
      from unnest($1::text[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::boolean[], $7::bigint[],
        $8::text[], $9::text[], $10::text[], $11::bigint[])
        as r (account_id, chain, currency, credit_limit, warn_below, closed, catalog_position, own_status, status, caused_by, version)
      on conflict (account_id) do update set credit_limit = excluded.credit_limit, warn_below = excluded.warn_below,
        closed = excluded.closed, catalog_position = excluded.catalog_position, own_status = excluded.own_status,
        status = excluded.status, caused_by = excluded.caused_by, version = excluded.version`,
    values: [
      rows.map((row) => row.accountId),
      rows.map((row) => JSON.stringify(row.chain)),
      rows.map((row) => row.currency),
      rows.map((row) => formatMoney(row.limits.creditLimit)),
      rows.map((row) => (row.limits.warnBelow === null ? null : formatMoney(row.limits.warnBelow))),
      rows.map((row) => row.limits.closed),
      rows.map((row) => row.catalogPosition),
      rows.map((row) => row.own),
      rows.map((row) => row.status),
      rows.map((row) => row.causedBy),
      rows.map((row) => row.version),
    ],
  });
}

interface PositionRow {
  party: string;
  balance: string;
  held: string;
}

/** Creates the balance rows that do not exist yet and locks all of them, in the order in which postings lock. */
export async function lockBalances(
  tx: Tx,
  accounts: readonly { readonly id: string; readonly currency: string }[],
): Promise<Map<string, Position>> {
  const sorted = [...accounts].sort((a, b) => (a.id < b.id ? -1 : 1));
  return positions(
    await tx.query<PositionRow>({
      name: 'lock-balances',
      text: `insert into ledger_account (code, currency, sub)
        select code, currency, 0 from unnest($1::text[], $2::text[]) as w (code, currency)
        on conflict (code, currency, sub) do update set held = ledger_account.held
        returning party, balance, held`,
      values: [sorted.map(({ id }) => `balance/${id}`), sorted.map(({ currency }) => currency)],
    }),
  );
}

function positions({ rows }: { rows: PositionRow[] }): Map<string, Position> {
  return new Map(
    rows.map((row) => [row.party, { balance: parseMoney(row.balance), held: parseMoney(row.held) }] as const),
  );
}

function byId(rows: readonly StoredRow[]): Map<string, StatusRow> {
  return new Map(
    rows.map((row) => [
      row.account_id,
      {
        accountId: row.account_id,
        chain: row.chain,
        currency: row.currency,
        limits: {
          creditLimit: parseMoney(row.credit_limit),
          warnBelow: row.warn_below === null ? null : parseMoney(row.warn_below),
          closed: row.closed,
        },
        catalogPosition: Number(row.catalog_position),
        own: row.own_status,
        status: row.status,
        causedBy: row.caused_by,
        version: Number(row.version),
      },
    ]),
  );
}
