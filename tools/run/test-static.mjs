import { root, run } from './shell.mjs';
import { join } from 'node:path';

const CHECKS = [
  {
    name: 'generated code is current',
    file: process.execPath,
    args: [join(root, 'libs/events/dist/generate.main.js'), '--check'],
  },
  { name: 'formatting (prettier)', file: 'prettier', args: ['--check', '--log-level=warn', '.'] },
  { name: 'types (tsc)', file: 'tsc', args: ['--noEmit'] },
  {
    name: 'types of the live page (tsc)',
    file: 'tsc',
    args: ['--noEmit', '-p', 'services/console/src/web/tsconfig.json'],
  },
  { name: 'lint (eslint)', file: 'eslint', args: ['--max-warnings=0', '.'] },
];

/** What can be judged without running anything; each check counts as one test. */
export async function staticChecks(tally) {
  console.log(`\n── static ${'─'.repeat(64)}`);
  for (const { name, file, args } of CHECKS) {
    const from = Date.now();
    const { code, output } = await run(file, args, { quiet: true });
    if (code !== 0) console.log(output);
    console.log(`${code === 0 ? 'PASS' : 'FAIL'} ${name} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
    if (code === 0) tally.pass();
    else tally.fail(name);
  }
}
