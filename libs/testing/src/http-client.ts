import { randomUUID } from 'node:crypto';

export interface HttpAnswer<T> {
  status: number;
  headers: Headers;
  /** Parsed where the answer is JSON (problem+json included), else its text. */
  body: T;
}

/** Requests to one service with one API key. Never throws for a status; a connection that fails does. */
export interface HttpClient {
  get<T = unknown>(path: string): Promise<HttpAnswer<T>>;
  /** A JSON body; strings and buffers go as they are, with `contentType`. A fresh Idempotency-Key unless one is given. */
  post<T = unknown>(path: string, body?: unknown, options?: SendOptions): Promise<HttpAnswer<T>>;
  put<T = unknown>(path: string, body?: unknown, options?: SendOptions): Promise<HttpAnswer<T>>;
  patch<T = unknown>(path: string, body?: unknown, options?: SendOptions): Promise<HttpAnswer<T>>;
  delete<T = unknown>(path: string, options?: SendOptions): Promise<HttpAnswer<T>>;
  /** The same place with another key; undefined is nobody. */
  as(key: string | undefined): HttpClient;
}

export interface SendOptions {
  contentType?: string;
  idempotencyKey?: string;
  headers?: Readonly<Record<string, string>>;
}

/** A client for tests: `httpClient(stack.addresses.entryUrl, stack.adminKey).get('/api/catalog/v1/accounts')`. */
export function httpClient(baseUrl: string, key: string | undefined): HttpClient {
  const send = async <T>(
    method: string,
    path: string,
    body?: unknown,
    options: SendOptions = {},
  ): Promise<HttpAnswer<T>> => {
    const raw = typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData;
    const headers: Record<string, string> = { ...options.headers };
    if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
    if (method !== 'GET') headers['idempotency-key'] = options.idempotencyKey ?? randomUUID();
    if (body !== undefined && !(body instanceof FormData))
      headers['content-type'] = options.contentType ?? 'application/json';
    const payload = body === undefined ? null : raw ? (body as RequestInit['body'] & object) : JSON.stringify(body);
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers,
      body: payload,
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    const json = /[/+]json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as T };
  };
  return {
    get: (path) => send('GET', path),
    post: (path, body, options) => send('POST', path, body, options),
    put: (path, body, options) => send('PUT', path, body, options),
    patch: (path, body, options) => send('PATCH', path, body, options),
    delete: (path, options) => send('DELETE', path, undefined, options),
    as: (other) => httpClient(baseUrl, other),
  };
}
