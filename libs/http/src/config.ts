import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Every fault of a configuration, each with the name of its variable; never a value, which may be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
}

/** `true/false`, `1/0`, `yes/no`, `on/off`. */
export const envBoolean = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off'], { error: 'must be true or false' }))
  .transform((text) => ['true', '1', 'yes', 'on'].includes(text));

/** `a, b,c` → `['a', 'b', 'c']`; at least one. */
export const envList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  )
  .refine((items) => items.length > 0, { error: 'must name at least one' });

/** A whole number within bounds (both inclusive), for counts, sizes and durations; the unit belongs into the variable's name. */
export function envInteger(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^-?\d{1,15}$/, { error: message })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: message });
}

const port = envInteger(0, 65_535);

/** What every service takes: its two ports, logs, and where it runs. */
export const httpConfig = {
  httpHost: z.string().default('127.0.0.1'),
  /** 0 takes a free one. */
  httpPort: port.default(0),
  adminPort: port.default(0),
  /** The installation's currency, ISO 4217. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 code such as EUR' })
    .default('EUR'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** A cache: deleting it changes nothing but the time of the next start. */
  stateDir: z.string().default('.data/state'),
  environment: z.enum(['local', 'production']).default('local'),
  /** Requests and shutdown hooks get this long after SIGTERM; then the process ends all the same. */
  drainTimeoutMs: envInteger(100, 600_000).default(20_000),
};

/** Broker and registry. */
export const kafkaConfig = {
  kafkaBrokers: envList,
  kafkaTopicPrefix: z
    .string()
    .regex(/^[a-zA-Z0-9._-]*$/, { error: 'may hold letters, digits, dot, dash and underscore' })
    .default(''),
  kafkaSaslMechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  kafkaSaslUsername: z.string().optional(),
  kafkaSaslPassword: z.string().optional(),
  kafkaTls: envBoolean.default(false),
  /** PEM text, mostly by KAFKA_TLS_CA_FILE; unset: the system's authorities. */
  kafkaTlsCa: z.string().optional(),
  registryUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
};

export const postgresConfig = {
  postgresUrl: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }),
  /** `verify` checks the server's certificate against the system's authorities or POSTGRES_CA_PATH; `require` only encrypts. */
  postgresTls: z.enum(['off', 'require', 'verify']).default('off'),
  postgresCaPath: z.string().optional(),
  postgresMaxConnections: envInteger(1, 1_000).default(10),
};

export const clickhouseConfig = {
  clickhouseUrl: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  clickhouseDatabase: z
    .string()
    .regex(/^\w+$/, { error: 'may hold letters, digits and underscore' })
    .default('ratestream'),
};

/** A service with Kafka: extend it with `postgresConfig`, `clickhouseConfig` and the service's own fields. */
export const baseConfigSchema = z.object({ ...httpConfig, ...kafkaConfig });
export type BaseConfig = z.output<typeof baseConfigSchema>;
export type HttpConfig = Pick<BaseConfig, keyof typeof httpConfig>;

/** `kafkaTopicPrefix` is read from `KAFKA_TOPIC_PREFIX`. */
export function envNameOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/**
 * Reads a service's configuration from variables named after its fields, and reports every fault at once.
 *
 * In     schema: fields in camelCase with the unit in the name (`drainTimeoutMs` ↔ `DRAIN_TIMEOUT_MS`), each parsing a string.
 *        env: an empty variable counts as unset; `<NAME>_FILE` names a file whose content (trimmed) is the value.
 * Errors `ConfigError`, the operator's fault, with a line for each variable.
 */
export function parseConfig<S extends z.ZodObject>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.output<S> {
  const faults: string[] = [];
  const given: Record<string, string> = {};
  const unread = new Set<string>();
  for (const field of Object.keys(schema.shape)) {
    const name = envNameOf(field);
    const direct = env[name];
    const path = env[`${name}_FILE`];
    if (direct !== undefined && direct !== '') given[field] = direct;
    else if (path !== undefined && path !== '') {
      try {
        given[field] = readFileSync(path, 'utf8').trim();
      } catch (error) {
        unread.add(field);
        faults.push(`${name}_FILE: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
      }
    }
  }
  const parsed = schema.safeParse(given);
  if (parsed.success && faults.length === 0) return parsed.data;
  for (const issue of parsed.error?.issues ?? []) {
    const field = String(issue.path[0] ?? '');
    if (unread.has(field)) continue;
    const missing = field !== '' && given[field] === undefined;
    faults.push(`${envNameOf(field)}: ${missing ? 'is missing' : issue.message}`);
  }
  throw new ConfigError([...new Set(faults)]);
}

/**
 * What `main.ts` calls first: the parsed configuration, or an end with every fault on standard error (exit code 2).
 * With `--check-config` on the command line the process ends here in both cases.
 */
export function loadConfig<S extends z.ZodObject>(
  schema: S,
  env: Readonly<Record<string, string | undefined>> = process.env,
  argv: readonly string[] = process.argv,
): z.output<S> {
  try {
    const config = parseConfig(schema, env);
    if (argv.includes('--check-config')) {
      process.stdout.write('The configuration is valid.\n');
      process.exit(0);
    }
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}
