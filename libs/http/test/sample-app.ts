import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import type { ApiKey } from '@ratestream/catalog';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import { z } from 'zod';
import {
  API_KEYS,
  Answers,
  BodyLimit,
  Caller,
  IdempotencyKey,
  RequirePermission,
  createServiceApp,
  hashApiKey,
  pageQuery,
  positiveAmount,
  zodBody,
  zodQuery,
  type ApiKeys,
  type ServiceAppOptions,
} from '../src/index.js';

export const topUpSchema = z.strictObject({
  amount: positiveAmount,
  currency: z.string().length(3),
  note: z.string().max(20).optional(),
});
const answerSchema = z.object({ id: z.string(), amount: z.string() });

@Controller('api/sample/v1/accounts')
export class AccountsController {
  @Get(':id')
  @Answers(200, 'The account', answerSchema)
  one(@Param('id') id: string, @Caller() caller: Caller) {
    caller.mustSee(id);
    return { id, amount: '0' };
  }

  @Get()
  list(@Query(zodQuery(pageQuery(100))) query: z.output<ReturnType<typeof pageQuery>>) {
    return query;
  }

  @Post(':id/top-ups')
  topUp(
    @Param('id') id: string,
    @Body(zodBody(topUpSchema)) body: z.output<typeof topUpSchema>,
    @IdempotencyKey() key: string,
    @Caller() caller: Caller,
  ) {
    caller.mustSee(id);
    return { id, amount: String(body.amount), key };
  }

  @Post('large')
  @BodyLimit(4_096)
  large(@Body() body: unknown) {
    return { bytes: JSON.stringify(body).length };
  }

  @Get('broken/now')
  @RequirePermission('admin')
  broken(): never {
    throw new Error('the secret reason postgres://u:p@h');
  }

  @Get('away/now')
  away(): never {
    throw Object.assign(new Error('broker away'), { retriable: true });
  }

  @Get('slow/now')
  async slow() {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { done: true };
  }
}

/** reseller (r1 with its customer c1) and another tenant (r2). */
const PARENTS: Record<string, string | null> = { r1: null, c1: 'r1', r2: null };

export const SECRETS = {
  operator: 'rs_operator',
  r1: 'rs_r1',
  r2: 'rs_r2',
  reader: 'rs_reader',
  expired: 'rs_expired',
  revoked: 'rs_revoked',
};

const key = (id: keyof typeof SECRETS, over: Partial<ApiKey>): [string, ApiKey] => {
  const hash = hashApiKey(SECRETS[id]);
  return [
    hash,
    { id, name: id, hash, scope: id, permissions: ['read', 'write'], expiresAt: null, revoked: false, ...over },
  ];
};

const keys = new Map<string, ApiKey>([
  key('operator', { permissions: ['admin'] }),
  key('r1', {}),
  key('r2', {}),
  key('reader', { scope: 'r1', permissions: ['read'] }),
  key('expired', { scope: 'operator', expiresAt: 1 }),
  key('revoked', { scope: 'operator', revoked: true }),
]);

const apiKeys: ApiKeys = {
  find: (hash) => keys.get(hash),
  isWithin: (accountId, scope) => {
    for (let at: string | null | undefined = accountId; at; at = PARENTS[at])
      if (at === scope && at in PARENTS) return true;
    return false;
  },
};

@Module({ controllers: [AccountsController], providers: [{ provide: API_KEYS, useValue: apiKeys }] })
export class SampleModule {}

export const sampleOptions = (over: Partial<ServiceAppOptions> = {}): ServiceAppOptions => ({
  name: 'sample',
  module: SampleModule,
  logger: silentLogger(),
  metrics: bareMetrics(),
  bodyLimitBytes: 512,
  ...over,
});

export const sampleApp = (over: Partial<ServiceAppOptions> = {}) => createServiceApp(sampleOptions(over));

export const as = (who: keyof typeof SECRETS) => ({ authorization: `Bearer ${SECRETS[who]}` });
