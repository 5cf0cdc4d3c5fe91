import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { freePorts, releasePorts } from '@ratestream/stack-local';
import type { ServiceName, Stack } from '@ratestream/stack-local';

/** Another process of a service, to take over what the first one can no longer hold. */
export async function startSecond(
  stack: Stack,
  service: ServiceName,
  env: Record<string, string> = {},
): Promise<{ stop(): Promise<void> }> {
  const [httpPort = 0, adminPort = 0] = await freePorts(2);
  const entry = createRequire(import.meta.url).resolve(`@ratestream/service-${service}`);
  const log = createWriteStream(join(stack.folder, `${service}-second.log`));
  const child = spawn(process.execPath, ['--enable-source-maps', join(entry, '..', 'main.js')], {
    env: {
      PATH: process.env['PATH'],
      ...stack.environmentOf(service),
      ...env,
      HTTP_PORT: String(httpPort),
      ADMIN_PORT: String(adminPort),
      STATE_DIR: join(stack.folder, 'state', `${service}-second`),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  return {
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(killWithUs, 25_000);
      await gone;
      clearTimeout(late);
      process.removeListener('exit', killWithUs);
      releasePorts([httpPort, adminPort]);
    },
  };
}
