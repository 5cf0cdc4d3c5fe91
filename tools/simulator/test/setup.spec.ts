import { schedulePriceChange } from '../src/cli/price-change.js';
import { generateCatalog, setUpCatalog } from '../src/index.js';
import type { HttpClient } from '../src/index.js';
import { RefusedError } from '../src/index.js';

/** 2026-05-01T12:00:00Z */
const NOON = 1_777_636_800_000_000;

/** A catalog that remembers what was created and refuses what lacks its parts. */
class FakeCatalog {
  readonly created = new Set<string>();

  get(path: string): Promise<unknown> {
    if (path.endsWith('/imports'))
      return Promise.resolve({
        items: [...this.created].filter((key) => key.startsWith(path.replace('imports', 'derivation'))),
      });
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
    return Promise.resolve({ secret: 'rs_second' });
  }

  withKey(): this {
    return this;
  }

  delete(path: string): Promise<unknown> {
    return Promise.resolve(this.created.delete(path));
  }

  postText(path: string): Promise<unknown> {
    const isNew = !this.created.has(path);
    this.created.add(path.replace('?id=', '/'));
    return Promise.resolve({ id: isNew ? 'staged' : null });
  }
}

test('everything is created in an order in which nothing is missing, and a second run creates nothing', async () => {
  const fake = new FakeCatalog();
  const catalog = generateCatalog({ seed: 1, startAt: NOON });
  const first = await setUpCatalog(fake as unknown as HttpClient, catalog);
  expect(first.existing).toBe(0);
  expect([...fake.created].filter((path) => path.includes('/approve'))).toEqual([
    '/api/catalog/v1/fx-rates/manual/staged/approve/undefined',
  ]);
  expect([...fake.created].filter((path) => path.includes('key-approver'))).toEqual([]);
  const second = await setUpCatalog(fake as unknown as HttpClient, catalog);
  expect(second).toEqual({ created: 0, existing: first.created });
});

test('a price change goes live by itself, six percent up from the list, and the next one goes back to it', async () => {
  const catalog = generateCatalog({ seed: 1, startAt: NOON });
  const posted: { path: string; prices: string[] }[] = [];
  const http = {
    get: () => Promise.resolve({ versionCount: 2 + posted.length }),
    postText: (path: string, _type: string, csv: string) => {
      const rows = csv.trim().split('\n').slice(1);
      posted.push({ path, prices: rows.map((row) => row.split(',')[5] ?? '') });
      return Promise.resolve({});
    },
  } as unknown as HttpClient;
  expect(await schedulePriceChange(http, catalog, NOON)).toEqual({ version: 3, dearer: true, effectiveFrom: NOON });
  expect(await schedulePriceChange(http, catalog, NOON)).toMatchObject({ version: 4, dearer: false });
  const [up, back] = posted;
  expect(up?.path).toMatch(
    /^\/api\/catalog\/v1\/rate-cards\/sell-retail\/versions\?effectiveFrom=2026-05-01T12%3A00%3A00.000Z&waiveNotice=./,
  );
  expect(back?.prices).toEqual(
    catalog.cards.find(({ card }) => card.id === 'sell-retail')?.versions[0]?.rows.map(({ price }) => price),
  );
  for (const [at, price] of (back?.prices ?? []).entries())
    expect(Number(up?.prices[at])).toBeCloseTo(Number(price) * 1.06, 5);
});
