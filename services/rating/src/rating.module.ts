import { Module, type DynamicModule } from '@nestjs/common';
import { API_KEYS, type ApiKeys } from '@ratestream/http';
import type { RatingCatalog } from './catalog/rating-catalog.js';
import { MessagesController } from './http/messages.controller.js';
import type { MessageStore } from './http/messages.store.js';
import { QuoteController } from './http/quote.controller.js';
import type { Quoter } from './http/quote.js';
import { MESSAGE_STORE, QUOTER, RATING_CATALOG } from './http/tokens.js';

export interface RatingParts {
  readonly catalog: RatingCatalog;
  readonly quoter: Quoter;
  readonly messages: MessageStore;
}

/**
 * The HTTP side. The stream side is wired in start-rating.ts, in the order a usage event meets it:
 * RatingTask (decideUsage on RatingState) → rated; its timers, Retries and Checkpointer come with the ticks.
 */
@Module({})
export class RatingModule {
  static with({ catalog, quoter, messages }: RatingParts): DynamicModule {
    const keys: ApiKeys = {
      find: (hash) => catalog.view.apiKeyByHash(hash),
      isWithin: (accountId, scope) => catalog.view.isWithin(accountId, scope),
    };
    return {
      module: RatingModule,
      controllers: [
        QuoteController, // what would it cost, and why
        MessagesController, // everything that happened to one message
      ],
      providers: [
        { provide: API_KEYS, useValue: keys },
        { provide: RATING_CATALOG, useValue: catalog },
        { provide: QUOTER, useValue: quoter },
        { provide: MESSAGE_STORE, useValue: messages },
      ],
    };
  }
}
