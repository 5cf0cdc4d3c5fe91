import { OPERATOR } from '@ratestream/catalog';
import type { Account } from '@ratestream/catalog';
import { available } from '@ratestream/ledger';
import type { Position } from '@ratestream/ledger';
import { formatMoney } from '@ratestream/money';
import type { Caller } from '@ratestream/http';
import { z } from 'zod';
import { limitsOf } from '../status/account-limits.js';
import type { StatusRow } from '../status/status.store.js';

const status = z.enum(['active', 'warned', 'suspended']);

export const accountSchema = z.object({
  id: z.string(),
  parentId: z.string().nullable().describe('null for a root payer, and where the caller does not see the parent'),
  name: z.string(),
  currency: z.string(),
  mode: z.enum(['prepaid', 'postpaid']),
  balance: z.string(),
  held: z.string(),
  creditLimit: z.string(),
  available: z.string(),
  warnBelow: z.string().nullable(),
  status: status.describe('the worst of its own and every ancestor’s'),
  ownStatus: status,
  causedBy: z.string().nullable().describe('the ancestor whose status counts, where the caller sees it'),
  closed: z.boolean(),
});

export type AccountBody = z.output<typeof accountSchema>;

/** An account as a caller sees it: nothing above the caller's own level is named. */
export function accountBody(
  account: Account,
  row: StatusRow | undefined,
  position: Position,
  caller: Caller,
): AccountBody {
  const visible = (id: string | null) => (id !== null && caller.sees(id) ? id : null);
  // What the status was decided by; the catalog's word until the account has been seen for the first time.
  const limits = row?.limits ?? limitsOf(account);
  return {
    id: account.id,
    parentId: account.parentId === OPERATOR ? null : visible(account.parentId),
    name: account.name,
    currency: account.currency,
    mode: account.mode,
    balance: formatMoney(position.balance),
    held: formatMoney(position.held),
    creditLimit: formatMoney(limits.creditLimit),
    available: formatMoney(available(position, limits)),
    warnBelow: limits.warnBelow === null ? null : formatMoney(limits.warnBelow),
    status: row?.status ?? 'active',
    ownStatus: row?.own ?? 'active',
    causedBy: visible(row?.causedBy ?? null),
    closed: account.closed,
  };
}
