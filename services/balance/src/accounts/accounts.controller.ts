import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import {
  Answers,
  Caller,
  Cursor,
  RequirePermission,
  instant,
  notFound,
  pageOf,
  pageQuery,
  zodQuery,
} from '@ratestream/http';
import type { Page } from '@ratestream/http';
import type { Account } from '@ratestream/catalog';
import { z } from 'zod';
import { CATALOG, DATABASE } from '../tokens.js';
import type { BalanceCatalog } from '../catalog.js';
import type { Database } from '../database.js';
import { readStatuses } from '../status/status.store.js';
import { accountBody, accountSchema } from './account.view.js';
import type { AccountBody } from './account.view.js';
import { readPositionsOf } from './positions.store.js';
import { statementBody, statementSchema } from './statement.view.js';
import type { StatementBody } from './statement.view.js';
import { readStatement } from './statement.store.js';

const listQuery = pageQuery(200);
const cursorOfAccount = z.tuple([z.string()]);
const entriesQuery = pageQuery(500).extend({
  from: instant.optional().describe('inclusive; default: the first instant of this UTC month'),
  to: instant.optional().describe('exclusive; default: now'),
});
const cursorOfEntry = z.tuple([z.iso.datetime(), z.string().regex(/^\d{1,18}$/)]);

/** Balances and statements, within the caller's subtree. */
@Controller('api/balance/v1/accounts')
@RequirePermission('read')
export class AccountsController {
  constructor(
    @Inject(CATALOG) private readonly catalog: BalanceCatalog,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  @Get()
  @Answers(200, 'Accounts by id', z.object({ items: z.array(accountSchema), nextCursor: z.string().nullable() }))
  async list(
    @Query(zodQuery(listQuery)) query: z.output<typeof listQuery>,
    @Caller() caller: Caller,
  ): Promise<Page<AccountBody>> {
    const [after] = query.cursor === undefined ? [''] : Cursor.decode(cursorOfAccount, query.cursor);
    const visible = [...this.catalog.accounts.values()]
      .filter((account) => account.id > after && caller.sees(account.id))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const page = pageOf(visible.slice(0, query.limit + 1), query.limit, (account) => [account.id]);
    return { items: await this.bodies(page.items, caller), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @Answers(200, 'The account', accountSchema)
  async one(@Param('id') id: string, @Caller() caller: Caller): Promise<AccountBody> {
    const [body] = await this.bodies([this.visible(id, caller)], caller);
    if (body === undefined) throw notFound('account', id);
    return body;
  }

  @Get(':id/entries')
  @Answers(200, 'A page of the statement, oldest first', statementSchema)
  async entries(
    @Param('id') id: string,
    @Query(zodQuery(entriesQuery)) query: z.output<typeof entriesQuery>,
    @Caller() caller: Caller,
  ): Promise<StatementBody> {
    const account = this.visible(id, caller);
    const now = new Date();
    const from =
      query.from === undefined
        ? new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()))
        : new Date(query.from / 1_000);
    const to = query.to === undefined ? now : new Date(query.to / 1_000);
    const after = query.cursor === undefined ? null : Cursor.decode(cursorOfEntry, query.cursor);
    const statement = await this.database.snapshot((tx) =>
      readStatement(tx, {
        accountId: id,
        currency: account.currency,
        from,
        to,
        after: after === null ? null : { at: new Date(after[0]), id: after[1] },
        limit: query.limit + 1,
      }),
    );
    return statementBody(account, { from, to, limit: query.limit }, statement, caller);
  }

  private visible(id: string, caller: Caller): Account {
    const account = this.catalog.accounts.get(id);
    if (account === undefined || !caller.sees(id)) throw notFound('account', id);
    return account;
  }

  private bodies(accounts: readonly Account[], caller: Caller): Promise<AccountBody[]> {
    return this.database.snapshot(async (tx) => {
      const rows = await readStatuses(
        tx,
        accounts.map(({ id }) => id),
      );
      const positions = await readPositionsOf(tx, accounts);
      return accounts.map((account) =>
        accountBody(account, rows.get(account.id), positions.get(account.id) ?? { balance: 0n, held: 0n }, caller),
      );
    });
  }
}
