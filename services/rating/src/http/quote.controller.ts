import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { BodyLimit, Caller, ProblemError, RequirePermission, zodBody } from '@ratestream/http';
import { z } from 'zod';
import type { RatingCatalog } from '../catalog/rating-catalog.js';
import { cutToCaller, legJson } from './event-view.js';
import { Quoter, usageSchema, type Quote, type QuotedUsage } from './quote.js';
import { QUOTER, RATING_CATALOG } from './tokens.js';
import { explain } from '@ratestream/pricing';

const MAX_USAGES = 10_000;
const bodySchema = z.union([usageSchema, z.array(usageSchema).min(1).max(MAX_USAGES)]);

/** Prices without charging. */
@Controller('api/rating/v1/quote')
@RequirePermission('read')
export class QuoteController {
  constructor(
    @Inject(QUOTER) private readonly quoter: Quoter,
    @Inject(RATING_CATALOG) private readonly catalog: RatingCatalog,
  ) {}

  @Post()
  @HttpCode(200)
  @BodyLimit(16 << 20)
  quote(@Body(zodBody(bodySchema)) body: z.output<typeof bodySchema>, @Caller() caller: Caller): unknown {
    if (!Array.isArray(body)) return this.one(body, caller, '');
    return { quotes: body.map((usage, at) => this.one(usage, caller, `/${at}`)) };
  }

  private one(usage: QuotedUsage, caller: Caller, pointer: string): unknown {
    caller.mustSee(usage.account);
    const quote = this.quoter.quote(usage);
    if ('field' in quote)
      throw new ProblemError(422, 'invalid', quote.detail, [
        { pointer: `${pointer}/${quote.field}`, code: 'invalid', detail: quote.detail },
      ]);
    return this.answer(quote, caller);
  }

  private answer({ event, explanation }: Quote, caller: Caller): unknown {
    const seen = cutToCaller(event, caller);
    return {
      kind: seen.kind,
      catalogPosition: event.catalogPosition,
      country: seen.country,
      network: seen.network,
      trafficClass: seen.trafficClass,
      legs: seen.legs.map(legJson),
      explanation: caller.isOperator ? explanation : explain(seen, this.catalog.names()),
    };
  }
}
