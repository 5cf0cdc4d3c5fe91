import { type DynamicModule, Module } from '@nestjs/common';
import type { CatalogView } from '@ratestream/catalog';
import { API_KEYS, type ApiKeys } from '@ratestream/http';
import type { OrphanList } from './correlation/orphan-list.js';
import type { CdrDoor } from './http/cdr-door.js';
import { CdrsController } from './http/cdrs.controller.js';
import { OrphansController } from './http/orphans.controller.js';
import { RejectedController } from './http/rejected.controller.js';
import { CDR_DOOR, ORPHAN_LIST, REJECTED_INDEX, REPLAYER } from './http/tokens.js';
import type { RejectedIndex } from './reject/rejected-index.js';
import type { Replayer } from './reject/replayer.js';

export interface IngestParts {
  view: Pick<CatalogView, 'apiKeyByHash' | 'isWithin'>;
  door: CdrDoor;
  rejected: RejectedIndex;
  replayer: Replayer;
  orphans: OrphanList;
}

/**
 * The HTTP side. The stream side is wired in `start-ingest.ts`, in the order a raw record meets it:
 * RawTask (parse, enrich, ask) → CorrelationTask (find the message, the common id of parts) → usage, cdr.rejected.
 */
@Module({})
export class IngestModule {
  static with({ view, door, rejected, replayer, orphans }: IngestParts): DynamicModule {
    const keys: ApiKeys = {
      find: (hash) => view.apiKeyByHash(hash),
      isWithin: (accountId, scope) => view.isWithin(accountId, scope),
    };
    return {
      module: IngestModule,
      controllers: [
        CdrsController, //     raw records in
        RejectedController, // dead letters, and their way back in
        OrphansController, //  receipts that wait for their message
      ],
      providers: [
        { provide: API_KEYS, useValue: keys }, //           who asks, from our own view of the catalog
        { provide: CDR_DOOR, useValue: door }, //           posted bytes → records of cdr.raw
        { provide: REJECTED_INDEX, useValue: rejected }, // the newest of cdr.rejected
        { provide: REPLAYER, useValue: replayer }, //       originals into cdr.raw again
        { provide: ORPHAN_LIST, useValue: orphans }, //     of the tasks in this process
      ],
    };
  }
}
