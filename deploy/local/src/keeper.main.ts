import { createServer, type Socket } from 'node:net';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startStack } from './stack.js';

/**
 * A stack of stores that several test runs of one checkout share: `keeper.main.js --folder DIR [--idle-seconds N]`.
 * It serves as long as somebody holds a connection to it, and a while longer, so that the next run finds it warm.
 */
const { values } = parseArgs({
  options: { folder: { type: 'string' }, 'idle-seconds': { type: 'string', default: '45' } },
});
if (values.folder === undefined) throw new Error('--folder is needed');
const idleMs = Number(values['idle-seconds']) * 1_000;
const announcement = join(values.folder, 'keeper.json');

const stack = await startStack({ folder: values.folder, fresh: true });
const users = new Set<Socket>();
let idle: NodeJS.Timeout | undefined;

const server = createServer((user) => {
  clearTimeout(idle);
  users.add(user);
  user.on('error', () => undefined); // a user that was killed: its end is what counts
  user.once('close', () => {
    users.delete(user);
    if (users.size === 0) idle = setTimeout(() => void stop(), idleMs);
  });
  user.resume();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP address was expected');
  const { kafkaBrokers, registryUrl, postgresUrl, clickhouseUrl } = stack.addresses;
  writeFileSync(
    announcement,
    JSON.stringify({ port: address.port, kafkaBrokers, registryUrl, postgresUrl, clickhouseUrl }),
  );
});
idle = setTimeout(() => void stop(), idleMs);

async function stop(): Promise<void> {
  rmSync(announcement, { force: true });
  server.close();
  for (const user of users) user.destroy();
  await stack.stop();
  process.exit(0);
}
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
