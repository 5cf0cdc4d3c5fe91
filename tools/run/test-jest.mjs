import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root, run } from './shell.mjs';

const REASON = /\[skipped: (.+?)\]/;

/** Runs one kind of test over every project and adds its counts. */
export async function runJest(tally, { kind, paths, env = {}, workers }) {
  console.log(`\n── ${kind} ${'─'.repeat(Math.max(0, 70 - kind.length))}`);
  const folder = mkdtempSync(join(tmpdir(), 'ratestream-jest-'));
  const report = join(folder, 'report.json');
  const args = ['--json', `--outputFile=${report}`, '--passWithNoTests', ...paths];
  if (workers !== undefined) args.push(workers === 1 ? '--runInBand' : `--maxWorkers=${workers}`);
  const { code } = await run(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      ...args,
    ],
    {
      env: { ...env, TEST_KIND: kind, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
      discard: true,
    },
  );
  try {
    count(tally, JSON.parse(readFileSync(report, 'utf8')), code, kind);
  } catch (error) {
    tally.fail(`${kind} tests: jest ended with code ${code} and left no report (${error.message})`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function count(tally, { testResults }, code, kind) {
  const before = tally.failed;
  for (const { name: file, assertionResults, status, message } of testResults) {
    const path = relative(root, file);
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) {
      tally.fail(`${path}: ${message.split('\n').find((line) => line.trim() !== '') ?? 'did not run'}`);
    }
    for (const test of assertionResults) countTest(tally, path, test);
  }
  if (code !== 0 && tally.failed === before)
    tally.fail(`${kind} tests: jest ended with code ${code} although no test failed`);
}

function countTest(tally, path, { status, fullName }) {
  if (status === 'passed') tally.pass();
  else if (status === 'failed') tally.fail(`${path}: ${fullName}`);
  else tally.skip(`${path}: ${fullName.replace(REASON, '').trim()}`, REASON.exec(fullName)?.[1]);
}
