import { fromBuffer, type Entry, type ZipFile } from 'yauzl';

export interface Conditions {
  etag: string | null;
  lastModified: string | null;
}

export type Download = { changed: false } | ({ changed: true; text: string } & Conditions);

export interface DownloadLimits {
  timeoutMs: number;
  /** Of the body, and of the file in an archive. */
  maxBytes: number;
}

/** The feed answered something that is no file of rates, or did not answer. Its fault or the network's: try again later. */
export class FeedError extends Error {
  readonly retriable = true;

  constructor(message: string) {
    super(message);
    this.name = 'FeedError';
  }
}

/**
 * Fetches a text file, plain or as the one CSV in a ZIP archive, unless it is the one that `known` describes.
 *
 * Errors  FeedError: no answer in time, a status other than 200 and 304, more than `maxBytes`, an archive without a CSV
 */
export async function download(
  url: string,
  known: Conditions,
  { timeoutMs, maxBytes }: DownloadLimits,
): Promise<Download> {
  const { address, authorization } = split(url);
  const headers = {
    accept: 'text/csv, application/zip',
    ...authorization,
    ...(known.etag === null ? {} : { 'if-none-match': known.etag }),
    ...(known.lastModified === null ? {} : { 'if-modified-since': known.lastModified }),
  };
  try {
    const answer = await fetch(address, { headers, signal: AbortSignal.timeout(timeoutMs), redirect: 'follow' });
    if (answer.status === 304) {
      await answer.body?.cancel();
      return { changed: false };
    }
    if (answer.status !== 200) {
      await answer.body?.cancel();
      throw new FeedError(`the feed answered ${answer.status}`);
    }
    const body = await readBounded(answer.body as AsyncIterable<Uint8Array> | null, maxBytes);
    return {
      changed: true,
      text: isZip(body) ? await csvIn(body, maxBytes) : body.toString('utf8'),
      etag: answer.headers.get('etag'),
      lastModified: answer.headers.get('last-modified'),
    };
  } catch (error) {
    if (error instanceof FeedError) throw error;
    throw new FeedError(
      `the feed cannot be read: ${(error as Error).name === 'TimeoutError' ? `no answer in ${timeoutMs} ms` : reasonOf(error)}`,
    );
  }
}

/** fetch takes no user and password in an address, and names both where it refuses one. Another host never gets the header. */
function split(url: string): { address: URL; authorization: { authorization?: string } } {
  const address = new URL(url);
  const { username, password } = address;
  [address.username, address.password] = ['', ''];
  if (username === '' && password === '') return { address, authorization: {} };
  const pair = [username, password].map(decodeURIComponent).join(':');
  return { address, authorization: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

async function readBounded(stream: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new FeedError(`the file has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function isZip(body: Buffer): boolean {
  return body.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004'));
}

/** The first `.csv` of an archive. What the directory says about sizes is not believed: the stream is counted. */
async function csvIn(body: Buffer, maxBytes: number): Promise<string> {
  const archive = await opened(body);
  try {
    for await (const entry of entriesOf(archive)) {
      if (!entry.fileName.toLowerCase().endsWith('.csv')) continue;
      const stream = await new Promise<AsyncIterable<Uint8Array>>((resolve, reject) =>
        archive.openReadStream(entry, (error, found) => (error === null ? resolve(found) : reject(error))),
      );
      return (await readBounded(stream, maxBytes)).toString('utf8');
    }
  } finally {
    archive.close();
  }
  throw new FeedError('the archive holds no CSV');
}

function opened(body: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) =>
    fromBuffer(body, { lazyEntries: true, autoClose: false }, (error, archive) =>
      error === null ? resolve(archive) : reject(error),
    ),
  );
}

async function* entriesOf(archive: ZipFile): AsyncGenerator<Entry> {
  for (let left = archive.entryCount; left > 0; left--) {
    yield await new Promise<Entry>((resolve, reject) => {
      archive.once('entry', resolve);
      archive.once('error', reject);
      archive.readEntry();
    });
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}, ${cause.message}` : message;
}
