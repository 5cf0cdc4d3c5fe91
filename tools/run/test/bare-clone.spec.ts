import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '@ratestream/stack-local';

/** A clone with nothing installed, and an npm that only writes down how it was called. */
function bareClone(): { clone: string; path: string } {
  const clone = mkdtempSync(join(tmpdir(), 'ratestream-clone-'));
  mkdirSync(join(clone, 'tools'));
  mkdirSync(join(clone, 'bin'));
  copyFileSync(join(repositoryRoot, 'tools/run.mjs'), join(clone, 'tools/run.mjs'));
  writeFileSync(join(clone, 'package-lock.json'), '{}');
  writeFileSync(join(clone, 'bin/npm'), '#!/bin/sh\necho "$*" > "$PWD/called"\n');
  chmodSync(join(clone, 'bin/npm'), 0o755);
  return { clone, path: `${join(clone, 'bin')}:/bin:/usr/bin` };
}

function run(clone: string, args: readonly string[], path: string): { status: number | null; said: string } {
  const { status, stderr } = spawnSync(process.execPath, ['tools/run.mjs', ...args], {
    cwd: clone,
    env: { PATH: path },
    encoding: 'utf8',
  });
  return { status, said: stderr.trim() };
}

describe('in a bare clone', () => {
  const { clone, path } = bareClone();
  const called = join(clone, 'called');
  beforeEach(() => rmSync(called, { force: true }));
  afterAll(() => rmSync(clone, { recursive: true }));

  test('dependencies are installed by npm ci', () => {
    run(clone, ['start'], path);
    expect(existsSync(called)).toBe(true);
  });

  test('they are installed again when the lock is newer, and not when it is older', () => {
    const done = join(clone, 'node_modules', '.package-lock.json');
    mkdirSync(join(clone, 'node_modules'));
    writeFileSync(done, '{}');
    run(clone, ['start'], path);
    expect(existsSync(called)).toBe(false);
    utimesSync(done, 1, 1);
    run(clone, ['start'], path);
    expect(existsSync(called)).toBe(true);
    rmSync(join(clone, 'node_modules'), { recursive: true });
  });

  test('no npm is one sentence', () => {
    const { status, said } = run(clone, ['start'], '/nowhere');
    expect([status, said]).toEqual([1, 'npm was not found on the PATH: install Node.js together with npm.']);
  });

  test('an unknown command is one sentence', () => {
    const { status, said } = run(clone, ['dance'], path);
    expect([status, said]).toEqual([1, 'Say what to run: node tools/run.mjs start|test|bench|chaos|generate.']);
  });
});
