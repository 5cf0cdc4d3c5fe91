import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const running = new Set();
process.once('SIGTERM', () => {
  for (const child of running) child.kill('SIGTERM');
  process.exit(143); // stores and services of this run: their reapers end them
});

/** Runs a program in the foreground; resolves with its exit code. */
export function run(file, args, { env = {}, quiet = false, discard = false } = {}) {
  const child = spawn(file, args, {
    cwd: root,
    env: { ...process.env, ...env },
    // discard: jest prints its JSON on standard output and everything that a person reads on standard error
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : discard ? ['inherit', 'ignore', 'inherit'] : 'inherit',
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  const output = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  child.stderr?.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(output).toString('utf8') }));
  });
}

/** Goes on as the built program of a package, in this very process: one process less between a person and Ctrl-C. */
export async function become(path, args) {
  process.removeAllListeners('SIGTERM');
  const file = join(root, path);
  process.setSourceMapsEnabled(true);
  process.argv.splice(1, process.argv.length, file, ...args);
  await import(pathToFileURL(file).href);
}

/** Builds what changed since the last time. Silent when all is well. */
export async function build() {
  const from = Date.now();
  const { code, output } = await run('nx', ['run-many', '-t', 'build', '--parallel=4', '--outputStyle=static'], {
    quiet: true,
  });
  if (code !== 0) {
    console.error(output);
    console.error('The build failed; its words are above.');
    process.exit(1);
  }
  console.log(`Built in ${((Date.now() - from) / 1000).toFixed(1)} s`);
}
