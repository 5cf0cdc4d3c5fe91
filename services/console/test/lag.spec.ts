import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lagOf } from '../src/index.js';
import { LagView } from '../src/lag/lag.view.js';

const sample = (group: string, topic: string, partition: number, value: string): string =>
  `ratestream_kafka_lag_records{group="${group}",topic="${topic}",partition="${partition}",service="x"} ${value}`;

test('partitions are summed; of two groups on one topic the one further behind counts', () => {
  const text = [
    '# HELP ratestream_kafka_lag_records Records not yet processed',
    sample('rating', 'usage', 0, '3'),
    sample('rating', 'usage', 1, '4'),
    sample('rating', 'rating.commands', 0, '0'),
    sample('other', 'usage', 0, '5'),
    'ratestream_other{group="x"} 9',
  ].join('\n');
  expect(lagOf('rating', text)).toEqual([
    { service: 'rating', topic: 'rating.commands', partitions: 1, records: 0 },
    { service: 'rating', topic: 'usage', partitions: 2, records: 7 },
  ]);
});

describe('who sees it', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const key = request.headers.authorization;
      if (request.url === '/metrics') return response.end(sample('g', 'rated', 0, '8'));
      response.statusCode = key === 'Bearer operator' || key === 'Bearer tenant' ? 200 : 401;
      return response.end(JSON.stringify({ today: { rejected: key === 'Bearer operator' ? { total: 0 } : null } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const view = () =>
    new LagView(
      url,
      new Map([
        ['balance', url],
        ['rating', 'http://127.0.0.1:1'],
      ]),
    );

  test('the operator; a service that does not answer is unknown, not at zero', async () => {
    expect(await view().read('Bearer operator')).toEqual({
      readers: [{ service: 'balance', topic: 'rated', partitions: 1, records: 8 }],
      unknown: ['rating'],
    });
  });

  test.each([
    [undefined, 401],
    ['Bearer guess', 401],
    ['Bearer tenant', 403],
  ])('the key %s gets %d, also right after the operator asked', async (key, status) => {
    const asked = view();
    await asked.read('Bearer operator');
    await expect(asked.read(key)).rejects.toMatchObject({ status });
  });

  test('nobody while keys cannot be checked', async () => {
    await expect(new LagView('http://127.0.0.1:1', new Map()).read('Bearer operator')).rejects.toMatchObject({
      status: 503,
    });
  });
});
