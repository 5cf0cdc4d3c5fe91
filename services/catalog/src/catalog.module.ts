import { Module, type DynamicModule } from '@nestjs/common';
import { API_KEYS, type ApiKeys } from '@ratestream/http';
import { BulkPort, type BulkPortOptions } from './bulk/bulk.port.js';
import type { CommandHandler } from './commands/command-handler.js';
import { AccountsController } from './http/accounts.controller.js';
import { ApiKeysController } from './http/api-keys.controller.js';
import { BulkChangesController } from './http/bulk-changes.controller.js';
import { CommandPort } from './http/command-port.js';
import type { DerivedParts } from './derived/make-derived.js';
import { ConnectionsController } from './http/connections.controller.js';
import { DerivationsController } from './http/derivations.controller.js';
import { FxRatesController } from './http/fx-rates.controller.js';
import { FxPort } from './fx/fx.port.js';
import { ImportPort, type ImportPortOptions } from './http/import-port.js';
import { ImportsController } from './http/imports.controller.js';
import { NoticesController } from './http/notices.controller.js';
import { NumberingPlansController } from './http/numbering-plans.controller.js';
import { OffersController } from './http/offers.controller.js';
import { PlansController } from './http/plans.controller.js';
import { RateCardsController } from './http/rate-cards.controller.js';
import { RateGroupsController } from './http/rate-groups.controller.js';
import { RateVersionsController } from './http/rate-versions.controller.js';
import { ResourceReads } from './http/resource-reads.js';
import { RowPort, type RowPortOptions } from './http/row-port.js';
import { SheetMappingsController } from './http/sheet-mappings.controller.js';
import { SourcesController } from './http/sources.controller.js';
import { SuppliersController } from './http/suppliers.controller.js';
import { BULK, COMMANDS, DERIVED, IMPORTS, NOTICES, OFFERS, QUERIES, ROWS } from './http/tokens.js';
import { WhatIfsController } from './http/what-ifs.controller.js';
import { NoticePort, type NoticePortOptions } from './notices/notice.port.js';
import { ComparisonPort } from './offers/comparison.port.js';
import { OfferPort, type OfferOptions } from './offers/offer.port.js';
import type { CatalogQueries } from './queries/catalog-queries.js';
import { WHAT_IFS, WhatIfPort, type WhatIfOptions } from './what-if/what-if.port.js';

export interface CatalogParts {
  commands: CommandHandler;
  queries: CatalogQueries;
  rows: RowPortOptions;
  imports: ImportPortOptions;
  notices: NoticePortOptions;
  derived: DerivedParts;
  bulk: BulkPortOptions;
  offers: OfferOptions;
  whatIfs: WhatIfOptions;
  fx: FxPort;
  apiKeys: ApiKeys;
}

/** Who does what in the catalog service, in the order a command meets it. */
@Module({})
export class CatalogModule {
  static with({
    commands,
    queries,
    rows,
    imports,
    derived,
    notices,
    bulk,
    offers,
    whatIfs,
    fx,
    apiKeys,
  }: CatalogParts): DynamicModule {
    return {
      module: CatalogModule,
      providers: [
        { provide: API_KEYS, useValue: apiKeys }, // who asks: keys from the catalog's own state
        CommandPort, // body and headers → command → answer or problem
        RowPort, // sheets of rates and numbers, in and out
        { provide: COMMANDS, useValue: commands }, // lock position → decide → events, outbox, answer in one transaction
        { provide: ROWS, useValue: rows },
        ImportPort, // rate sheets of any layout: staged, approved, published through the same commands
        { provide: IMPORTS, useValue: imports },
        NoticePort, // who was told of which prices: planned by approvals, issued right after them
        { provide: NOTICES, useValue: notices },
        { provide: DERIVED, useValue: derived }, // cards that follow a buy card: staged by its versions
        BulkPort, // one change of many cards: an import each, decided whole
        { provide: BULK, useValue: bulk },
        ComparisonPort, // suppliers side by side, by the matching that rates messages
        OfferPort, // price lists made from the best of them
        { provide: OFFERS, useValue: offers },
        WhatIfPort, // prices that are in no catalog, tried on usages or past traffic
        { provide: WHAT_IFS, useValue: whatIfs },
        { provide: FxPort, useValue: fx }, // exchange rates: uploaded, pulled or by hand
        ResourceReads,
        { provide: QUERIES, useValue: queries }, // the state now from the view, at an instant from the stream
      ],
      controllers: [
        AccountsController,
        SuppliersController,
        ConnectionsController,
        SourcesController,
        RateVersionsController,
        ImportsController,
        NoticesController,
        DerivationsController,
        BulkChangesController,
        OffersController,
        SheetMappingsController,
        RateCardsController,
        PlansController,
        RateGroupsController,
        WhatIfsController,
        NumberingPlansController,
        FxRatesController,
        ApiKeysController,
      ],
    };
  }
}
