import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CatalogView } from '@ratestream/catalog';
import { createKafka, createSerdes, tail, type InRecord } from '@ratestream/kafka';
import { silentLogger } from '@ratestream/observability';
import { eventually, httpClient, isolated, needs, startServices, type Isolated } from '@ratestream/testing';
import type { Stack } from '@ratestream/stack-local';

const built = existsSync(join(import.meta.dirname, '..', 'dist', 'main.js'));

let corner: Isolated;
let stack: Stack;
beforeAll(async () => {
  if (!built) return;
  corner = await isolated({ services: ['catalog'] });
  stack = await startServices(corner, ['catalog'], { serviceEnv: { catalog: { HEARTBEAT_INTERVAL_MS: '500' } } });
}, 180_000);
afterAll(async () => {
  if (!built) return;
  await stack.stop();
  await corner.clean();
}, 60_000);

/** Sends until there is an answer; the key makes a second try harmless. */
async function insist(
  path: string,
  body: unknown,
  idempotencyKey: string,
  contentType = 'application/json',
): Promise<number> {
  return eventually(
    async () => {
      const client = httpClient(stack.addresses.services.catalog, stack.adminKey);
      const answer = await client.post<{ position: number }>(`/api/catalog/v1${path}`, body, {
        idempotencyKey,
        contentType,
      });
      if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body.position;
    },
    { timeoutMs: 60_000, everyMs: 50 },
  );
}

needs(built, 'the catalog is not built (npm run build)')(
  'killed again and again between commit and publication: every position reaches the topic once, in order',
  async () => {
    const kafka = createKafka({
      brokers: corner.kafkaBrokers.split(','),
      clientId: 'test',
      logger: silentLogger(),
      topicPrefix: corner.topicPrefix,
    });
    await insist('/rate-cards', { id: 'card', name: 'card', side: 'sell' }, 'card');
    let last = 0;
    for (let round = 0; round < 4; round += 1) {
      const commands = Array.from({ length: 12 }, (_, index) =>
        insist('/accounts', { name: 'x' }, `open-${round}-${index}`),
      );
      const csv = `prefix,price\n${Array.from({ length: 5_000 }, (_, index) => `${44_000_000 + index},0.01\n`).join('')}`;
      commands.push(insist('/rate-cards/card/versions', csv, `version-${round}`, 'text/csv'));
      await new Promise((resolve) => setTimeout(resolve, 20 + 40 * round));
      await stack.kill('catalog', 'SIGKILL');
      last = Math.max(last, ...(await Promise.all(commands)));
    }

    const serdes = await createSerdes(kafka, corner.registryUrl);
    const view = new CatalogView({ keepRates: true });
    const positions: number[] = [];
    const onEvents = (records: InRecord[]): void => {
      for (const { value } of records) {
        const event = serdes.CatalogEvent.decode(value as Buffer);
        if (event.type !== 'Heartbeat') positions.push(event.position);
        view.apply(event);
      }
    };
    const onChunks = (records: InRecord[]): void => {
      for (const { value } of records) view.applyChunk(serdes.RateChunk.decode(value as Buffer));
    };
    const followers = [
      await tail(kafka, { topic: 'catalog', partitions: [0], from: 'beginning', onRecords: onEvents }),
      await tail(kafka, { topic: 'catalog.rates', partitions: [0], from: 'beginning', onRecords: onChunks }),
    ];
    await eventually(() => expect(view.position).toBe(last), { timeoutMs: 30_000 });
    expect(positions).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    expect(view.accounts.size).toBe(48);
    expect(view.versions('card').map(({ version }) => view.rates('card', version)?.length)).toEqual(
      Array(4).fill(5_000),
    );
    for (const follower of followers) await follower.stop();
    await kafka.close();
  },
  180_000,
);
