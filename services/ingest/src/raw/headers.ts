/** Headers of `cdr.raw` that mean something. Only `source` is asked of a gateway. */
export const HEADERS = {
  /** Name of a configured source. */
  source: 'source',
  /** Overrides the source's format for this record. */
  format: 'format',
  /** Column names, comma-separated, of CSV without a header line. */
  columns: 'columns',
  /** What the lines are counted within: `file:<digest>` of a closed file, or `http:<key id>:<Idempotency-Key>`. */
  recordBase: 'record-base',
  /** 1-based line of the base that the first line of this record is. */
  firstLine: 'first-line',
  /** Set by the HTTP door for keys of a tenant: no account outside this subtree may be named. */
  scope: 'scope',
  /** Set by a replay: `<partition>/<offset>` of the original, the lines to take, how often it was replayed. */
  replayOf: 'replay-of',
  replayLines: 'replay-lines',
  replayAttempt: 'replay-attempt',
} as const;

export interface Replay {
  readonly partition: number;
  readonly offset: number;
  /** null: all */
  readonly lines: ReadonlySet<number> | null;
  readonly attempt: number;
}

/** What the headers of a replayed record say; null where it is none, or says it wrongly. */
export function replayOf(headers: Readonly<Record<string, string>>): Replay | null {
  const written = headers[HEADERS.replayOf];
  if (written === undefined) return null;
  const found = /^(\d{1,9})\/(\d{1,15})$/.exec(written);
  if (found === null) return null;
  const lines = headers[HEADERS.replayLines];
  const wanted =
    lines === undefined || !/^\d{1,6}(,\d{1,6})*$/.test(lines) ? null : new Set(lines.split(',').map(Number));
  const attempt = Number(headers[HEADERS.replayAttempt] ?? '1');
  return {
    partition: Number(found[1]),
    offset: Number(found[2]),
    lines: wanted,
    attempt: Number.isInteger(attempt) && attempt > 0 && attempt < 1e6 ? attempt : 1,
  };
}

/** A small whole number of a header, or what stands in for it. */
export function lineHeader(value: string | undefined): number {
  return value !== undefined && /^[1-9]\d{0,9}$/.test(value) ? Number(value) : 1;
}
