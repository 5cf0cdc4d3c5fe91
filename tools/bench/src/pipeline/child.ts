import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NullSpec } from './null-spec.js';

export interface Child {
  stop(): Promise<void>;
}

/** Starts the null processor in a process of its own, like the service it stands for. */
export function startNull(spec: NullSpec): Child {
  const folder = mkdtempSync(join(tmpdir(), 'ratestream-bench-null-'));
  const file = join(folder, 'spec.json');
  writeFileSync(file, JSON.stringify(spec));
  const log = openSync(join(folder, 'log'), 'w');
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', fileURLToPath(new URL('null.main.js', import.meta.url)), file],
    {
      stdio: ['ignore', log, log],
    },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  return {
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(killWithUs, 20_000);
      await gone;
      clearTimeout(late);
      process.removeListener('exit', killWithUs);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
