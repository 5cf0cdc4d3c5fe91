#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { machine } from './machine.js';
import { MEASUREMENTS } from './measurements.js';
import { measureAll } from './measure-all.js';
import { table } from './table.js';

const ids = MEASUREMENTS.flatMap((measurement) => measurement.ids);
const flags = new Command('bench')
  .description('measures speed, each row against its baseline in the same run, and prints one table')
  .option('--only <ids>', `some rows, of: ${ids.join(', ')}`)
  .option('--quick', 'shorter, and less to be trusted')
  .option('--json <file>', 'also write the rows there')
  .parse()
  .opts<{ only?: string; quick?: boolean; json?: string }>();

const wanted = new Set(flags.only === undefined ? ids : flags.only.split(',').map((id) => id.trim()));
const unknown = [...wanted].filter((id) => !ids.includes(id));
if (unknown.length > 0) {
  console.error(`there is no row ${unknown.join(', ')}; there are ${ids.join(', ')}`);
  process.exit(1);
}

const startedAt = Date.now();
const say = (text: string): void =>
  console.error(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)}  ${text}`);
const { rows, whole } = await measureAll(MEASUREMENTS, wanted, { quick: flags.quick ?? false, say }, (measured) => {
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(measured, null, 2)}\n`);
});
console.log(`${machine()}; ${new Date().toISOString().slice(0, 10)}${flags.quick === true ? '; quick' : ''}\n`);
console.log(table(rows));
// Clients of stores that are gone by now must not keep the process.
process.exit(whole ? 0 : 1);
