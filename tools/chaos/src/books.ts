import type { ClickHouse } from '@ratestream/clickhouse';
import type { RatedEvent } from '@ratestream/events';
import type { Pool } from '@ratestream/postgres';
import { fromNano } from '@ratestream/tool-oracle';
import type { LegVerdict } from '@ratestream/tool-oracle';
import { Sums } from './sums.js';

/**
 * The same money in the same words from four sides: what each account owes for its messages, what it holds for open
 * ones, what each supplier is owed. Names: `settled sell PAYER>PAYEE CUR`, `settled buy SUPPLIER CUR`, `held sell PAYER CUR`;
 * all in the currency that moves, which is the account's or the supplier's.
 */
export function addVerdict(sums: Sums, leg: LegVerdict): void {
  const { side, payer, payee, accountCurrency, accountSettled, held } = leg;
  addLeg(sums, side, payer, payee, accountCurrency, accountSettled.toFixed(), held.toFixed());
}

export function addRated(sums: Sums, { legs }: RatedEvent): void {
  for (const leg of legs) {
    const held = fromNano(leg.heldAmount).minus(fromNano(leg.heldAmountFreed)).toFixed();
    const { side, payer, payee, accountAmount, accountCurrency } = leg;
    addLeg(sums, side, payer, payee, accountCurrency, fromNano(accountAmount).toFixed(), held);
  }
}

function addLeg(
  sums: Sums,
  side: string,
  payer: string,
  payee: string,
  currency: string,
  settled: string,
  held: string,
): void {
  sums.add(
    side === 'sell' ? `settled sell ${payer}>${payee} ${currency}` : `settled buy ${payee} ${currency}`,
    settled,
  );
  if (side === 'sell') sums.add(`held sell ${payer} ${currency}`, held);
}

/** What reports add up: each leg in the installation's currency where a rate is known, else in its card's. */
export function addReported(sums: Sums, { legs }: RatedEvent): void {
  for (const { side, payer, payee, amount, currency, reporting } of legs)
    sums.add(
      `reported ${side} ${payer}>${payee} ${reporting?.currency ?? currency}`,
      fromNano(reporting?.amount ?? amount).toFixed(),
    );
}

export async function warehouseReported(clickhouse: ClickHouse): Promise<Sums> {
  const rows = await clickhouse.query<{ name: string; amount: string }>(
    `SELECT concat('reported ', side, ' ', payer, '>', payee, ' ', reporting_currency) AS name, toString(sum(reporting_amount)) AS amount
     FROM rated_legs WHERE leg >= 0 GROUP BY name`,
  );
  const sums = new Sums();
  for (const { name, amount } of rows) sums.add(name, amount);
  return sums;
}

export async function warehouseSums(clickhouse: ClickHouse): Promise<Sums> {
  const rows = await clickhouse.query<{
    side: string;
    payer: string;
    payee: string;
    currency: string;
    settled: string;
    held: string;
  }>(
    `SELECT side, payer, payee, account_currency AS currency, toString(sum(account_amount)) AS settled,
            toString(sum(held_amount) - sum(held_freed)) AS held
     FROM rated_legs WHERE leg >= 0 GROUP BY side, payer, payee, account_currency`,
  );
  const sums = new Sums();
  for (const { side, payer, payee, currency, settled, held } of rows)
    addLeg(sums, side, payer, payee, currency, settled, held);
  return sums;
}

/** Rows of ClickHouse and how many of them are there twice; events that it knows. */
export async function warehouseCounts(
  clickhouse: ClickHouse,
): Promise<{ rows: number; doubled: number; events: number }> {
  const [row] = await clickhouse.query<{ rows: string; single: string; events: string }>(
    'SELECT count() AS rows, uniqExact(partition, offset, leg) AS single, uniqExact(partition, offset) AS events FROM rated_legs',
  );
  const rows = Number(row?.rows ?? 0);
  return { rows, doubled: rows - Number(row?.single ?? 0), events: Number(row?.events ?? 0) };
}

/** The ledger knows parties, not pairs: a payer's balance, a payee's revenue, what a supplier is owed, what is held. */
export async function ledgerSums(pool: Pool): Promise<Sums> {
  const { rows } = await pool.query<{ code: string; currency: string; kind: string; amount: string; held: string }>(
    `select a.code, a.currency, a.kind, sum(a.balance)::text as amount, sum(a.held)::text as held
     from ledger_account a group by 1, 2, 3`,
  );
  const byHand = await pool.query<{ code: string; currency: string; amount: string }>(
    `select a.code, a.currency, sum(e.amount)::text as amount from journal_entry e join ledger_account a on a.id = e.ledger_account_id
     where e.command_id is not null group by 1, 2`,
  );
  const sums = new Sums();
  for (const { code, currency, kind, amount, held } of rows) {
    sums.add(`${code} ${currency}`, amount);
    if (kind === 'balance') sums.add(`held ${code} ${currency}`, held);
  }
  // Top-ups are no usage.
  for (const { code, currency, amount } of byHand.rows) sums.add(`${code} ${currency}`, `-${amount}`.replace('--', ''));
  return sums;
}

/** What the ledger must say by these leg sums. */
export function asLedger(legs: Iterable<LegVerdict>): Sums {
  const sums = new Sums();
  for (const { side, payer, payee, accountCurrency, accountSettled, held } of legs) {
    if (accountCurrency === '') continue;
    if (side === 'sell') {
      sums.add(`balance/${payer} ${accountCurrency}`, accountSettled.negated());
      sums.add(`revenue/${payee} ${accountCurrency}`, accountSettled);
      sums.add(`held balance/${payer} ${accountCurrency}`, held);
    } else {
      sums.add(`cost/${payer} ${accountCurrency}`, accountSettled.negated());
      sums.add(`payable/${payee} ${accountCurrency}`, accountSettled);
    }
  }
  return sums;
}
