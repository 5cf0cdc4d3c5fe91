import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a server that speaks TLS needs, and what its clients trust. Paths of PEM files in the folder. */
export interface Certificates {
  key: string;
  certificate: string;
  /** The authority that signed it. */
  ca: string;
  /** Another authority, which has signed nothing. */
  otherCa: string;
}

/** Whether certificates can be made here. */
export function haveOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Makes a certificate for 127.0.0.1 and localhost, good for two days. Errors: openssl's. */
export function makeCertificates(folder: string): Certificates {
  const run = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  for (const name of ['ca', 'other'])
    run('req', '-x509', ...key, '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`);
  run('req', ...key, '-subj', '/CN=server', '-keyout', 'server.key', '-out', 'server.csr');
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  run('x509', '-req', '-in', 'server.csr', ...authority, '-days', '2', '-extfile', 'names', '-out', 'server.pem');
  const path = (name: string): string => join(folder, name);
  return { key: path('server.key'), certificate: path('server.pem'), ca: path('ca.pem'), otherCa: path('other.pem') };
}

/** Key and certificates in one file, as some servers want them. */
export function oneFile({ key, certificate, ca }: Certificates): string {
  return [key, certificate, ca].map((path) => readFileSync(path, 'utf8')).join('');
}
