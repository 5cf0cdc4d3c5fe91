import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './shell.mjs';

/** The short chaos run: one test more, which passes only if every figure is exact. */
export async function chaosQuick(tally) {
  console.log(`\n── chaos ${'─'.repeat(65)}`);
  const program = join(root, 'tools/chaos/dist/main.js');
  if (!existsSync(program)) {
    tally.fail('chaos --quick: tools/chaos has no dist/main.js');
    return;
  }
  const { code } = await run(process.execPath, ['--enable-source-maps', program, '--quick']);
  if (code === 0) tally.pass();
  else tally.fail(`chaos --quick ended with code ${code}`);
}
