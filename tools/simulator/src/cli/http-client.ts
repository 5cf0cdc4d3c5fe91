import { setTimeout as sleep } from 'node:timers/promises';

/** The service answered, and its answer is no. Ours to mend, or the catalog's rules; never tried again. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly path: string,
    readonly body: string,
  ) {
    super(`${path} answered ${status}: ${body.slice(0, 600)}`);
    this.name = 'RefusedError';
  }
}

/** Nobody answered within the time given. */
export class UnreachableError extends Error {
  constructor(url: string, cause: unknown) {
    super(`${url} cannot be reached (${reasonOf(cause)}); is the stack running? \`npm start\` starts it`);
    this.name = 'UnreachableError';
  }
}

export interface HttpClientOptions {
  baseUrl: string;
  apiKey: string;
  /** How long to go on trying while a service is away; default 60 s. */
  patienceMs?: number;
}

const RETRIED = new Set([429, 502, 503, 504]);

/** Calls the entry port with a key, and waits for services that are starting or restarting. */
export class HttpClient {
  constructor(private readonly options: HttpClientOptions) {}

  /** The same entry port as somebody else. */
  withKey(apiKey: string): HttpClient {
    return new HttpClient({ ...this.options, apiKey });
  }

  get<T>(path: string): Promise<T> {
    return this.request<T>('GET', path);
  }

  /** Every command carries a key of its content's identity, so repeating it is harmless. */
  post<T>(path: string, body: unknown, idempotencyKey: string): Promise<T> {
    return this.request<T>(
      'POST',
      path,
      { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      JSON.stringify(body),
    );
  }

  postText<T>(path: string, contentType: string, body: string, idempotencyKey: string): Promise<T> {
    return this.request<T>('POST', path, { 'content-type': contentType, 'idempotency-key': idempotencyKey }, body);
  }

  delete(path: string, idempotencyKey: string): Promise<unknown> {
    return this.request('DELETE', path, { 'idempotency-key': idempotencyKey });
  }

  private async request<T>(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<T> {
    const url = new URL(path, this.options.baseUrl);
    const giveUpAt = Date.now() + (this.options.patienceMs ?? 60_000);
    for (let pause = 100; ; pause = Math.min(pause * 1.6, 2_000)) {
      let problem: unknown;
      try {
        const init: RequestInit = {
          method,
          headers: { ...headers, authorization: `Bearer ${this.options.apiKey}` },
          signal: AbortSignal.timeout(30_000),
        };
        const response = await fetch(url, body === undefined ? init : { ...init, body });
        const text = await response.text();
        if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
        if (!RETRIED.has(response.status)) throw new RefusedError(response.status, `${method} ${path}`, text);
        problem = `status ${response.status}`;
      } catch (error) {
        if (error instanceof RefusedError) throw error;
        problem = error;
      }
      if (Date.now() + pause > giveUpAt) throw new UnreachableError(url.origin, problem);
      await sleep(pause);
    }
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause;
  return inner instanceof Error ? inner.message || cause.message : cause.message;
}
