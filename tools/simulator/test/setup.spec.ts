import { generateCatalog, setUpCatalog } from '../src/index.js';
import type { HttpClient } from '../src/index.js';
import { RefusedError } from '../src/index.js';

/** A catalog that remembers what was created and refuses what lacks its parts. */
class FakeCatalog {
  readonly created = new Set<string>();

  get(path: string): Promise<unknown> {
    if (path.endsWith('/versions'))
      return Promise.resolve({
        items: [...this.created].filter((key) => key.startsWith(`${path}?`)).map((_, i) => ({ version: i + 1 })),
      });
    if (!this.created.has(path)) return Promise.reject(new RefusedError(404, path, ''));
    return Promise.resolve({});
  }

  post(
    path: string,
    body: {
      id: string;
      parentId?: string | null;
      planId?: string | null;
      rateGroupId?: string | null;
      owner?: string | null;
      overrides?: { cardId: string }[];
    },
  ): Promise<unknown> {
    for (const [kind, id] of [
      ['accounts', body.parentId],
      ['accounts', body.owner],
      ['plans', body.planId],
      ['rate-groups', body.rateGroupId],
      ...(body.overrides ?? []).map(({ cardId }) => ['rate-cards', cardId] as const),
    ] as const) {
      if (typeof id === 'string' && !this.created.has(`/api/catalog/v1/${kind}/${id}`))
        return Promise.reject(new RefusedError(422, path, `${id} is missing`));
    }
    this.created.add(`${path}/${body.id}`);
    return Promise.resolve({});
  }

  postText(path: string): Promise<unknown> {
    const isNew = !this.created.has(path);
    this.created.add(path.replace('?id=', '/'));
    return Promise.resolve({ published: isNew ? 1 : 0 });
  }
}

test('everything is created in an order in which nothing is missing, and a second run creates nothing', async () => {
  const fake = new FakeCatalog();
  const catalog = generateCatalog({ seed: 1, startAt: 1_777_636_800_000_000 });
  const first = await setUpCatalog(fake as unknown as HttpClient, catalog);
  expect(first.existing).toBe(0);
  const second = await setUpCatalog(fake as unknown as HttpClient, catalog);
  expect(second).toEqual({ created: 0, existing: first.created });
});
