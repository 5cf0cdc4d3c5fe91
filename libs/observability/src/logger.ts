import { pino, type DestinationStream, type Logger as PinoLogger, type LevelWithSilent } from 'pino';

export type Logger = PinoLogger;
export type LogLevel = LevelWithSilent;

/** What never reaches a log, at the depths our log lines have: keys, passwords, the texts of messages, full numbers. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'apiKey',
  'token',
  'text',
  'body',
  'rawBody',
  'recipient',
  'sender',
];

const REDACTED_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

export interface LoggerOptions {
  /** Name of the service; in every line as `service`. */
  service: string;
  /** Default `info`. */
  level?: LogLevel;
  /** Where lines go; default standard output. Tests hand in a stream of their own. */
  destination?: DestinationStream;
}

/**
 * One JSON line per entry, on standard output: `{"level":"info","time":"…","service":"rating",…}`.
 *
 * Never writes a key, a password (also not the one inside a connection URL), a message's text or a full number,
 * wherever in the first three levels of the entry they stand under their usual names.
 */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: '[hidden]' },
      serializers: { err: describeError, error: describeError },
    },
    options.destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

/** A logger that says nothing, for tests. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}

/** An error's name, message, code, stack and causes, without the password of any URL that a driver put into them. */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: hideUrlPasswords(error.message),
    ...(code === undefined ? {} : { code }),
    ...(error.stack === undefined ? {} : { stack: hideUrlPasswords(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** `postgres://user:secret@host` → `postgres://user:[hidden]@host`. */
export function hideUrlPasswords(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, '$1:[hidden]@');
}
