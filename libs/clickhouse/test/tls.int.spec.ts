import { groupNeeds, haveOpenssl, secureFront, testStack, type SecureFront } from '@ratestream/testing';
import { createClickHouse, StoreError } from '../src/index.js';

let front: SecureFront;

const asks = async (user: string, password: string): Promise<unknown> => {
  const url = new URL(front.url);
  [url.username, url.password] = [user, encodeURIComponent(password)];
  const store = createClickHouse({ url: url.toString(), database: 'default' });
  try {
    return await store.query(
      'SELECT {n:UInt8} + 1 AS answer',
      { n: 41 },
      { timeoutMs: 5_000, maxMemoryBytes: 2 ** 30 },
    );
  } finally {
    await store.close();
  }
};

groupNeeds(haveOpenssl(), 'there is no openssl to make certificates with')('a ClickHouse behind TLS', () => {
  beforeAll(async () => {
    front = await secureFront((await testStack()).clickhouseUrl, 'reader:p@ss/word');
  }, 180_000);
  afterAll(() => front.stop());

  test('is asked with user and password by whoever trusts its authority, and by nobody else', async () => {
    await expect(asks('reader', 'p@ss/word')).rejects.toThrow(/certificate/);
    front.trust();
    expect(await asks('reader', 'p@ss/word')).toMatchObject([{ answer: 42 }]);
    await expect(asks('reader', 'another')).rejects.toBeInstanceOf(StoreError);
  }, 60_000);
});
