import type { Account } from '@ratestream/catalog';
import type { Position } from '@ratestream/ledger';
import { parseMoney } from '@ratestream/money';
import type { Tx } from '@ratestream/postgres';

/** Balance and held sum of each account that has any, in its own currency. */
export async function readPositionsOf(
  tx: Tx,
  accounts: readonly Pick<Account, 'id' | 'currency'>[],
): Promise<Map<string, Position>> {
  const { rows } = await tx.query<{ party: string; balance: string; held: string }>({
    name: 'read-positions-of',
    text: `select a.party, a.balance, a.held from unnest($1::text[], $2::text[]) as w (code, currency)
      join ledger_account a on a.code = w.code and a.currency = w.currency and a.sub = 0`,
    values: [accounts.map(({ id }) => `balance/${id}`), accounts.map(({ currency }) => currency)],
  });
  return new Map(
    rows.map((row) => [row.party, { balance: parseMoney(row.balance), held: parseMoney(row.held) }] as const),
  );
}
