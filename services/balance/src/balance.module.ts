import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { API_KEYS } from '@ratestream/http';
import type { ApiKeys } from '@ratestream/http';
import { AccountsController } from './accounts/accounts.controller.js';
import { BooksController } from './books/books.controller.js';
import type { Positions } from './books/books.controller.js';
import type { BalanceCatalog } from './catalog.js';
import type { CommandHandler } from './commands/command.handler.js';
import { CommandsController } from './commands/commands.controller.js';
import type { Database } from './database.js';
import { CATALOG, COMMAND_HANDLER, DATABASE, POSITIONS } from './tokens.js';

export interface BalanceParts {
  catalog: BalanceCatalog;
  database: Database;
  positions: Positions;
  commands: CommandHandler;
}

/**
 * The HTTP side. The stream side is wired in `start-balance.ts`, in the order an event meets it:
 * reader → BatchApplier (fold, post, block totals) → StatusKeeper → outbox → relay.
 */
@Module({})
export class BalanceModule {
  static with({ catalog, database, positions, commands }: BalanceParts): DynamicModule {
    const keys: ApiKeys = {
      find: (hash) => catalog.apiKeyByHash(hash),
      isWithin: (accountId, scope) => catalog.isWithin(accountId, scope),
    };
    return {
      module: BalanceModule,
      controllers: [
        AccountsController, // balances and statements
        CommandsController, // top-ups and adjustments
        BooksController, //    the operator's books
      ],
      providers: [
        { provide: API_KEYS, useValue: keys }, //            who asks, from our own view of the catalog
        { provide: CATALOG, useValue: catalog }, //          who hangs under whom, names, limits
        { provide: DATABASE, useValue: database }, //        the books
        { provide: POSITIONS, useValue: positions }, //      how far the stream is applied
        { provide: COMMAND_HANDLER, useValue: commands }, // once per idempotency key
      ],
    };
  }
}
