import { silentLogger } from '@ratestream/observability';
import { groupNeeds, haveOpenssl, isolated, secureFront, type Isolated, type SecureFront } from '@ratestream/testing';
import { createKafka, createSerdes, ensureTopicsAndSchemas, type Kafka } from '../src/index.js';

let stack: Isolated;
let front: SecureFront;
let kafka: Kafka;

const withUser = (user: string, password: string): string => {
  const url = new URL(front.url);
  [url.username, url.password] = [user, encodeURIComponent(password)];
  return url.toString();
};

groupNeeds(haveOpenssl(), 'there is no openssl to make certificates with')('a registry behind TLS', () => {
  beforeAll(async () => {
    stack = await isolated({ services: [], topics: false });
    front = await secureFront(stack.registryUrl, 'reader:p@ss/word');
    const { kafkaBrokers, topicPrefix } = stack;
    kafka = createKafka({ brokers: kafkaBrokers.split(','), clientId: 'tls', logger: silentLogger(), topicPrefix });
  }, 180_000);
  afterAll(async () => {
    await kafka.close();
    await front.stop();
    await stack.clean();
  });

  test('registers and answers whoever trusts its authority and names user and password', async () => {
    await expect(createSerdes(kafka, withUser('reader', 'p@ss/word'))).rejects.toThrow();
    front.trust();
    await expect(createSerdes(kafka, withUser('reader', 'another'))).rejects.toThrow(/401/);
    await ensureTopicsAndSchemas(kafka, withUser('reader', 'p@ss/word'), 'local');
    await createSerdes(kafka, withUser('reader', 'p@ss/word'));
  }, 90_000);
});
