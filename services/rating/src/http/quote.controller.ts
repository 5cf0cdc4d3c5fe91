import { setImmediate as others } from 'node:timers/promises';
import { Body, Controller, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { BodyLimit, Caller, ProblemError, RequirePermission, zodBody, zodQuery } from '@ratestream/http';
import { z } from 'zod';
import { cutToCaller, legJson } from './event-view.js';
import { Quoter, usageSchema, type Quote, type QuotedUsage } from './quote.js';
import { QUOTER } from './tokens.js';

const MAX_USAGES = 10_000;
/** Of one batch: what was known at an instant is found anew for each, the exchange rates of every day among it. */
const MAX_INSTANTS = 50;
/** After so many others work: partitions are rated in this process too. */
const BREATH = 20;
/** For every usage that states none itself. */
const timesSchema = usageSchema.pick({ asOf: true, knownAt: true });
const bodySchema = z.union([usageSchema, z.array(usageSchema).min(1).max(MAX_USAGES)]);

/** Prices without charging. */
@Controller('api/rating/v1/quote')
@RequirePermission('read')
export class QuoteController {
  constructor(@Inject(QUOTER) private readonly quoter: Quoter) {}

  @Post()
  @HttpCode(200)
  @BodyLimit(16 << 20)
  async quote(
    @Body(zodBody(bodySchema)) body: z.output<typeof bodySchema>,
    @Query(zodQuery(timesSchema)) times: z.output<typeof timesSchema>,
    @Caller() caller: Caller,
  ): Promise<unknown> {
    if (!Array.isArray(body)) return this.one({ ...times, ...body }, caller, '');
    limitInstants(body.map((usage) => usage.knownAt ?? times.knownAt));
    const quotes: unknown[] = [];
    for (const [at, usage] of body.entries()) {
      quotes.push(this.one({ ...times, ...usage }, caller, `/${at}`));
      if (at % BREATH === BREATH - 1) await others();
    }
    return { quotes };
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

  private answer(quote: Quote, caller: Caller): unknown {
    const { event } = quote;
    const seen = cutToCaller(event, caller);
    return {
      kind: seen.kind,
      catalogPosition: event.catalogPosition,
      country: seen.country,
      network: seen.network,
      trafficClass: seen.trafficClass,
      legs: seen.legs.map(legJson),
      explanation: this.quoter.explain(quote, seen),
    };
  }
}

/** In  instants: of each usage, undefined for now */
function limitInstants(instants: readonly (number | undefined)[]): void {
  const seen = new Set<number>();
  for (const [at, instant] of instants.entries()) {
    if (instant !== undefined) seen.add(instant);
    if (seen.size <= MAX_INSTANTS) continue;
    const detail = `A batch is priced as known at up to ${MAX_INSTANTS} different instants; send those of others in another batch.`;
    throw new ProblemError(422, 'too_many_instants', detail, [
      { pointer: `/${at}/knownAt`, code: 'too_many_instants', detail },
    ]);
  }
}
