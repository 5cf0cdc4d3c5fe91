/** One fault of a request. `pointer` (RFC 6901) is into the body, `parameter` names a query or path parameter or header. */
export interface Fault {
  pointer?: string;
  parameter?: string;
  code?: string;
  detail: string;
}

/** Body of every answer that is no success: RFC 9457 with a stable `code` to branch on and all faults of the request. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  instance?: string;
  requestId?: string;
  errors?: Fault[];
}

/**
 * A refusal that the caller is told about. `code` is stable and machine-readable (`account_closed`), `detail` is for people.
 * Throw it from a controller; expected outcomes of a decision stay values until there.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly Fault[] = [],
    /** Extra headers, such as `retry-after`. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${code}: ${detail}`);
  }
}

/** 404, also for what exists outside the caller's subtree, so that existence does not leak. */
export const notFound = (what: string, id?: string): ProblemError =>
  new ProblemError(404, 'not_found', id === undefined ? `There is no such ${what}.` : `There is no ${what} ${id}.`);

/** 422: well-formed, but its content is at fault. */
export const invalid = (faults: readonly Fault[]): ProblemError =>
  new ProblemError(
    422,
    'invalid',
    faults.length === 1 ? 'One field is at fault.' : `${faults.length} fields are at fault.`,
    faults,
  );

/** 409: the state the command assumed has moved on, or an idempotency key is used for another request. */
export const conflict = (code: string, detail: string): ProblemError => new ProblemError(409, code, detail);

/** 503: may work later. */
export const unavailable = (detail: string, retryAfterSec = 1): ProblemError =>
  new ProblemError(503, 'unavailable', detail, [], { 'retry-after': String(retryAfterSec) });

export const typeOf = (code: string): string => `urn:ratestream:problem:${code}`;
