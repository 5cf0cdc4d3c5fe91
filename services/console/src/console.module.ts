import { Module, type DynamicModule } from '@nestjs/common';
import { LagController } from './lag/lag.controller.js';
import { LagView } from './lag/lag.view.js';

/**
 * What the entry port does, in the order a request meets it. The first and the last are Fastify plugins, put in by
 * `create-console.ts`:
 *
 * 1. `api-proxy.ts`  /api/<service>/v1/* → that service, untouched
 * 2. `lag/`          /api/console/v1/lag → how far the services are behind
 * 3. `web-app.ts`    everything else     → the static page
 *
 * It keeps no state and no key of its own.
 */
@Module({})
export class ConsoleModule {
  static with(lag: LagView): DynamicModule {
    return { module: ConsoleModule, controllers: [LagController], providers: [{ provide: LagView, useValue: lag }] };
  }
}
