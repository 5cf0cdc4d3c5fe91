import { parseMoney } from '@ratestream/money';
import type { Nano } from '@ratestream/money';
import type { Fx } from '@ratestream/events';
import type { Tx } from '@ratestream/postgres';

/** One line of the journal; entries of the stream name their stretch of `rated`, entries by hand their command. */
export interface StatementEntry {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly amount: Nano;
  readonly legs: number;
  /** What it was on the card before it was converted, signed like `amount`; null: nothing was converted. */
  readonly converted: { readonly amount: Nano; readonly currency: string; readonly fx: Fx } | null;
  readonly range: { readonly partition: number; readonly from: number; readonly to: number } | null;
  readonly command: {
    readonly id: string;
    readonly reason: string;
    readonly reference: string;
    readonly author: string;
    readonly scope: string;
  } | null;
}

export interface KindSum {
  readonly kind: string;
  readonly amount: Nano;
  readonly entries: number;
  readonly legs: number;
}

export interface Statement {
  /** Balance before the first instant of the period. */
  readonly opening: Nano;
  /** Balance before the first entry of this page. */
  readonly before: Nano;
  /** Of the whole period, not of the page. */
  readonly sums: readonly KindSum[];
  /** In order of (at, id); one more than a page where more follow. */
  readonly entries: readonly StatementEntry[];
}

export interface StatementQuery {
  readonly accountId: string;
  readonly currency: string;
  readonly from: Date; // inclusive
  readonly to: Date; // exclusive
  readonly after: { readonly at: Date; readonly id: string } | null;
  readonly limit: number;
}

/**
 * A page of an account's journal with what is needed to run its balance.
 *
 * Sums up to an instant are those of whole days from `account_day` and of that day's entries, so that a statement costs
 * the same for an account of ten years as for one of a week.
 */
export async function readStatement(tx: Tx, query: StatementQuery): Promise<Statement> {
  const { rows } = await tx.query<{ id: string }>({
    text: `select id from ledger_account where code = $1 and currency = $2 and sub = 0`,
    values: [`balance/${query.accountId}`, query.currency],
  });
  const ledgerId = rows[0]?.id;
  if (ledgerId === undefined) return { opening: 0n, before: 0n, sums: [], entries: [] };
  const opening = await sumsBefore(tx, ledgerId, query.from, '0');
  const closing = await sumsBefore(tx, ledgerId, query.to, '0');
  const after = query.after !== null && query.after.at >= query.from ? query.after : null;
  const before = after === null ? opening : await sumsBefore(tx, ledgerId, after.at, `${BigInt(after.id) + 1n}`);
  return {
    opening: totalOf(opening),
    before: totalOf(before),
    sums: difference(closing, opening),
    entries: await readEntries(tx, ledgerId, query, after),
  };
}

interface SumRow {
  kind: string;
  amount: string;
  entries: string;
  legs: string;
}

/** Sums by kind of everything before (at, id). */
async function sumsBefore(tx: Tx, ledgerId: string, at: Date, id: string): Promise<KindSum[]> {
  const day = `${at.toISOString().slice(0, 10)}`;
  const { rows } = await tx.query<SumRow>({
    text: `select kind, sum(amount) as amount, sum(entries) as entries, sum(legs) as legs from (
        select kind, amount, entries, legs from account_day where ledger_account_id = $1 and day < $2::date
        union all
        select kind, amount, 1, legs from journal_entry
          where ledger_account_id = $1 and at >= ($2::date)::timestamp at time zone 'UTC' and (at, id) < ($3, $4::bigint)
      ) as before group by kind order by kind`,
    values: [ledgerId, day, at.toISOString(), id],
  });
  return rows.map((row) => {
    return { kind: row.kind, amount: parseMoney(row.amount), entries: Number(row.entries), legs: Number(row.legs) };
  });
}

interface EntryRow {
  id: string;
  at: Date;
  kind: string;
  amount: string;
  legs: number;
  card_amount: string | null;
  card_currency: string | null;
  fx: Fx | null;
  partition: number | null;
  from_offset: string | null;
  to_offset: string | null;
  command_id: string | null;
  reason: string | null;
  reference: string | null;
  author: string | null;
  scope: string | null;
}

async function readEntries(
  tx: Tx,
  ledgerId: string,
  query: StatementQuery,
  after: StatementQuery['after'],
): Promise<StatementEntry[]> {
  const { rows } = await tx.query<EntryRow>({
    text: `select e.id, e.at, e.kind, e.amount, e.legs, e.card_amount, e.card_currency, e.fx, e.partition, e.from_offset, e.to_offset, e.command_id,
        c.reason, c.reference, c.author, c.scope
      from journal_entry e left join balance_command c on c.id = e.command_id
      where e.ledger_account_id = $1 and e.at >= $2 and e.at < $3 and (e.at, e.id) > ($4, $5::bigint)
      order by e.at, e.id limit $6`,
    values: [ledgerId, query.from, query.to, after?.at ?? query.from, after?.id ?? '0', query.limit],
  });
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    kind: row.kind,
    amount: parseMoney(row.amount),
    legs: row.legs,
    converted:
      row.card_amount === null || row.fx === null
        ? null
        : { amount: parseMoney(row.card_amount), currency: row.card_currency ?? row.fx.from, fx: row.fx },
    range:
      row.partition === null
        ? null
        : { partition: row.partition, from: Number(row.from_offset), to: Number(row.to_offset) },
    command:
      row.command_id === null
        ? null
        : {
            id: row.command_id,
            reason: row.reason ?? '',
            reference: row.reference ?? '',
            author: row.author ?? '',
            scope: row.scope ?? '',
          },
  }));
}

function totalOf(sums: readonly KindSum[]): Nano {
  return sums.reduce((total, { amount }) => total + amount, 0n);
}

function difference(later: readonly KindSum[], earlier: readonly KindSum[]): KindSum[] {
  const before = new Map(earlier.map((sum) => [sum.kind, sum]));
  return later
    .map((sum): KindSum => {
      const { amount = 0n, entries = 0, legs = 0 } = before.get(sum.kind) ?? {};
      return { kind: sum.kind, amount: sum.amount - amount, entries: sum.entries - entries, legs: sum.legs - legs };
    })
    .filter(({ entries }) => entries > 0);
}
