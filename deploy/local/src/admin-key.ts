import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from './errors.js';
import type { ServiceName, StackAddresses } from './contract.js';

const PATIENCE_MS = 30_000;

/** The folder's first admin key: made once, readable by its owner alone. */
export function adminKey(folder: string): { key: string; file: string } {
  const file = join(folder, 'secrets', 'admin.key');
  mkdirSync(join(folder, 'secrets'), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) writeFileSync(file, `rs_${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  return { key: readFileSync(file, 'utf8').trim(), file };
}

/**
 * Waits until every service knows the key: the catalog issues it as an event, and the others learn of it a moment
 * later. A stack that is up must not answer its own key with 401.
 */
export async function keyIsKnown(
  addresses: StackAddresses,
  services: readonly ServiceName[],
  key: string,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  const asked = services.includes('catalog') ? services.filter((name) => name !== 'console') : [];
  for (const name of asked) {
    const url = `${addresses.services[name]}/api/${name}/v1/openapi.json`;
    while (!(await accepts(url, key))) {
      if (Date.now() > deadline)
        throw new StackError(`${name} does not accept the admin key; see its log and the catalog's.`);
      await sleep(100);
    }
  }
}

async function accepts(url: string, key: string): Promise<boolean> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(5_000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // restarting: the supervisor says so
  }
}
