import { Inject, Injectable } from '@nestjs/common';
import { invalid, type Caller, type Page, type ProblemError } from '@ratestream/http';
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

  /** Now, or as it was known at an instant. A rate card has two times; everything else has one, under either name. */
  get(name: ResourceName, id: string, caller: Caller, { asOf, knownAt }: GetQuery): Shown | Promise<Shown> {
    const at = asOf ?? knownAt;
    if (at === undefined) return this.queries.get(name, id, caller);
    if (name === 'rate-cards') return this.queries.cardAt(id, caller, { asOf, knownAt });
    if (asOf !== undefined && knownAt !== undefined && asOf !== knownAt) throw oneTime(name);
    return this.queries.getAsOf(name, id, caller, at);
  }

  history(name: ResourceName, id: string, caller: Caller, page: ListQuery): Promise<Page<Shown>> {
    return this.queries.history(name, id, caller, page);
  }
}

function oneTime(name: ResourceName): ProblemError {
  const detail = `${name} have one time: a change counts from the moment it is known; give asOf or knownAt, or both alike`;
  return invalid([{ parameter: 'knownAt', code: 'one_time_only', detail }]);
}
