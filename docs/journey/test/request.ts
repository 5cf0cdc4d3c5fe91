import type { HttpClient } from '@ratestream/testing';

/** What a `rs` command of the guide asks for. */
export interface Request {
  method: string;
  /** Path and query. */
  path: string;
  body: string | null;
  contentType: string | null;
  idempotencyKey: string | null;
}

export interface Answer<T = unknown> {
  status: number;
  body: T;
}

/** `rs` is curl with the key (README of the guide); of curl it takes what the guide uses. */
export function parseRequest([program, ...words]: readonly string[], url: string): Request {
  if (program !== 'rs') throw new Error(`the guide cannot run ${program}`);
  const request: Request = { method: 'GET', path: '', body: null, contentType: null, idempotencyKey: null };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const next = (): string => words[++i] ?? '';
    if (word === '--json') {
      request.contentType = 'application/json';
      request.body = next();
    } else if (word === '--data-binary') request.body = next();
    else if (word === '-X') request.method = next();
    else if (word === '-H') takeHeader(request, next());
    else if (word.startsWith(url)) request.path = word.slice(url.length);
    else throw new Error(`the guide cannot give curl ${word}`);
  }
  if (request.body !== null && request.method === 'GET') request.method = 'POST';
  return request;
}

function takeHeader(request: Request, header: string): void {
  const [name = '', value = ''] = header.split(/: */);
  if (name.toLowerCase() === 'content-type') request.contentType = value;
  else if (name.toLowerCase() === 'idempotency-key') request.idempotencyKey = value;
  else throw new Error(`the guide cannot send the header ${name}`);
}

/** Questions may be asked again until the answer is there; orders are given once. */
export function isQuestion({ method, path }: Request): boolean {
  return method === 'GET' || /\/(quote|lookup)$/.test(path);
}

export async function send(http: HttpClient, request: Request): Promise<Answer> {
  if (request.method === 'GET') return http.get(request.path);
  if (request.method !== 'POST') throw new Error(`the guide cannot ${request.method}`);
  return http.post(request.path, request.body ?? '', {
    ...(request.contentType === null ? {} : { contentType: request.contentType }),
    ...(request.idempotencyKey === null ? {} : { idempotencyKey: request.idempotencyKey }),
  });
}
