import { messageIdOf, type Leg, type RatedEvent } from '@ratestream/events';
import { createKafka, createSerdes, tail } from '@ratestream/kafka';
import { silentLogger } from '@ratestream/observability';
import { httpClient, isolated, startServices, type HttpClient } from '@ratestream/testing';

const CATALOG = '/api/catalog/v1';

/** A record of the gateway; `id` is its message id. */
export type GatewayRecord = Record<string, unknown> & { id: string };

/** Catalog, ingest and rating as processes on real stores, and what comes out of them on the topic `rated`. */
export interface LiveTraffic {
  catalog: HttpClient;
  rating: HttpClient;
  /** Commands that must be accepted. */
  given(...commands: (readonly [path: string, body: object])[]): Promise<void>;
  /** Publishes a CSV, and answers with the millisecond in which it became known. */
  publish(card: string, csv: string, query?: Record<string, string>): Promise<number>;
  send(records: readonly GatewayRecord[]): Promise<void>;
  /** Legs of a message that moved money or say why they could not, in the order of rating. */
  legsOf(id: string): Leg[];
  stop(): Promise<void>;
}

export async function startTraffic(): Promise<LiveTraffic> {
  const corner = await isolated({ topics: false });
  const services = await startServices(corner, ['catalog', 'ingest', 'rating']);
  const urls = services.addresses.services;
  const catalog = httpClient(urls.catalog, services.adminKey);
  const rating = httpClient(urls.rating, services.adminKey);
  const ingest = httpClient(urls.ingest, services.adminKey);
  const { kafkaBrokers, topicPrefix, registryUrl } = corner;
  const kafka = createKafka({
    brokers: kafkaBrokers.split(','),
    clientId: 'test',
    logger: silentLogger(),
    topicPrefix,
  });
  const serdes = await createSerdes(kafka, registryUrl);
  const rated = new Map<string, RatedEvent[]>();
  const follower = await tail(kafka, {
    topic: 'rated',
    partitions: 'all',
    from: 'beginning',
    onRecords: (records) => {
      for (const { value } of records) {
        const event = serdes.RatedEvent.decode(value as Buffer);
        const id = event.messageId ?? '';
        rated.set(id, [...(rated.get(id) ?? []), event]);
      }
    },
  });
  return {
    catalog,
    rating,
    given: async (...commands) => {
      for (const [path, body] of commands) {
        const answer = await catalog.post(`${CATALOG}${path}`, body);
        expect([path, answer.status, answer.body]).toEqual([path, 201, expect.anything()]);
      }
    },
    publish: async (card, csv, query = {}) => {
      const asked = new URLSearchParams({ waiveNotice: 'of a test', ...query });
      const path = `${CATALOG}/rate-cards/${card}/versions?${String(asked)}`;
      const answer = await catalog.post<{ knownAt: string }>(path, csv, { contentType: 'text/csv' });
      expect([card, answer.status, answer.body]).toEqual([card, 201, expect.anything()]);
      return Date.parse(answer.body.knownAt);
    },
    send: async (records) => {
      const answer = await ingest.post('/api/ingest/v1/cdrs?source=gateway', records);
      expect(answer).toMatchObject({ body: { accepted: records.length } });
    },
    legsOf: (id) =>
      (rated.get(messageIdOf('gateway', id)) ?? [])
        .flatMap(({ legs }) => legs)
        .filter(({ amount, reason }) => amount !== 0n || reason !== null),
    stop: async () => {
      await follower.stop();
      await kafka.close();
      await services.stop();
    },
  };
}
