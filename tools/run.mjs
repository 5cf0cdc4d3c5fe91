#!/usr/bin/env node
// The commands of the root: `node tools/run.mjs start|test|bench|chaos|generate [options]`.
// Runs on the system's Node, with nothing installed yet: installs what is missing, then hands over to the project's own Node.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// kafkajs gives a timer a negative time now and then, which means "now"
const NODE_FLAGS = ['--disable-warning=TimeoutNegativeWarning'];
const COMMANDS = ['start', 'test', 'bench', 'chaos', 'generate'];

const [command, ...args] = process.argv.slice(2);
if (!COMMANDS.includes(command)) fail(`Say what to run: node tools/run.mjs ${COMMANDS.join('|')}.`);
install();
const node = join(root, 'node_modules', '.bin', 'node');
if (!existsSync(node))
  fail(`There is no Node for this machine (${process.platform} ${process.arch}) among the dependencies.`);
process.exit(await handOver(node, [...NODE_FLAGS, join(root, 'tools', 'run', `${command}.mjs`), ...args]));

/** `npm ci`, where node_modules is absent or older than the lock. */
function install() {
  const done = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs) return;
  console.log('Installing dependencies (npm ci) …');
  const { error, status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) fail('npm was not found on the PATH: install Node.js together with npm.');
  if (status !== 0) fail('npm ci failed; its words are above.');
}

/** Runs to the end; a signal that reaches this script goes on to the one that does the work, which then ends in its own order. */
function handOver(file, params) {
  const env = {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
    NX_DAEMON: 'false',
    RATESTREAM_STOP_WITH_PARENT: '1',
  };
  const child = spawn(file, params, { cwd: root, stdio: 'inherit', env });
  process.on('SIGINT', () => {}); // the terminal has sent it to the child too
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  stopWithNpm(() => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('error', (error) => fail(`The project's own Node could not be started: ${error.message}.`));
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

/** npm that is killed does not tell the script that it runs; nobody would be left to stop it. Only where there is /proc. */
function stopWithNpm(stop) {
  const shell = process.ppid;
  const npm = [shell, parentOf(shell)].find((pid) => processFile(pid, 'cmdline').startsWith('npm'));
  if (process.env.npm_lifecycle_event === undefined || npm === undefined) return;
  const watch = setInterval(() => {
    if (process.ppid === shell && processFile(npm, 'cmdline').startsWith('npm')) return;
    clearInterval(watch);
    stop();
  }, 1_000);
  watch.unref();
}

function parentOf(pid) {
  return Number(/^PPid:\s*(\d+)/m.exec(processFile(pid, 'status'))?.[1]);
}

function processFile(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
