import { parseArgs } from 'node:util';
import { Engine } from './engine.js';
import { createFront } from './front.js';

const CONNECTIONS = 4;

/** The process of the embedded ClickHouse: `front.main.js --port N --folder DIR`. */
const { values } = parseArgs({ options: { port: { type: 'string' }, folder: { type: 'string' } } });
if (values.port === undefined || values.folder === undefined) throw new Error('--port and --folder are needed');

const engine = new Engine(values.folder, CONNECTIONS);
const front = createFront(engine);
await front.listen({ host: '127.0.0.1', port: Number(values.port) });
console.log(`listening on ${values.port}`);

async function stop(): Promise<void> {
  await front.close(); // answers what has begun
  engine.close();
  process.exit(0);
}
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
