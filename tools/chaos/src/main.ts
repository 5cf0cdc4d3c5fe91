#!/usr/bin/env node
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { FULL, QUICK } from './options.js';
import type { ChaosOptions } from './options.js';
import { report } from './report.js';
import { runChaos } from './run-chaos.js';

interface Flags {
  quick?: boolean;
  messages?: number;
  kills?: number;
  rate?: number;
  seed?: number;
  folder?: string;
  json?: string;
}

const flags = new Command('chaos')
  .description('faults on a whole stack while messages flow; ends with code 0 only if every figure is exact')
  .option('--quick', 'the short run of npm test')
  .option('--messages <count>', 'messages to send', wholeNumber)
  .option('--kills <count>', 'kill -9 of services', wholeNumber)
  .option('--rate <records>', 'records per second', wholeNumber)
  .option('--seed <number>', 'another seed is other traffic and other faults', wholeNumber)
  .option('--folder <path>', 'where the stack lives; kept afterwards')
  .option('--json <file>', 'also write the result there')
  .parse()
  .opts<Flags>();

const base = flags.quick === true ? QUICK : FULL;
const options: ChaosOptions = {
  ...base,
  messages: flags.messages ?? base.messages,
  kills: flags.kills ?? base.kills,
  recordsPerSecond: flags.rate ?? base.recordsPerSecond,
  seed: flags.seed ?? base.seed,
  folder: flags.folder ?? null,
  jsonFile: flags.json ?? null,
};
const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'ratestream-chaos-'));
const startedAt = Date.now();
const say = (text: string): void => console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)}  ${text}`);

try {
  const result = await runChaos(options, folder, say);
  console.log(report(result));
  if (options.jsonFile !== null) writeFileSync(options.jsonFile, `${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = result.exact ? 0 : 1;
  if (result.exact && options.folder === null) rmSync(folder, { recursive: true, force: true });
  else console.log(`logs and data: ${folder}`);
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  console.log(`logs and data: ${folder}`);
  process.exitCode = 1;
}
// A client that a broken run left connected must not keep the process.
setTimeout(() => process.exit(), 5_000).unref();

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('not a whole number');
  return Number(text);
}
