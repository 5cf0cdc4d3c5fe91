import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { Caller, notFound, RequirePermission, zodBody, zodParams } from '@ratestream/http';
import { z } from 'zod';
import type { RatingCatalog } from '../catalog/rating-catalog.js';
import { concerns, cutToCaller, cutUsageToCaller, ratedJson, toJson } from './event-view.js';
import type { LookupKind, MessageStore } from './messages.store.js';
import { ToldPrices } from './told-prices.js';
import { MESSAGE_STORE, RATING_CATALOG } from './tokens.js';

const MAX_IDS = 1_000;
const ids = z.array(z.string().min(1).max(200)).max(MAX_IDS).optional();
const lookupSchema = z.strictObject({
  messageIds: ids,
  clientRefs: ids,
  gatewayMessageIds: ids,
  supplierMessageIds: ids,
});
const pathSchema = z.object({ messageId: z.uuid() });
const KINDS: readonly (readonly [keyof z.output<typeof lookupSchema>, LookupKind])[] = [
  ['messageIds', 'messageId'],
  ['clientRefs', 'clientRef'],
  ['gatewayMessageIds', 'gatewayMessageId'],
  ['supplierMessageIds', 'supplierMessageId'],
];

/** Everything that happened to one message, and the ways to find it. */
@Controller('api/rating/v1/messages')
@RequirePermission('read')
export class MessagesController {
  constructor(
    @Inject(MESSAGE_STORE) private readonly messages: MessageStore,
    @Inject(RATING_CATALOG) private readonly catalog: RatingCatalog,
  ) {}

  @Get(':messageId')
  async one(
    @Param(zodParams(pathSchema)) { messageId }: z.output<typeof pathSchema>,
    @Caller() caller: Caller,
  ): Promise<unknown> {
    const { rated, usage } = await this.messages.history(messageId);
    const visible = rated.filter(({ event }) => concerns(event, caller));
    // Two accounts can claim one gateway id: what the other one reported is not this caller's.
    const reported = usage.filter(
      ({ event: { account } }) => caller.isOperator || (account !== null && caller.sees(account)),
    );
    if (visible.length === 0) throw notFound('message', messageId);
    const names = this.catalog.names();
    const prices = new ToldPrices(this.catalog, names);
    return {
      messageId,
      rated: visible.map(({ partition, offset, event }) => ({
        partition,
        offset,
        ...(ratedJson(cutToCaller(event, caller), names, prices) as object),
      })),
      usage: reported.map(({ partition, offset, event }) => ({
        partition,
        offset,
        ...(toJson(cutUsageToCaller(event, caller)) as object),
      })),
    };
  }

  @Post('lookup')
  @HttpCode(200)
  async lookup(
    @Body(zodBody(lookupSchema)) wanted: z.output<typeof lookupSchema>,
    @Caller() caller: Caller,
  ): Promise<unknown> {
    const within = this.catalog.subtreeOf(caller.scope);
    const found: { by: LookupKind; id: string; messageId: string }[] = [];
    for (const [field, kind] of KINDS) {
      // a supplier's ids are none of a tenant's business
      const asked = kind === 'supplierMessageId' && !caller.isOperator ? [] : (wanted[field] ?? []);
      if (asked.length === 0) continue;
      for (const { id, messageId, account } of await this.messages.lookup(kind, asked, within, MAX_IDS * 2)) {
        if (caller.sees(account)) found.push({ by: kind, id, messageId });
      }
    }
    return { found };
  }
}
