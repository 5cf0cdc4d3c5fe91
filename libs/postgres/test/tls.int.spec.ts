import { chownSync, chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  eventually,
  groupNeeds,
  haveOpenssl,
  makeCertificates,
  testStack,
  type Certificates,
} from '@ratestream/testing';
import { createPool, type PoolOptions } from '../src/index.js';

let url: string;
let folder: string;
let certificates: Certificates;

const encrypted = async (options: PoolOptions): Promise<boolean> => {
  const pool = createPool(url, options);
  try {
    const { rows } = await pool.query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    return rows[0]?.ssl ?? false;
  } finally {
    await pool.end();
  }
};
async function configure(...statements: string[]): Promise<void> {
  const pool = createPool(url);
  for (const statement of [...statements, 'select pg_reload_conf()']) await pool.query(statement);
  await pool.end();
}

groupNeeds(haveOpenssl(), 'there is no openssl to make certificates with')('TLS', () => {
  beforeAll(async () => {
    url = `${(await testStack()).postgresUrl}/postgres`;
    folder = mkdtempSync(join(tmpdir(), 'ratestream-tls-'));
    certificates = makeCertificates(folder);
    const pool = createPool(url);
    const { rows } = await pool.query<{ data_directory: string }>('show data_directory');
    await pool.end();
    // The server runs as the owner of its data, and takes a key that nobody else may read.
    const { uid, gid } = statSync(rows[0]?.data_directory ?? '');
    chmodSync(folder, 0o755);
    chmodSync(certificates.key, 0o600);
    for (const path of [certificates.key, certificates.certificate]) chownSync(path, uid, gid);
    await configure(
      `alter system set ssl_cert_file = '${certificates.certificate}'`,
      `alter system set ssl_key_file = '${certificates.key}'`,
      'alter system set ssl = on',
    );
    await eventually(async () => expect(await encrypted({ tls: 'require' })).toBe(true));
  }, 180_000);
  afterAll(async () => {
    await configure('alter system reset ssl', 'alter system reset ssl_cert_file', 'alter system reset ssl_key_file');
    rmSync(folder, { recursive: true, force: true });
  });

  test('`verify` wants a certificate of the authority that it is told', async () => {
    expect(await encrypted({ tls: 'verify', caPath: certificates.ca })).toBe(true);
    const refused = /certificate|self-signed/;
    await expect(encrypted({ tls: 'verify', caPath: certificates.otherCa })).rejects.toThrow(refused);
    await expect(encrypted({ tls: 'verify' })).rejects.toThrow(refused);
  });

  test('`require` encrypts and trusts whoever answers; `off` does not encrypt', async () => {
    expect(await encrypted({ tls: 'require' })).toBe(true);
    expect(await encrypted({ tls: 'off' })).toBe(false);
    expect(await encrypted({})).toBe(false);
  });
});
