import type { Account } from '@ratestream/catalog';
import { pageOf } from '@ratestream/http';
import type { Caller } from '@ratestream/http';
import { formatMoney } from '@ratestream/money';
import type { Nano } from '@ratestream/money';
import { z } from 'zod';
import type { Statement, StatementEntry } from './statement.store.js';

const fxSchema = z.object({
  from: z.string(),
  to: z.string(),
  rate: z.string().describe('with the spread in it'),
  rateDate: z.string().describe('empty for an agreed rate'),
  source: z.string(),
  rule: z.string(),
  base: z.string().nullable(),
  fromPerBase: z.string().nullable(),
  toPerBase: z.string().nullable(),
  spreadPercent: z.string().nullable(),
  provisional: z.boolean(),
});

const entrySchema = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  kind: z.enum(['usage', 'period', 'reversal', 'top_up', 'adjustment']),
  amount: z.string().describe('credit positive'),
  balance: z.string().describe('after this entry'),
  legs: z.number().int().describe('how many priced legs it sums; 0 by hand'),
  card: z
    .object({ amount: z.string(), currency: z.string() })
    .nullable()
    .describe('what it was in the currency of the rate card; null where that is the account’s'),
  fx: fxSchema.nullable().describe('the rate that converted it, with its source and date'),
  range: z
    .object({ partition: z.number().int(), from: z.number().int(), to: z.number().int() })
    .nullable()
    .describe('offsets of rated, from inclusive, to exclusive'),
  commandId: z.string().nullable(),
  reason: z.string().nullable(),
  reference: z.string().nullable(),
  author: z.string().nullable().describe('id of the API key, where its tenant is not above the caller'),
});

export const statementSchema = z.object({
  account: z.string(),
  name: z.string(),
  currency: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  opening: z.string(),
  closing: z.string(),
  credits: z.string().describe('sum of the kinds that added'),
  debits: z.string().describe('sum of the kinds that took, as a positive amount'),
  sums: z.array(z.object({ kind: z.string(), amount: z.string(), entries: z.number().int(), legs: z.number().int() })),
  items: z.array(entrySchema),
  nextCursor: z.string().nullable(),
});

export type StatementBody = z.output<typeof statementSchema>;

/** A page of a statement; the running balance goes on from the page before. */
export function statementBody(
  account: Account,
  { from, to, limit }: { from: Date; to: Date; limit: number },
  statement: Statement,
  caller: Caller,
): StatementBody {
  const page = pageOf(statement.entries, limit, (entry) => [entry.at.toISOString(), entry.id]);
  const total = (wanted: (amount: Nano) => boolean) =>
    statement.sums.reduce((sum, { amount }) => (wanted(amount) ? sum + amount : sum), 0n);
  const credits = total((amount) => amount > 0n);
  const debits = total((amount) => amount < 0n);
  let running = statement.before;
  return {
    account: account.id,
    name: account.name,
    currency: account.currency,
    from: from.toISOString(),
    to: to.toISOString(),
    opening: formatMoney(statement.opening),
    closing: formatMoney(statement.opening + credits + debits),
    credits: formatMoney(credits),
    debits: formatMoney(-debits),
    sums: statement.sums.map((sum) => ({ ...sum, amount: formatMoney(sum.amount) })),
    items: page.items.map((entry) => entryBody(entry, (running += entry.amount), caller)),
    nextCursor: page.nextCursor,
  };
}

function entryBody(entry: StatementEntry, balance: Nano, caller: Caller): z.output<typeof entrySchema> {
  const { command, converted } = entry;
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    kind: entry.kind as z.output<typeof entrySchema>['kind'],
    amount: formatMoney(entry.amount),
    balance: formatMoney(balance),
    legs: entry.legs,
    card: converted === null ? null : { amount: formatMoney(converted.amount), currency: converted.currency },
    fx: converted?.fx ?? null,
    range: entry.range,
    commandId: command?.id ?? null,
    reason: command?.reason ?? null,
    reference: command?.reference ?? null,
    author: command !== null && caller.sees(command.scope) ? command.author : null,
  };
}
