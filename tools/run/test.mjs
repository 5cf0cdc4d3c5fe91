import { parseArgs } from 'node:util';
import { build } from './shell.mjs';
import { chaosQuick } from './test-chaos.mjs';
import { runJest } from './test-jest.mjs';
import { staticChecks } from './test-static.mjs';
import { withStores } from './test-stores.mjs';
import { Tally } from './tally.mjs';

const PARTS = ['static', 'unit', 'int', 'e2e', 'chaos'];
const HELP = `npm test -- [--only ${PARTS.join('|')}[,…]] [part of a path …]`;

const { values, positionals } = parseArgs({
  options: { only: { type: 'string' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
const only = values.only?.split(',') ?? (positionals.length > 0 ? ['unit', 'int', 'e2e'] : PARTS);
const unknown = only.find((part) => !PARTS.includes(part));
if (values.help || unknown !== undefined) {
  console.log(unknown === undefined ? HELP : `--only does not know ${JSON.stringify(unknown)}. ${HELP}`);
  process.exit(unknown === undefined ? 0 : 1);
}

const tally = new Tally();
const wants = (part) => only.includes(part);
await build();
if (wants('static')) await staticChecks(tally);
if (wants('unit')) await runJest(tally, { kind: 'unit', paths: positionals });
if (wants('int') || wants('e2e')) {
  await withStores(tally, async (env) => {
    if (wants('int')) await runJest(tally, { kind: 'int', paths: positionals, env, workers: 2 });
    if (wants('e2e')) await runJest(tally, { kind: 'e2e', paths: positionals, env, workers: 1 });
  });
}
if (wants('chaos')) await chaosQuick(tally);
tally.print();
process.exit(tally.exitCode);
