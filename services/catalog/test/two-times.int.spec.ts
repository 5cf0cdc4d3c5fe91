import { RATE_COLUMNS } from '@ratestream/catalog';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Pool } from '@ratestream/postgres';
import { caller, emptyDatabase, startApp, type Answer } from './harness.js';

let pool: Pool;
let app: NestFastifyApplication;
let call: ReturnType<typeof caller>;
beforeAll(async () => {
  pool = await emptyDatabase();
  ({ app } = await startApp(pool));
  call = caller(app);
}, 120_000);
afterAll(async () => {
  await app.close();
  await pool.end();
});

const faults = ({ body }: Answer): string[] =>
  ((body['errors'] ?? []) as { pointer?: string; parameter?: string; code: string }[]).map(
    ({ pointer, parameter, code }) => `${pointer ?? parameter ?? ''} ${code}`,
  );
const query = (fields: Record<string, string | undefined>): string =>
  new URLSearchParams(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString();
async function newCard(id: string): Promise<string> {
  expect((await call('POST', '/rate-cards', { id, name: id, side: 'sell' })).status).toBe(201);
  return id;
}
/** Publishes one rate, and answers with the instant at which it became known. */
async function publish(card: string, price: string, fields: Record<string, string>): Promise<string> {
  const answer = await call('POST', `/rate-cards/${card}/versions?${query(fields)}`, `price\n${price}\n`);
  expect(answer.status).toBe(201);
  return String(answer.body['knownAt']);
}
const before = (instant: string): string =>
  `${instant.slice(0, 19)}.${String(Number(instant.slice(20, 23)) - 1).padStart(3, '0')}999Z`;

test('which version is in force at any billing time, as known then and as corrected', async () => {
  const card = await newCard('corrected');
  const jan = '2026-01-01T00:00:00.000Z';
  const mar = '2026-03-01T00:00:00.000Z';
  const first = await publish(card, '0.01', { effectiveFrom: jan, backdated: 'true' });
  const second = await publish(card, '0.02', { effectiveFrom: mar, backdated: 'true' });
  // The second list was wrong, and is published again after its effective date.
  const third = await publish(card, '0.03', { effectiveFrom: mar, backdated: 'true' });
  const inForce = async (asOf: string, knownAt?: string): Promise<unknown[]> => {
    const path = `?${query({ asOf, knownAt })}`;
    const [one, list] = [
      await call('GET', `/rate-cards/${card}${path}`),
      await call('GET', `/rate-cards/${card}/versions${path}`),
    ];
    const items = list.body['items'] as unknown as { version: number; inForce: boolean }[];
    expect(items.filter((item) => item.inForce).map(({ version }) => version)).toEqual(
      [list.body['inForce']].filter((version) => version !== null),
    );
    expect(one.status === 404 ? null : one.body['inForce']).toBe(list.body['inForce']);
    return [list.body['inForce'], items.length];
  };
  expect(await inForce('2026-02-28T23:59:59.999999Z')).toEqual([1, 3]);
  expect(await inForce(mar)).toEqual([3, 3]);
  expect(await inForce(mar, second)).toEqual([2, 2]);
  expect(await inForce(mar, before(third))).toEqual([2, 2]);
  expect(await inForce(mar, third)).toEqual([3, 3]);
  expect(await inForce(mar, first)).toEqual([1, 1]);
  expect(await inForce('2025-12-31T23:59:59.999999Z')).toEqual([null, 3]);
  expect((await call('GET', `/rate-cards/${card}?${query({ knownAt: '2025-01-01T00:00:00Z' })}`)).status).toBe(404);
  // Withdrawn, it still counts for questions of before.
  await call('DELETE', `/rate-cards/${card}/versions/3`);
  expect(await inForce(mar)).toEqual([2, 3]);
  expect(await inForce(mar, third)).toEqual([3, 3]);
  const known = (await call('GET', `/rate-cards/${card}/versions?${query({ knownAt: third })}`)).body;
  expect(known).toMatchObject({ knownAt: third, asOf: third, items: [{}, {}, { version: 3, withdrawnAt: null }] });
});

test('a card says how many versions it has and which is next; the versions themselves come in pages', async () => {
  const card = await newCard('paged');
  for (const effectiveFrom of [
    undefined,
    '2098-01-01T00:00:00Z',
    '2097-01-01T00:00:00Z',
    '2097-01-01T00:00:00Z',
    undefined,
  ])
    await publish(card, '1', effectiveFrom === undefined ? {} : { effectiveFrom });
  const says = { versionCount: 5, inForce: 5, next: { version: 4, effectiveFrom: '2097-01-01T00:00:00.000Z' } };
  const now = await call('GET', `/rate-cards/${card}`);
  expect(now.body).toMatchObject(says);
  expect((await call('GET', '/rate-cards?limit=500')).body['items']).toContainEqual(now.body);
  expect(now.text).not.toContain('sha256');
  expect((await call('GET', `/rate-cards/${card}?asOf=2097-06-01T00:00:00Z`)).body).toMatchObject({
    ...{ versionCount: 5, inForce: 4, next: { version: 2 } },
  });
  // Sent back as it was answered, nothing of it counts.
  expect((await call('PUT', `/rate-cards/${card}`, now.body)).status).toBe(200);

  const numbers: unknown[] = [];
  for (let cursor = ''; ;) {
    const { body } = await call('GET', `/rate-cards/${card}/versions?limit=2${cursor}`);
    const { items, inForce, nextCursor } = body as unknown as {
      items: object[];
      inForce: number;
      nextCursor: string | null;
    };
    numbers.push([inForce, ...items.map((one) => (one as { version: number }).version)]);
    if (nextCursor === null) break;
    cursor = `&cursor=${nextCursor}`;
  }
  expect(numbers).toEqual([[5, 1, 2], [5, 3, 4], [5, 5]]); // prettier-ignore
  expect((await call('GET', `/rate-cards/${card}/versions?cursor=x`)).status).toBe(400);
});

test('a past date needs to be meant, and only a scheduled version is superseded', async () => {
  const card = await newCard('scheduled');
  const post = (fields: Record<string, string>): Promise<Answer> =>
    call('POST', `/rate-cards/${card}/versions?${query(fields)}`, 'price\n1\n');
  expect(faults(await post({ effectiveFrom: '2026-01-01T00:00:00Z' }))).toEqual(['/effectiveFrom in_the_past']);
  await post({});
  await post({ effectiveFrom: '2098-01-01T00:00:00Z' });
  expect((await post({ effectiveFrom: '2099-01-01T00:00:00Z', supersede: '2' })).body).toMatchObject({
    version: 3,
    supersedes: 1,
  });
  expect((await call('GET', `/rate-cards/${card}/versions?asOf=2098-06-01T00:00:00Z`)).body).toMatchObject({
    inForce: 1,
    items: [
      { version: 1 },
      { version: 2, withdrawnAt: expect.any(String) as string },
      { version: 3, withdrawnAt: null },
    ],
  });
  expect((await call('GET', `/rate-cards/${card}?asOf=2099-01-01T00:00:00Z`)).body['inForce']).toBe(3);
  expect(faults(await post({ supersede: '1' }))).toEqual(['/supersede in_force']);
  expect(faults(await post({ supersede: '2' }))).toEqual(['/supersede withdrawn']);
  expect(faults(await post({ supersede: '9' }))).toEqual(['/supersede not_found']);
  expect((await post({ supersede: 'x' })).status).toBe(400);
});

test('rates that tie are named to who publishes them, and priorities settle them', async () => {
  const card = await newCard('tied');
  const sheet = (priority: string): string =>
    `country,mcc,mnc,traffic_class,priority,price\nGB,,,otp,,0.03\nGB,234,10,,${priority},0.04\n`;
  const tied = await call('POST', `/rate-cards/${card}/versions`, sheet(''));
  expect([tied.status, tied.body['ties']]).toEqual([201, [{ one: 'otp:GB', two: 'any:GB-234-10' }]]);
  const settled = await call('POST', `/rate-cards/${card}/versions`, sheet('1'));
  expect([settled.status, settled.body['ties']]).toEqual([201, []]);
});

test('everything else has one time: under either name, and not two of them', async () => {
  await newCard('grouped');
  await call('POST', '/plans', { id: 'group-plan', name: 'x', bindings: [{ cardId: 'grouped' }] });
  await call('POST', '/rate-groups', { id: 'g', name: 'one', planId: 'group-plan' });
  expect((await call('PUT', '/rate-groups/g', { name: 'two' })).body).toMatchObject({ id: 'g', version: 2 });
  const [created] = (await call('GET', '/rate-groups/g/history')).body['items'] as unknown as { occurredAt: string }[];
  const at = String(created?.occurredAt);
  for (const fields of [{ asOf: at }, { knownAt: at }, { asOf: at, knownAt: at }])
    expect((await call('GET', `/rate-groups/g?${query(fields)}`)).body).toMatchObject({ name: 'one', version: 1 });
  const contradiction = await call('GET', `/rate-groups/g?${query({ asOf: at, knownAt: '2099-01-01T00:00:00Z' })}`);
  expect([contradiction.status, faults(contradiction)]).toEqual([422, ['knownAt one_time_only']]);
  expect((await call('GET', '/rate-groups')).body['items']).toMatchObject([
    { id: 'g', planId: 'group-plan', owner: null },
  ]);
  // What a GET answered may be sent back.
  expect((await call('PUT', '/rate-groups/g', (await call('GET', '/rate-groups/g')).body)).body).toMatchObject({
    version: 2,
  });
  expect((await call('PUT', '/rate-cards/grouped', (await call('GET', '/rate-cards/grouped')).body)).status).toBe(200);
});

describe('rates of a version', () => {
  const ROWS = [
    'GB,234,10,,0.04,,,,,',
    'GB,234,15,,0.05,alphanumeric,unknown,direct,-3,',
    'GB,,,4477,0.06,,,,,',
    'GB,,,447,0.07,,,,,',
    'US,,,,0.01,,,,,',
    'US,,,,0.003,,,,,carrier',
  ];
  const SHEET = `country,mcc,mnc,prefix,price,sender_type,origin_country,route_grade,priority,surcharge,valid_from,valid_until\n${ROWS.map(
    (row, index) => `${row},${index === 5 ? '2026-01-01T00:00:00Z,2027-01-01T00:00:00Z' : ','}\n`,
  ).join('')}`;
  let card: string;
  beforeAll(async () => {
    card = await newCard('listed');
    expect((await call('POST', `/rate-cards/${card}/versions`, SHEET)).body).toMatchObject({ version: 1, rows: 6 });
  });
  const ids = async (fields: Record<string, string>): Promise<unknown> => {
    const { body } = await call('GET', `/rate-cards/${card}/versions/1/rates?${query({ format: 'json', ...fields })}`);
    return (body['items'] as unknown as { rateId: string }[]).map(({ rateId }) => rateId);
  };

  test('as JSON, in pages of any size', async () => {
    const all: unknown[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const path = `/rate-cards/${card}/versions/1/rates?${query({ format: 'json', limit: '2', cursor })}`;
      const page = (await call('GET', path)).body as unknown as { items: unknown[]; nextCursor: string | null };
      all.push(...page.items);
      cursor = page.nextCursor ?? undefined;
      pages += 1;
    } while (cursor !== undefined);
    expect([pages, all.length]).toEqual([3, 6]);
    expect(all[1]).toEqual({
      rateId: 'any:GB-234-15;sender=alphanumeric;origin=unknown;grade=direct',
      country: 'GB',
      mcc: '234',
      mnc: '15',
      prefix: null,
      trafficClass: null,
      price: '0.05',
      unit: 'part',
      basis: null,
      timeoutSec: null,
      timeoutPolicy: null,
      senderType: 'alphanumeric',
      originCountry: 'unknown',
      routeGrade: 'direct',
      priority: -3,
      surcharge: null,
      validFrom: null,
      validUntil: null,
    });
    expect(all[5]).toMatchObject({
      rateId: 'any:US;fee=carrier@2026-01-01',
      validFrom: '2026-01-01T00:00:00.000Z',
      validUntil: '2027-01-01T00:00:00.000Z',
    });
  });

  test.each([
    [{ country: 'us' }, ['any:US', 'any:US;fee=carrier@2026-01-01']],
    [{ mcc: '234', mnc: '10' }, ['any:GB-234-10']],
    [{ prefix: '4477' }, ['any:GB+4477']],
    [{ prefix: '44', country: 'GB' }, ['any:GB+4477', 'any:GB+447']],
    [{ country: 'FR' }, []],
  ])('those of %j', async (fields, expected) => {
    expect(await ids(fields)).toEqual(expected);
    const { text } = await call('GET', `/rate-cards/${card}/versions/1/rates?${query(fields)}`);
    expect(text.trimEnd().split('\n')).toHaveLength(expected.length + 1);
  });

  test('what is exported comes back as the same version', async () => {
    const { text } = await call('GET', `/rate-cards/${card}/versions/1/rates`);
    expect(text.split('\n', 1)[0]).toBe(RATE_COLUMNS.join());
    const again = await call('POST', `/rate-cards/${card}/versions`, text);
    const [first] = (await call('GET', `/rate-cards/${card}/versions`)).body['items'] as unknown as {
      sha256: string;
    }[];
    expect(again.body).toMatchObject({ version: 2, sha256: first?.sha256, refused: [] });
  });

  test('a filter that is none, and a cursor that is not ours, are refused', async () => {
    const status = async (fields: Record<string, string>): Promise<number> =>
      (await call('GET', `/rate-cards/${card}/versions/1/rates?${query({ format: 'json', ...fields })}`)).status;
    expect([await status({ country: 'GBR' }), await status({ mcc: '2' }), await status({ cursor: 'x' })]).toEqual([
      400, 400, 400,
    ]);
  });
});

test('the document explains the two times, superseding and correcting', async () => {
  const { paths } = (await call('GET', '/openapi.json')).body as unknown as {
    paths: Record<
      string,
      Record<string, { description?: string; parameters: { name: string; schema: { description?: string } }[] }>
    >;
  };
  const versions = paths['/api/catalog/v1/rate-cards/{id}/versions'];
  expect(versions?.['post']?.description).toMatch(/supersede.*backdated=true/s);
  const described = (versions?.['post']?.parameters ?? []).filter(({ schema }) => (schema.description ?? '') !== '');
  expect(described.map(({ name }) => name).sort()).toEqual([
    'backdated',
    'effectiveFrom',
    'partial',
    'supersede',
    'waiveNotice',
  ]);
  expect(paths['/api/catalog/v1/rate-cards/{id}/versions/{version}']?.['delete']?.description).toContain('knownAt');
  expect(paths['/api/catalog/v1/rate-groups/{id}/history']).toBeDefined();
});
