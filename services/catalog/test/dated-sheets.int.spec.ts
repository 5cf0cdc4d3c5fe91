import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OPERATOR } from '@ratestream/catalog';
import type { Pool } from '@ratestream/postgres';
import { caller, emptyDatabase, issueKey, startApp, type Answer } from './harness.js';

let pool: Pool;
let app: NestFastifyApplication;
let call: ReturnType<typeof caller>;
let second: ReturnType<typeof caller>;

beforeAll(async () => {
  pool = await emptyDatabase();
  const started = await startApp(pool);
  ({ app } = started);
  call = caller(app);
  const key = {
    secret: 'rs_secret-of-the-approver',
    scope: OPERATOR,
    permissions: ['read' as const, 'write' as const],
  };
  await issueKey(started, 'approver', key);
  second = caller(app, key.secret);
}, 120_000);
afterAll(async () => {
  await app.close();
  await pool.end();
});

const mapping = encodeURIComponent(
  JSON.stringify({
    country: { column: 'Country' },
    price: { column: 'Rate' },
    currency: { fixed: 'EUR' },
    effectiveDate: { column: 'From' },
  }),
);
const SHEET = [
  'Country,Rate,From',
  'GB,0.04,2090-01-01',
  'DE,0.05,2090-01-01',
  'GB,0.05,2091-01-01',
  'FR,0.03,2092-06-01',
  'GB,0.06,2092-06-01',
  'XX,1,2092-06-01',
].join('\n');

interface Import {
  id: string;
  status: string;
  baseVersion: number | null;
}
let cards = 0;
async function newCard(): Promise<string> {
  const id = `dated-${(cards += 1)}`;
  expect((await call('POST', '/rate-cards', { id, name: id, side: 'buy' })).status).toBe(201);
  return id;
}
const upload = (card: string, csv: string): Promise<Answer> =>
  call('POST', `/rate-cards/${card}/imports?mapping=${mapping}`, csv);
/** In the order of their dates. */
async function datesOf(card: string): Promise<Import[]> {
  const { body } = await call('GET', `/rate-cards/${card}/imports`);
  const items = body['items'] as unknown as (Import & { group: { place: number } })[];
  return items.sort((one, two) => one.group.place - two.group.place);
}
const approve = (card: string, id: string, body: object, headers = {}): Promise<Answer> =>
  second('POST', `/rate-cards/${card}/imports/${id}/approve`, body, headers);

test('a sheet with several effective dates is an import for each, compared with the one before it', async () => {
  const card = await newCard();
  const first = await upload(card, SHEET);
  expect(first).toMatchObject({
    status: 201,
    body: { status: 'staged', effectiveFrom: '2090-01-01T00:00:00.000Z', group: { place: 1, of: 3 } },
  });
  const dates = await datesOf(card);
  expect(dates).toMatchObject([
    {
      id: first.body['id'],
      summary: {
        rowsIn: 6,
        accepted: 2,
        refused: 4,
        refusedBy: { later_date: 3, unknown_country: 1 },
        diff: { new: 2 },
      },
    },
    {
      effectiveFrom: '2091-01-01T00:00:00.000Z',
      group: { place: 2, of: 3 },
      summary: {
        accepted: 2,
        refusedBy: { superseded_in_sheet: 1, later_date: 2 },
        diff: { increase: 1, unchanged: 1, withdrawn: 0 },
      },
    },
    {
      effectiveFrom: '2092-06-01T00:00:00.000Z',
      summary: { accepted: 3, refusedBy: { superseded_in_sheet: 2 }, diff: { new: 1, increase: 1, unchanged: 1 } },
    },
  ]);
  // The one bad row has to be accepted at each; what waits for its date has not.
  const [one, two, three] = dates as [Import, Import, Import];
  expect(await approve(card, one.id, {})).toMatchObject({ body: { detail: expect.stringContaining('1 rows') } });
  expect(await approve(card, two.id, { acceptRefused: true })).toMatchObject({
    status: 409,
    body: { code: 'earlier_date_first' },
  });
  for (const [index, { id }] of [one, two, three].entries())
    expect(await approve(card, id, { acceptRefused: true })).toMatchObject({
      status: 201,
      body: { version: index + 1, supersedes: index === 0 ? null : index },
    });
});

test('all dates are approved together, once, whatever is repeated', async () => {
  const card = await newCard();
  const { body } = await upload(card, SHEET);
  const asked = { acceptRefused: true, group: true };
  const key = { 'idempotency-key': `together-${card}` };
  const approved = await approve(card, String(body['id']), asked, key);
  expect(approved).toMatchObject({ status: 201, body: { id: card, version: 3, versions: [1, 2, 3] } });
  expect((await approve(card, String(body['id']), asked, key)).body).toEqual(approved.body);
  expect(await approve(card, String(body['id']), asked)).toMatchObject({ status: 409, body: { code: 'not_staged' } });
  expect((await datesOf(card)).map(({ status }) => status)).toEqual(['approved', 'approved', 'approved']);
});

test('where only the first dates are approved, the rest are together', async () => {
  const card = await newCard();
  const { body } = await upload(card, SHEET);
  const asked = { acceptRefused: true, group: true };
  expect(await approve(card, String(body['id']), { acceptRefused: true })).toMatchObject({ status: 201 });
  const rest = await approve(card, String(body['id']), asked, { 'idempotency-key': `rest-${card}` });
  expect(rest).toMatchObject({ status: 201, body: { id: card, version: 3, versions: [1, 2, 3] } });
  expect(await approve(card, String(body['id']), asked)).toMatchObject({ status: 409, body: { code: 'not_staged' } });
});

test('a date after one that was discarded stands on nothing, and says so', async () => {
  const card = await newCard();
  await upload(card, SHEET);
  const [one, two] = (await datesOf(card)) as [Import, Import];
  expect((await call('POST', `/rate-cards/${card}/imports/${one.id}/discard`)).status).toBe(200);
  expect(await approve(card, two.id, { acceptRefused: true })).toMatchObject({
    status: 409,
    body: { code: 'base_changed' },
  });
});

test('a column with a date for every row is no column of effective dates', async () => {
  const card = await newCard();
  const rows = Array.from({ length: 30 }, (_, day) => `GB,0.0${day + 1},2090-01-${String(day + 1).padStart(2, '0')}`);
  expect(await upload(card, ['Country,Rate,From', ...rows].join('\n'))).toMatchObject({
    status: 422,
    body: { code: 'too_many_dates' },
  });
});
