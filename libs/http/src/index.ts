export {
  baseConfigSchema,
  clickhouseConfig,
  ConfigError,
  envBoolean,
  envInteger,
  envList,
  envNameOf,
  httpConfig,
  kafkaConfig,
  loadConfig,
  parseConfig,
  postgresConfig,
} from './config.js';
export type { BaseConfig, HttpConfig } from './config.js';
export { ProblemError, conflict, invalid, notFound, unavailable } from './problem.js';
export type { Fault, Problem } from './problem.js';
export { ZodPipe, amount, amountText, faultsOf, instant, positiveAmount, zodBody, zodParams, zodQuery } from './zod.js';
export { Cursor, pageOf, pageQuery } from './paging.js';
export type { Page } from './paging.js';
export { IdempotencyKey, canonicalJson, idempotencyKeyReused, readIdempotencyKey, requestHash } from './idempotency.js';
export {
  API_KEYS,
  Caller,
  PermissionGuard,
  RequirePermission,
  authenticate,
  callerOf,
  hashApiKey,
  newApiKeySecret,
} from './access.js';
export type { ApiKeys } from './access.js';
export { createServiceApp } from './app.js';
export type { ServiceAppOptions } from './app.js';
export { bootstrapService } from './bootstrap.js';
export type { BootstrapOptions, RunningService } from './bootstrap.js';
export { drainInSteps } from './drain.js';
export type { ShutdownHook } from './drain.js';
export { BodyLimit, callEveryRoute, walkRoutes } from './routes.js';
export type { Route, RouteAnswer } from './routes.js';
export { Answers, openApiDocument, openApiSchema } from './openapi.js';
export { NestLogger } from './nest-logger.js';
export { ProblemFilter } from './problem.filter.js';
