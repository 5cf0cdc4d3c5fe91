import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { makeCertificates } from './certificates.js';

/** A way to an HTTP server that demands TLS and a user with a password. */
export interface SecureFront {
  /** https, without user and password. */
  url: string;
  /** From here on this process trusts its authority, as with NODE_EXTRA_CA_CERTS. */
  trust(): void;
  /** Stops it, and trusts what was trusted before. */
  stop(): Promise<void>;
}

/** In  target: the server behind it; `credentials`: `user:password` */
export async function secureFront(target: string, credentials: string): Promise<SecureFront> {
  const folder = mkdtempSync(join(tmpdir(), 'ratestream-front-'));
  const { key, certificate, ca } = makeCertificates(folder);
  const wanted = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const pair = { key: readFileSync(key), cert: readFileSync(certificate) };
  const server = createServer(pair, (asked, answer) => {
    const { authorization, host: _, ...headers } = asked.headers;
    if (authorization !== wanted) return void answer.writeHead(401).end();
    const { origin } = new URL(target);
    const { method, url } = asked;
    const onward = request(new URL(url ?? '/', origin), { ...(method === undefined ? {} : { method }), headers });
    onward.on('response', (found) => found.pipe(answer.writeHead(found.statusCode ?? 502, found.headers)));
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const trusted = getCACertificates('default');
  const authority = readFileSync(ca, 'utf8');
  rmSync(folder, { recursive: true });
  const { pathname } = new URL(target);
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}${pathname === '/' ? '' : pathname}`,
    trust: () => setDefaultCACertificates([...trusted, authority]),
    stop: async () => {
      setDefaultCACertificates(trusted);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
