import { Body, Controller, Inject, Param, Post } from '@nestjs/common';
import { Caller, zodBody, zodParams } from '@ratestream/http';
import { z } from 'zod';
import type { DerivedParts } from '../derived/make-derived.js';
import type { CatalogQueries, Shown } from '../queries/catalog-queries.js';
import { FromHeaders, type CommandHeaders } from './command-context.js';
import { ImportPort } from './import-port.js';
import { idParams, type IdParams } from './requests.js';
import { DERIVED, QUERIES } from './tokens.js';

const recomputeBody = z
  .strictObject({
    /** A version of the buy card; absent: the one in force, whose rates count from the approval on. */
    version: z.int().min(1).nullable().default(null),
  })
  .prefault({});
type RecomputeRequest = z.output<typeof recomputeBody>;

/** Cards that follow a buy card: each of its versions stages an import by itself; here one is asked for. */
@Controller('/api/catalog/v1/rate-cards/:id/derivation')
export class DerivationsController {
  constructor(
    private readonly imports: ImportPort,
    @Inject(DERIVED) private readonly derived: DerivedParts,
    @Inject(QUERIES) private readonly queries: CatalogQueries,
  ) {}

  /** Computes the card again, as after a change of its markup; the answer is the staged import. */
  @Post('recompute')
  async recompute(
    @Caller() caller: Caller,
    @FromHeaders() headers: CommandHeaders,
    @Param(zodParams(idParams)) { id }: IdParams,
    @Body(zodBody(recomputeBody)) body: RecomputeRequest,
  ): Promise<Shown> {
    this.queries.find('rate-cards', id, caller);
    return this.imports.get(id, await this.derived.recompute.run(id, body, caller, headers), caller);
  }
}
