import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CatalogView, OPERATOR } from '@ratestream/catalog';
import { codecs } from '@ratestream/events';
import { Outbox, type Pool } from '@ratestream/postgres';
import { caller, emptyDatabase, issueKey, startApp, type Answer, type Process } from './harness.js';

let pool: Pool;
let app: NestFastifyApplication;
let process: Process;
/** Uploads; `approve` does what another person does. */
let call: ReturnType<typeof caller>;
let approve: ReturnType<typeof caller>;

beforeAll(async () => {
  pool = await emptyDatabase();
  const started = await startApp(pool);
  ({ app } = started);
  process = started;
  call = caller(app);
  await issueKey(process, 'approver', {
    secret: 'rs_secret-of-the-approver',
    scope: OPERATOR,
    permissions: ['read', 'write'],
  });
  approve = caller(app, 'rs_secret-of-the-approver');
}, 120_000);
afterAll(async () => {
  await app.close();
  await pool.end();
});

const MAPPING = {
  country: { column: 'Country' },
  mcc: 'MCC',
  mnc: 'MNC',
  trafficClass: { column: 'Class', values: { Premium: 'otp' } },
  price: { column: 'Rate' },
  decimal: ',',
  currency: {},
};
const HEADER = 'Offer of Supplier One\n\nCountry;MCC;MNC;Class;Rate;Remark\n';
const MAY = `${HEADER}Germany;262;01;;0,05 €;\nGermany;262;02;;€ 0,06;\nAustria;;;Premium;0,04 EUR;new\n`;

let cards = 0;
async function newCard(side: 'sell' | 'buy' = 'buy'): Promise<string> {
  const id = `import-${side}-${(cards += 1)}`;
  expect((await call('POST', '/rate-cards', { id, name: id, side })).status).toBe(201);
  return id;
}
const inline = (mapping: object = MAPPING): string => `mapping=${encodeURIComponent(JSON.stringify(mapping))}`;
async function upload(
  card: string,
  csv: string | Buffer,
  query = inline(),
  headers: Record<string, string> = {},
): Promise<Answer> {
  return call('POST', `/rate-cards/${card}/imports?${query}`, csv, headers);
}
const idOf = ({ body }: Answer): string => String(body['id']);

async function prices(card: string, version: number): Promise<[string, bigint][]> {
  const view = new CatalogView({ keepRates: true });
  for (const { topic, value } of await new Outbox('catalog').waiting(pool, 0, 1_000_000)) {
    if (topic === 'catalog') view.apply(codecs.CatalogEvent.decode(value as Buffer));
    else view.applyChunk(codecs.RateChunk.decode(value as Buffer));
  }
  return (view.rates(card, version) ?? []).map(({ rateId, price }) => [rateId, price]);
}

test('two keys of one person are no two persons, whoever of them issued which', async () => {
  const card = await newCard();
  const path = `/rate-cards/${card}/imports/${idOf(await upload(card, MAY))}/approve`;
  const issue = async (by: typeof call, body: object): Promise<Answer> =>
    by('POST', '/api-keys', { name: 'another', permissions: ['admin'], ...body });
  const second = await issue(call, {});
  const secondCalls = caller(app, String(second.body['secret']));
  const third = caller(app, String((await issue(secondCalls, {})).body['secret']));
  expect(await issue(call, { person: 'somebody-else' })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/person', code: 'other_person' }] },
  });
  expect((await call('GET', `/api-keys/${String(second.body['id'])}`)).body).toMatchObject({ person: 'admin' });
  for (const key of [call, secondCalls, third])
    expect(await key('POST', path, {})).toMatchObject({ status: 403, body: { code: 'second_approver' } });
  await issueKey(process, 'approver-2', {
    ...{ secret: 'rs_another-of-the-approver', person: 'approver' },
    ...{ scope: OPERATOR, permissions: ['write'] },
  });
  expect((await caller(app, 'rs_another-of-the-approver')('POST', path, {})).status).toBe(201);
});

test('a sheet is staged with verdicts, findings and diff, approved by another person, and published', async () => {
  const card = await newCard();
  const bad = `${MAY}Atlantis;;;;0,01 €;\nGermany;262;01;;0,07 €;\n;;;;;\n`;
  const staged = await upload(card, bad);
  expect(staged).toMatchObject({
    status: 201,
    body: {
      cardId: card,
      status: 'staged',
      mode: 'full',
      format: 'csv',
      uploadedBy: 'admin',
      baseVersion: null,
      progress: { rowsRead: 5 },
      summary: {
        rowsIn: 5,
        accepted: 3,
        refused: 2,
        refusedBy: { unknown_country: 1, duplicate_key: 1 },
        diff: { new: 3, withdrawn: 0 },
        nextRates: 3,
        headerRow: 3,
      },
    },
  });
  const path = `/rate-cards/${card}/imports/${idOf(staged)}`;
  expect((await call('GET', `${path}/rows?verdict=refused`)).body['items']).toMatchObject([
    { row: 7, verdict: 'refused', faults: [{ column: 'A', field: 'country', code: 'unknown_country' }] },
    { row: 8, verdict: 'refused', faults: [{ column: 'E', code: 'duplicate_key' }] },
  ]);
  expect((await call('GET', `${path}/findings?severity=error`)).body['items']).toHaveLength(2);
  expect((await call('GET', `${path}/diff?change=new&limit=2`)).body).toMatchObject({
    items: [{ rateId: 'any:DE-262-01', change: 'new', before: null, after: '0.05', percent: null }, {}],
    nextCursor: expect.any(String),
  });

  const self = await call('POST', `${path}/approve`, { acceptRefused: true });
  expect(self).toMatchObject({ status: 403, body: { code: 'second_approver' } });
  expect(await approve('POST', `${path}/approve`, {})).toMatchObject({ status: 409, body: { code: 'rows_refused' } });
  const key = { 'idempotency-key': `approve-${card}` };
  const approved = await approve('POST', `${path}/approve`, { acceptRefused: true }, key);
  expect(approved).toMatchObject({ status: 201, body: { id: card, version: 1, rows: 3 } });
  expect((await approve('POST', `${path}/approve`, { acceptRefused: true }, key)).body).toEqual(approved.body);
  expect(await approve('POST', `${path}/approve`, { acceptRefused: true })).toMatchObject({
    status: 409,
    body: { code: 'not_staged' },
  });
  expect((await call('GET', path)).body).toMatchObject({
    status: 'approved',
    decidedBy: 'approver',
    publishedVersion: 1,
  });
  expect(await prices(card, 1)).toEqual([
    ['any:DE-262-01', 50_000_000n],
    ['any:DE-262-02', 60_000_000n],
    ['otp:AT', 40_000_000n],
  ]);
});

test('a full sheet withdraws what it lacks, a partial one keeps it; both are compared with what is in force', async () => {
  const card = await newCard();
  const first = await upload(card, MAY);
  await approve('POST', `/rate-cards/${card}/imports/${idOf(first)}/approve`, {});
  const june = `${HEADER}Germany;262;01;;0,08 €;\nGermany;262;02;;0,03 €;\nFrance;;;;0,01 €;\n`;
  const full = await upload(card, june);
  expect(full.body).toMatchObject({
    baseVersion: 1,
    summary: {
      diff: { new: 1, increase: 1, decrease: 1, withdrawn: 1, unchanged: 0 },
      findings: { jump: { count: 1, firstRow: 4 } },
    },
  });
  expect((await call('GET', `/rate-cards/${card}/imports/${idOf(full)}/diff`)).body['items']).toMatchObject([
    { rateId: 'any:DE-262-01', change: 'increase', before: '0.05', after: '0.08', percent: '60.00' },
    { rateId: 'any:DE-262-02', change: 'decrease', percent: '-50.00' },
    { rateId: 'any:FR', change: 'new' },
    { rateId: 'otp:AT', change: 'withdrawn', before: '0.04', after: null },
  ]);
  const partial = await upload(card, june, `${inline()}&mode=partial`);
  expect(partial.body).toMatchObject({
    summary: { diff: { new: 1, increase: 1, decrease: 1, withdrawn: 0, unchanged: 1 }, nextRates: 4 },
  });
  await approve('POST', `/rate-cards/${card}/imports/${idOf(partial)}/approve`, {});
  expect((await prices(card, 2)).map(([rateId]) => rateId)).toEqual([
    'any:DE-262-01',
    'any:DE-262-02',
    'otp:AT',
    'any:FR',
  ]);
  // What it was compared with is not in force any more.
  expect(await approve('POST', `/rate-cards/${card}/imports/${idOf(full)}/approve`, {})).toMatchObject({
    status: 409,
    body: { code: 'base_changed' },
  });
  expect(await call('POST', `/rate-cards/${card}/imports/${idOf(full)}/discard`)).toMatchObject({
    status: 200,
    body: { status: 'discarded', decidedBy: 'admin' },
  });
  const list = await call('GET', `/rate-cards/${card}/imports?limit=2`);
  expect((list.body['items'] as unknown as { id: string }[]).map(({ id }) => id)).toEqual([idOf(partial), idOf(full)]);
  const rest = await call('GET', `/rate-cards/${card}/imports?limit=2&cursor=${String(list.body['nextCursor'])}`);
  expect((rest.body['items'] as unknown as { id: string }[]).map(({ id }) => id)).toEqual([idOf(first)]);
});

test('of two sheets that were compared with the same version one is published, however close their approvals', async () => {
  const card = await newCard();
  await approve('POST', `/rate-cards/${card}/imports/${idOf(await upload(card, MAY))}/approve`, {});
  const query = `${inline()}&mode=partial`;
  const sheets = [
    await upload(card, `${HEADER}France;;;;0,01 €;\n`, query),
    await upload(card, `${HEADER}Germany;262;01;;0,08 €;\n`, query),
  ];
  const answers = await Promise.all(
    sheets.map((sheet) => approve('POST', `/rate-cards/${card}/imports/${idOf(sheet)}/approve`, {})),
  );
  expect(answers.map(({ status, body }) => [status, body['code']]).sort()).toEqual([
    [201, undefined],
    [409, 'base_changed'],
  ]);
});

test('a scheduled version is superseded in one step', async () => {
  const card = await newCard();
  const from = '&effectiveFrom=2098-01-01T00:00:00Z';
  const one = await upload(card, MAY, inline() + from);
  await approve('POST', `/rate-cards/${card}/imports/${idOf(one)}/approve`, {});
  const two = await upload(card, `${HEADER}Austria;;;;0,02 EUR;\n`, inline() + from);
  expect(two.body).toMatchObject({ baseVersion: 1, effectiveFrom: '2098-01-01T00:00:00.000Z' });
  const done = await approve('POST', `/rate-cards/${card}/imports/${idOf(two)}/approve`, { supersedes: 1 });
  expect(done).toMatchObject({
    status: 201,
    body: { version: 2, supersedes: null, effectiveFrom: '2098-01-01T00:00:00.000Z' },
  });
  expect((await call('GET', `/rate-cards/${card}/versions`)).body['items']).toMatchObject([
    { version: 1, withdrawnAt: expect.any(String) },
    { version: 2, withdrawnAt: null },
  ]);
  const past = await upload(card, MAY, `${inline()}&effectiveFrom=2020-01-01T00:00:00Z`);
  expect(past.body).toMatchObject({ summary: { findings: { past_effective_date: { count: 1 } } } });
  const path = `/rate-cards/${card}/imports/${idOf(past)}/approve`;
  expect(await approve('POST', path, {})).toMatchObject({ status: 422, body: { errors: [{ code: 'in_the_past' }] } });
  expect(await approve('POST', path, { backdated: true, supersedes: 9 })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/supersedes', code: 'not_found' }] },
  });
  expect((await approve('POST', path)).body).toMatchObject({ errors: [{ code: 'in_the_past' }] });
  expect((await approve('POST', path, { backdated: true })).status).toBe(201);
});

test('the margin effect names each sell rate that would be below its buy rate', async () => {
  const sell = await newCard('sell');
  await call('POST', `/rate-cards/${sell}/versions`, 'country,mcc,mnc,price\nDE,,,0.055\nAT,,,0.1\nDE,262,01,0.04\n');
  const buy = await newCard();
  const staged = await upload(buy, MAY);
  const losses = (await call('GET', `/rate-cards/${buy}/imports/${idOf(staged)}/margin`)).body['items'] as unknown as {
    sellCard: string;
  }[];
  expect(losses.filter(({ sellCard }) => sellCard === sell)).toMatchObject([
    {
      sellRateId: 'any:DE-262-01',
      sell: '0.04',
      buyCard: buy,
      buyRateId: 'any:DE-262-01',
      buy: '0.05',
      margin: '-0.01',
      before: false,
    },
    { sellRateId: 'any:DE', sell: '0.055', buyRateId: 'any:DE-262-02', buy: '0.06', margin: '-0.005', before: false },
  ]);
});

test('a reseller sees its losses whichever way it has the prices that it buys by', async () => {
  const groups = await newCard('sell');
  const special = await newCard('sell');
  await call('POST', `/rate-cards/${groups}/versions`, 'country,mcc,mnc,price\nDE,,,0.06\n');
  await call('POST', `/rate-cards/${special}/versions`, 'country,mcc,mnc,price\nAT,,,0.07\n');
  await call('POST', '/plans', { id: 'of-group', name: 'x', bindings: [{ cardId: groups }] });
  await call('POST', '/rate-groups', { id: 'group', name: 'x', planId: 'of-group' });
  const overrides = [{ cardId: special }];
  await call('POST', '/accounts', { id: 'resells', name: 'x', rateGroupId: 'group', overrides });
  await issueKey(process, 'resells-key', { secret: 'rs_secret-of-resells', scope: 'resells', permissions: ['admin'] });
  const reseller = caller(app, 'rs_secret-of-resells');
  await reseller('POST', '/rate-cards', { id: 'resold', name: 'mine', side: 'sell' });
  const layout = { country: { column: 'country' }, price: { column: 'price' }, currency: { fixed: 'EUR' } };
  const query = `mapping=${encodeURIComponent(JSON.stringify(layout))}`;
  const staged = await reseller('POST', `/rate-cards/resold/imports?${query}`, 'country,price\nDE,0.05\nAT,0.05\n');
  const losses = await reseller('GET', `/rate-cards/resold/imports/${idOf(staged)}/margin`);
  expect(losses.body['items']).toMatchObject([
    { sellRateId: 'any:AT', buyCard: 'parent', buy: '0.07', margin: '-0.02' },
    { sellRateId: 'any:DE', buyCard: 'parent', buy: '0.06', margin: '-0.01' },
  ]);
});

test('a cursor or an id that somebody made up is the caller’s fault', async () => {
  const card = await newCard();
  const staged = `/rate-cards/${card}/imports/${idOf(await upload(card, MAY))}`;
  const made = (...parts: unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const uuid = '00000000-0000-4000-8000-000000000000';
  for (const path of [
    ...['/notices', '/bulk-changes', `/rate-cards/${card}/imports`].map((list) => `${list}?cursor=${made(1, 'x')}`),
    ...['/notices', '/bulk-changes', '/what-if'].map((list) => `${list}?cursor=${made(1.5, uuid)}`),
    `/offers?cursor=${made(1.5, 'x', 1)}`,
    `/offers?cursor=${made(1, 'x', 9_999_999_999)}`,
    `${staged}/rows?cursor=${made(9_999_999_999, 0)}`,
  ])
    expect([path, await call('GET', path)]).toMatchObject([path, { status: 400, body: { code: 'bad_cursor' } }]);
  expect((await call('GET', `/rate-cards/${card}/imports/${'-'.repeat(36)}`)).status).toBe(404);
});

test('saved mappings: versions, who changed them, and the supplier they belong to', async () => {
  await call('POST', '/suppliers', { id: 'one', name: 'Supplier One' });
  const body = { id: 'one-az', supplierId: 'one', name: 'One A–Z', mapping: MAPPING };
  const key = { 'idempotency-key': 'mapping-one' };
  expect(await call('POST', '/sheet-mappings', body, key)).toMatchObject({
    status: 201,
    body: { id: 'one-az', version: 1 },
  });
  expect((await call('POST', '/sheet-mappings', body, key)).body).toEqual({ id: 'one-az', version: 1 });
  expect((await call('POST', '/sheet-mappings', body)).status).toBe(409);
  const { id: _id, ...rest } = body;
  expect((await approve('PUT', '/sheet-mappings/one-az', rest)).body).toEqual({ id: 'one-az', version: 1 });
  const changed = { ...rest, mapping: { ...MAPPING, skipRows: 0, thousands: '.' } };
  expect((await approve('PUT', '/sheet-mappings/one-az', changed)).body).toEqual({ id: 'one-az', version: 2 });
  expect((await call('GET', '/sheet-mappings/one-az/history')).body['items']).toMatchObject([
    { version: 1, changedBy: 'admin', mapping: { thousands: '' } },
    { version: 2, changedBy: 'approver', mapping: { thousands: '.' }, changedAt: expect.any(String) },
  ]);
  expect((await call('GET', '/sheet-mappings?supplierId=one')).body['items']).toHaveLength(1);
  expect((await call('GET', '/sheet-mappings?supplierId=two')).body['items']).toHaveLength(0);
  const card = await newCard();
  expect((await upload(card, MAY, 'mapping=one-az')).body).toMatchObject({
    mappingId: 'one-az',
    mappingVersion: 2,
    summary: { accepted: 3 },
  });
  expect((await upload(card, MAY, 'mapping=nobody')).status).toBe(404);
  expect(await upload(card, MAY, '')).toMatchObject({ status: 422, body: { errors: [{ parameter: 'mapping' }] } });
  expect(await upload(card, MAY, inline({ price: {} }))).toMatchObject({ status: 422 });
  expect((await call('DELETE', '/sheet-mappings/one-az')).body).toEqual({ id: 'one-az', version: 3 });
  expect((await call('GET', '/sheet-mappings/one-az')).status).toBe(404);
});

test('an export has the layout of the sheet and comes back as the same rates, as CSV and as a workbook', async () => {
  const card = await newCard();
  const staged = await upload(card, MAY);
  const path = `/rate-cards/${card}/imports/${idOf(staged)}`;
  const csv = await call('GET', `${path}/sheet`);
  expect(csv.text).toBe('Country;MCC;MNC;Class;Rate;Remark\nDE;262;01;;0,05;\nDE;262;02;;0,06;\nAT;;;Premium;0,04;\n');
  await approve('POST', `${path}/approve`, {});
  const again = await upload(card, csv.text, inline({ ...MAPPING, currency: { fixed: 'EUR' } }));
  expect(again.body).toMatchObject({ summary: { diff: { unchanged: 3, new: 0, withdrawn: 0, increase: 0 } } });
  const answer = await app.inject({
    method: 'GET',
    url: `/api/catalog/v1/rate-cards/${card}/versions/1/sheet?format=xlsx`,
    headers: { authorization: 'Bearer rs_secret-of-the-approver' },
  });
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="${card}-1.xlsx"`);
  const workbook = await upload(card, answer.rawPayload, inline({ ...MAPPING, currency: { fixed: 'EUR' } }), {
    'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  });
  expect(workbook).toMatchObject({
    status: 201,
    body: { format: 'xlsx', summary: { diff: { unchanged: 3, new: 0, withdrawn: 0 } } },
  });
});

test('a form carries the mapping beside the file; the same upload under one key is one import', async () => {
  const card = await newCard();
  const url = await app.listen(0, '127.0.0.1').then(() => app.getUrl());
  const send = async (text: string): Promise<Response> => {
    const form = new FormData();
    form.append('file', new Blob([text], { type: 'text/csv' }), 'may.csv');
    form.append('mapping', JSON.stringify(MAPPING));
    form.append('mode', 'partial');
    return fetch(`${url}/api/catalog/v1/rate-cards/${card}/imports`, {
      method: 'POST',
      body: form,
      headers: { authorization: 'Bearer rs_secret-of-the-approver', 'idempotency-key': `form-${card}` },
    });
  };
  const first = await send(MAY);
  const body = (await first.json()) as Record<string, unknown>;
  expect([first.status, body['fileName'], body['mode'], body['uploadedBy']]).toEqual([
    201,
    'may.csv',
    'partial',
    'approver',
  ]);
  expect(((await (await send(MAY)).json()) as { id: string }).id).toBe(body['id']);
  expect((await send(`${MAY}\n`)).status).toBe(409);
});

test('a sheet that cannot be read says where, and is kept as failed', async () => {
  const card = await newCard();
  const huge = Buffer.concat([
    Buffer.from(`${HEADER}Germany;262;01;;0,05 €;`),
    Buffer.alloc(10_000_000, 'x'),
    Buffer.from('\n'),
  ]);
  const cases: [string | Buffer, string, string][] = [
    ['', 'empty', '/rows/1/A'],
    ['a;b\n1;2\n', 'missing_column', '/rows/1'],
    [`${HEADER}Germany;262;01;;0,05 €;\n\n${HEADER}France;;;;1 €;\n`, 'two_tables', '/rows/8/E'],
    [huge, 'cell_too_long', '/rows/4/F'],
    [Buffer.from(`${HEADER}Österreich;;;;1 €;\n`, 'latin1'), 'encoding', '/rows/4/A'],
    [Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'xls_not_supported', ''],
    [Buffer.from('504b0304000000', 'hex'), 'workbook_malformed', ''],
  ];
  for (const [content, code, pointer] of cases) {
    const answer = await upload(card, content);
    expect([
      code,
      answer.status,
      answer.body['code'],
      (answer.body['errors'] as unknown as { pointer?: string }[])[0]?.pointer ?? '',
    ]).toEqual([code, 422, code, pointer]);
  }
  const list = await call('GET', `/rate-cards/${card}/imports`);
  expect(list.body['items']).toHaveLength(cases.length);
  expect(list.body['items']?.[0]).toMatchObject({
    status: 'failed',
    fault: { code: 'workbook_malformed' },
    summary: null,
  });
});

test('a tenant imports to its own cards, and reaches nothing of others', async () => {
  await call('POST', '/accounts', { id: 'tenant', name: 'Tenant' });
  await issueKey(process, 'tenant-key', { secret: 'rs_secret-of-the-tenant', scope: 'tenant', permissions: ['admin'] });
  const tenant = caller(app, 'rs_secret-of-the-tenant');
  await tenant('POST', '/rate-cards', { id: 'tenant-sell', name: 'mine', side: 'sell' });
  const theirs = await newCard();
  const staged = await upload(theirs, MAY);
  await call('POST', '/sheet-mappings', { id: 'operators', name: 'x', mapping: MAPPING });
  for (const [method, path] of [
    ['GET', `/rate-cards/${theirs}/imports`],
    ['POST', `/rate-cards/${theirs}/imports?${inline()}`],
    ['GET', `/rate-cards/${theirs}/imports/${idOf(staged)}`],
    ['GET', `/rate-cards/${theirs}/imports/${idOf(staged)}/rows`],
    ['GET', `/rate-cards/${theirs}/imports/${idOf(staged)}/sheet`],
    ['POST', `/rate-cards/${theirs}/imports/${idOf(staged)}/approve`],
    ['POST', `/rate-cards/${theirs}/imports/${idOf(staged)}/discard`],
    // Not even through a card of its own.
    ['GET', `/rate-cards/tenant-sell/imports/${idOf(staged)}/margin`],
    ['POST', `/rate-cards/tenant-sell/imports/${idOf(staged)}/approve`],
    ['GET', '/sheet-mappings/operators'],
    ['POST', '/rate-cards/tenant-sell/imports?mapping=operators'],
  ] as const) {
    const body = method === 'GET' ? undefined : path.endsWith('approve') ? {} : MAY;
    expect([path, (await tenant(method, path, body)).status]).toEqual([path, 404]);
  }
  expect((await tenant('GET', '/sheet-mappings')).body['items']).toEqual([]);
  const own = await tenant('POST', `/rate-cards/tenant-sell/imports?${inline()}`, MAY);
  expect(own).toMatchObject({ status: 201, body: { status: 'staged', summary: { accepted: 3 } } });
});

test('the document describes the import with its mapping, and an approval', async () => {
  const { paths } = (await call('GET', '/openapi.json')).body as unknown as {
    paths: Record<string, Record<string, { parameters?: { name: string }[]; requestBody?: { content: object } }>>;
  };
  const upload = paths['/api/catalog/v1/rate-cards/{id}/imports']?.['post'];
  expect(upload?.parameters?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['id', 'mapping', 'mode', 'effectiveFrom']),
  );
  expect(Object.keys(upload?.requestBody?.content ?? {})).toContain('multipart/form-data');
  const approval = paths['/api/catalog/v1/rate-cards/{id}/imports/{importId}/approve']?.['post'];
  expect(JSON.stringify(approval?.requestBody)).toContain('acceptRefused');
  expect(JSON.stringify(paths['/api/catalog/v1/sheet-mappings']?.['post']?.requestBody)).toContain('mncPadding');
});

test('100 000 rows are read, judged and compared within seconds', async () => {
  const card = await newCard();
  const lines = Array.from(
    { length: 100_000 },
    (_, index) => `;${44_000_000 + index};0,0${1_000 + (index % 9_000)} €;\n`,
  ).join('');
  const mapping = { prefix: 'Code', price: { column: 'Rate' }, decimal: ',', currency: {} };
  const csv = `Country;Code;Rate;Remark\n${lines}`;
  const first = await upload(card, csv, inline(mapping));
  await approve('POST', `/rate-cards/${card}/imports/${idOf(first)}/approve`, {});
  const second = await upload(card, csv, inline(mapping));
  const { tookMs, diff, margin } = second.body['summary'] as unknown as {
    tookMs: number;
    diff: object;
    margin: object;
  };
  globalThis.process.stdout.write(`100 000 rows: ${(tookMs / 1_000).toFixed(2)} s ${JSON.stringify(margin)}\n`);
  expect(diff).toMatchObject({ unchanged: 100_000, withdrawn: 0 });
}, 120_000);
