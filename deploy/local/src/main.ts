import { StackError } from './errors.js';
import { HELP, readOptions, type StartOptions } from './options.js';
import { showProgress } from './progress.js';
import { startStack } from './stack.js';
import type { Stack } from './contract.js';

/** `npm start`: the whole stack in the foreground, until Ctrl-C. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) {
    console.log(HELP);
    return;
  }
  const stopped = new AbortController();
  const asked = new Promise<void>((resolve) => {
    const once = (): void => {
      if (stopped.signal.aborted) process.exit(1); // asked twice: at once; the reaper ends what is left
      console.log('\nStopping (again: at once) …');
      stopped.abort(new StackError('Stopped before everything was up.'));
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, once);
    stopWithParent(once);
  });

  const startedAt = Date.now();
  const names = [...options.parts, ...(options.services.length > 0 ? ['topics'] : []), ...options.services];
  const progress = showProgress(options.demo ? [...names, 'demo'] : names, process.stdout.isTTY);
  let stack: Stack;
  try {
    stack = await startStack({
      ...options,
      quick: false,
      signal: stopped.signal,
      onMessage: (message) => progress.report(message),
    });
  } finally {
    await progress.end();
  }
  console.log(summary(stack, options, (Date.now() - startedAt) / 1000));
  await asked;
  await stack.stop();
  console.log('Stopped.');
}

/** The script that started us may be killed without a word; a stack that nobody sees must not stay. */
function stopWithParent(stop: () => void): void {
  const parent = process.ppid;
  if (process.env['RATESTREAM_STOP_WITH_PARENT'] !== '1') return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 1_000);
  watch.unref();
}

function summary(
  { addresses, adminKey, folder }: Stack,
  { parts, services, demo }: StartOptions,
  seconds: number,
): string {
  const rows = [
    ...(services.includes('console') ? [['Live page', `${addresses.entryUrl}/#key=${adminKey}`]] : []),
    ...(services.length > 0
      ? [
          ['API', `${addresses.entryUrl}/api/<service>/v1`],
          ['Admin key', adminKey],
        ]
      : []),
    ...(parts.includes('kafka') ? [['Kafka', addresses.kafkaBrokers]] : []),
    ...(parts.includes('registry') ? [['Registry', addresses.registryUrl]] : []),
    ...(parts.includes('postgres') ? [['PostgreSQL', addresses.postgresUrl]] : []),
    ...(parts.includes('clickhouse') ? [['ClickHouse', addresses.clickhouseUrl]] : []),
    ['Logs', `${folder}/logs`],
    ...(demo ? [['Demo', 'tenants and traffic are on; --no-demo leaves them out']] : []),
  ];
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(11)} ${value}`);
  return ['', `Ratestream is up after ${seconds.toFixed(1)} s. Ctrl-C stops it.`, '', ...lines, ''].join('\n');
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    if (error instanceof StackError) console.error(`\n${error.message}`);
    else console.error(error);
    process.exit(1);
  },
);
