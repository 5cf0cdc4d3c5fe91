import { Inject, Injectable } from '@nestjs/common';
import type { Caller, Page } from '@ratestream/http';
import { CatalogQueries, type Shown } from '../queries/catalog-queries.js';
import type { ResourceName } from '../queries/resource.js';
import type { GetQuery, ListQuery } from './requests.js';
import { QUERIES } from './tokens.js';

/** The three reads that every resource has. */
@Injectable()
export class ResourceReads {
  constructor(@Inject(QUERIES) readonly queries: CatalogQueries) {}

  list(name: ResourceName, caller: Caller, page: ListQuery): Page<Shown> {
    return this.queries.list(name, caller, page);
  }

  get(name: ResourceName, id: string, caller: Caller, { asOf }: GetQuery): Shown | Promise<Shown> {
    return asOf === undefined ? this.queries.get(name, id, caller) : this.queries.getAsOf(name, id, caller, asOf);
  }

  history(name: ResourceName, id: string, caller: Caller, page: ListQuery): Promise<Page<Shown>> {
    return this.queries.history(name, id, caller, page);
  }
}
