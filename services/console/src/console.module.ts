import { Module } from '@nestjs/common';

/**
 * What the entry port does, in the order a request meets it (each part is a Fastify plugin, put in by `createConsole`):
 *
 * 1. `api-proxy.ts`  /api/<service>/v1/* → that service, untouched
 * 2. `web-app.ts`    everything else     → the static page
 *
 * It has no controller, no state and no key of its own.
 */
@Module({})
export class ConsoleModule {}
