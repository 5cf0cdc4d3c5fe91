import type { HttpClient } from '@ratestream/testing';

/** What a `rs` command of the guide asks for. */
export interface Request {
  method: string;
  /** Path and query. */
  path: string;
  body: string | FormData | null;
  /** Asked with the second key, for what one person alone must not do. */
  second: boolean;
  contentType: string | null;
  idempotencyKey: string | null;
}

export interface Answer<T = unknown> {
  status: number;
  body: T;
}

/**
 * `rs` is curl with the key, `rs2` with that of a second person (README of the guide); of curl they take what the guides use.
 *
 * In  files: what `@name` stands for
 */
export function parseRequest(
  [program, ...words]: readonly string[],
  url: string,
  files: ReadonlyMap<string, string>,
): Request {
  if (program !== 'rs' && program !== 'rs2') throw new Error(`the guide cannot run ${program}`);
  const second = program === 'rs2';
  const request: Request = { method: 'GET', path: '', body: null, second, contentType: null, idempotencyKey: null };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const next = (): string => words[++i] ?? '';
    if (word === '--json') {
      request.contentType = 'application/json';
      request.body = next();
    } else if (word === '--data-binary') request.body = contentOf(next(), files);
    else if (word === '-F') request.body = withField(request.body, next(), files);
    else if (word === '-X') request.method = next();
    else if (word === '-H') takeHeader(request, next());
    else if (word.startsWith(url)) request.path = word.slice(url.length);
    else throw new Error(`the guide cannot give curl ${word}`);
  }
  if (request.body !== null && request.method === 'GET') request.method = 'POST';
  return request;
}

/** `@name` is the content of a file. */
function contentOf(text: string, files: ReadonlyMap<string, string>): string {
  if (!text.startsWith('@')) return text;
  const content = files.get(text.slice(1));
  if (content === undefined) throw new Error(`the guide sends ${text}, which nothing before it has written`);
  return content;
}

function withField(body: Request['body'], field: string, files: ReadonlyMap<string, string>): FormData {
  const form = body instanceof FormData ? body : new FormData();
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(field) ?? [];
  if (value.startsWith('@')) form.append(name, new Blob([contentOf(value, files)]), value.slice(1));
  else form.append(name, value);
  return form;
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
  const options = {
    ...(request.contentType === null ? {} : { contentType: request.contentType }),
    ...(request.idempotencyKey === null ? {} : { idempotencyKey: request.idempotencyKey }),
  };
  switch (request.method) {
    case 'GET':
      return http.get(request.path);
    case 'POST':
      return http.post(request.path, request.body ?? '', options);
    case 'PUT':
      return http.put(request.path, request.body ?? '', options);
    case 'DELETE':
      return http.delete(request.path, options);
    default:
      throw new Error(`the guide cannot ${request.method}`);
  }
}
