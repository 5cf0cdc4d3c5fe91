import { sleep } from './time.js';

/** The registry answered, and its answer is no. */
export class RegistryError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'RegistryError';
  }
}

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';
const REQUEST_TIMEOUT_MS = 10_000;
const ATTEMPTS = 6;

/** A schema registry over Confluent's HTTP API (Confluent, Apicurio's ccompat, Karapace). */
export class Registry {
  private readonly base: string;
  private readonly authorization: string | null;

  /** In  url: with the API's path, e.g. `http://registry:8080/apis/ccompat/v7`; user and password may stand in it */
  constructor(url: string) {
    const parsed = new URL(url);
    const { username, password } = parsed;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.authorization = username === '' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`;
    parsed.username = parsed.password = '';
    this.base = parsed.toString().replace(/\/+$/, '');
  }

  /** Id of a schema under a subject; null where it is not registered. */
  async lookup(subject: string, schema: string): Promise<number | null> {
    try {
      return idOf(await this.request('POST', `/subjects/${encodeURIComponent(subject)}`, { schema }));
    } catch (error) {
      if (error instanceof RegistryError && error.status === 404) return null;
      throw error;
    }
  }

  /** Registers where it is new. Errors: RegistryError 409 when it is not compatible with what is there. */
  async register(subject: string, schema: string): Promise<number> {
    return idOf(await this.request('POST', `/subjects/${encodeURIComponent(subject)}/versions`, { schema }));
  }

  async schema(id: number): Promise<string> {
    const answer = (await this.request('GET', `/schemas/ids/${id}`)) as { schema?: unknown };
    if (typeof answer.schema !== 'string')
      throw new RegistryError(200, `the registry's answer to schema ${id} holds none`);
    return answer.schema;
  }

  /** False where the subject does not exist yet. */
  async setCompatibility(subject: string, compatibility: string): Promise<boolean> {
    try {
      await this.request('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility });
      return true;
    } catch (error) {
      if (error instanceof RegistryError && error.status === 404) return false;
      throw error;
    }
  }

  /** A registry that is away or busy is asked again for some seconds. */
  private async request(method: string, path: string, body?: unknown): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(method, path, body);
      } catch (error) {
        const passing = !(error instanceof RegistryError) || error.status >= 500 || error.status === 429;
        if (!passing || attempt === ATTEMPTS) throw error;
        await sleep(100 * 2 ** attempt);
      }
    }
  }

  private async once(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.base + path, {
      method,
      headers: {
        accept: CONTENT_TYPE,
        ...(body === undefined ? {} : { 'content-type': CONTENT_TYPE }),
        ...(this.authorization === null ? {} : { authorization: this.authorization }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok)
      throw new RegistryError(response.status, `registry: ${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text === '' ? {} : JSON.parse(text);
  }
}

function idOf(answer: unknown): number {
  const id = (answer as { id?: unknown }).id;
  if (typeof id !== 'number') throw new RegistryError(200, 'the registry answered without an id');
  return id;
}
