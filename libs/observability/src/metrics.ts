import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

const PREFIX = 'ratestream_';

/** Seconds: from a single-digit millisecond to the half minute at which a drain gives up. */
export const LATENCY_BUCKETS_SEC: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

export interface Metrics {
  readonly registry: Registry;
  /** Counts up: `counter('rated_total', …)` is `ratestream_rated_total`. Asked for twice under one name: the same one. */
  counter<L extends string = string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string = string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  /** A distribution; buckets default to `LATENCY_BUCKETS_SEC`. */
  histogram<L extends string = string>(
    name: string,
    help: string,
    labels?: readonly L[],
    buckets?: readonly number[],
  ): Histogram<L>;
}

/** The metrics of one service: the Node process's own and what the service adds, each with the label `service`. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return metricsIn(registry);
}

/** Metrics without the process's own, for tests and tools. */
export function bareMetrics(): Metrics {
  return metricsIn(new Registry());
}

function metricsIn(registry: Registry): Metrics {
  const once = <T>(name: string, create: (fullName: string) => T): T => {
    const fullName = PREFIX + name;
    return (registry.getSingleMetric(fullName) as T | undefined) ?? create(fullName);
  };
  const common = <L extends string>(name: string, help: string, labels: readonly L[] | undefined) => ({
    name,
    help,
    labelNames: [...(labels ?? [])],
    registers: [registry],
  });
  return {
    registry,
    counter: (name, help, labels) => once(name, (fullName) => new Counter(common(fullName, help, labels))),
    gauge: (name, help, labels) => once(name, (fullName) => new Gauge(common(fullName, help, labels))),
    histogram: (name, help, labels, buckets = LATENCY_BUCKETS_SEC) =>
      once(name, (fullName) => new Histogram({ ...common(fullName, help, labels), buckets: [...buckets] })),
  };
}
