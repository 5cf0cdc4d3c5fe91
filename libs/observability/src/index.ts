export { createLogger, silentLogger, describeError, hideUrlPasswords } from './logger.js';
export type { Logger, LoggerOptions, LogLevel } from './logger.js';
export { createMetrics, bareMetrics, LATENCY_BUCKETS_SEC } from './metrics.js';
export type { Metrics } from './metrics.js';
export type { Counter, Gauge, Histogram, Registry } from 'prom-client';
export { Health } from './health.js';
export type { CheckOptions, HealthCheck, HealthReport, HealthResult } from './health.js';
export { startAdminServer } from './admin-server.js';
export type { AdminServer, AdminServerOptions } from './admin-server.js';
