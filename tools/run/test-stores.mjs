import { cpSync, existsSync, mkdtempSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './shell.mjs';

/** One set of real stores for all that runs inside; the folders of a run with failures keep their logs, and the run says where. */
export async function withStores(tally, work) {
  const folder = mkdtempSync(join(tmpdir(), 'ratestream-test-'));
  const failedBefore = tally.failed;
  const { startStack } = await import(join(root, 'deploy/local/dist/index.js'));
  const from = Date.now();
  console.log('\nStarting Kafka, the registry, PostgreSQL and ClickHouse …');
  let stack;
  try {
    stack = await startStack({
      folder: join(folder, 'stores'),
      onMessage: ({ part, kind, text }) => kind === 'progress' || console.log(`  ${part.padEnd(11)} ${text}`),
    });
    console.log(`Stores are up after ${((Date.now() - from) / 1000).toFixed(1)} s`);
    await work(environment(stack, folder));
  } catch (error) {
    console.error(error.name === 'StackError' ? error.message : error);
    tally.fail('the stores for the tests did not start');
  } finally {
    await stack?.stop();
  }
  if (tally.failed > failedBefore) tally.note(`Logs of this run's stacks: ${keepLogs(folder)}`);
  await removeFolder(folder);
}

function environment({ addresses }, folder) {
  return {
    STACK_KAFKA_BROKERS: addresses.kafkaBrokers,
    STACK_REGISTRY_URL: addresses.registryUrl,
    STACK_POSTGRES_URL: addresses.postgresUrl,
    STACK_CLICKHOUSE_URL: addresses.clickhouseUrl,
    RATESTREAM_TEST_FOLDER: folder,
  };
}

/** Copies `<stack>/logs` of every stack of the run into the repository's (ignored) folder of results. */
function keepLogs(folder) {
  const kept = join(root, '.test-results', new Date().toISOString().replaceAll(':', '-'));
  mkdirSync(kept, { recursive: true });
  for (const stack of readdirSync(folder)) {
    const logs = join(folder, stack, 'logs');
    // A suite that ended well has taken its folder away and may leave an empty one.
    if (existsSync(logs)) cpSync(logs, join(kept, stack), { recursive: true, force: true, errorOnExist: false });
  }
  return kept;
}

async function removeFolder(folder) {
  const { forgetFolder } = await import(join(root, 'deploy/local/dist/index.js'));
  for (const stack of readdirSync(folder)) forgetFolder(join(folder, stack));
  rmSync(folder, { recursive: true, force: true });
}
