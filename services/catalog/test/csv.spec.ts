import { Readable } from 'node:stream';
import type { RawRow } from '@ratestream/catalog';
import { codecs } from '@ratestream/events';
import type { FastifyRequest } from 'fastify';
import fc from 'fast-check';
import { columnName, readCsv } from '../src/upload/csv-reader.js';
import { csvCell, numbersCsv } from '../src/upload/csv-writer.js';
import { jsonRow } from '../src/upload/json-rows.js';
import { RATE_SHEET, readUpload } from '../src/upload/upload.js';

const sheet = { columns: ['price', 'mcc', 'traffic_class'], required: 'price' };
const limits = { maxBytes: 10_000, maxRows: 5 };

async function read(
  text: string | Buffer,
  chunkBytes = 7,
): Promise<{ rows: [number, RawRow][]; faults: [number, string][] }> {
  const bytes = Buffer.from(text as string);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) =>
    bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  );
  const rows: [number, RawRow][] = [];
  const faults: [number, string][] = [];
  await readCsv(
    Readable.from(chunks, { objectMode: false }),
    sheet,
    limits,
    (line, raw) => rows.push([line, raw]),
    (line, code) => faults.push([line, code]),
  );
  return { rows, faults };
}

const codes = (error: unknown): unknown => {
  const { status, code, errors } = error as { status: number; code: string; errors: { code?: string }[] };
  return [status, code, ...errors.map((fault) => fault.code)];
};

test('rows come with the line they end on, whatever pieces the text arrives in', async () => {
  const text = '\uFEFFmcc,trafficClass,price\r\n234,otp,0.01\r\n\r\n"235","p2p", 0.02 \r\n236';
  for (const chunkBytes of [1, 3, 1_000]) {
    expect((await read(text, chunkBytes)).rows).toEqual([
      [2, { mcc: '234', traffic_class: 'otp', price: '0.01' }],
      [4, { mcc: '235', traffic_class: 'p2p', price: '0.02' }],
      [5, { mcc: '236', traffic_class: undefined, price: undefined }],
    ]);
  }
});

test('a row with more cells than columns is a fault of that row', async () => {
  expect(await read('price\n1\n1,2\n3\n')).toMatchObject({
    rows: [
      [2, { price: '1' }],
      [4, { price: '3' }],
    ],
    faults: [[3, 'too_many_cells']],
  });
});

test.each([
  ['no header', '', [422, 'invalid', 'empty']],
  ['an unknown column', 'price,colour\n', [422, 'invalid', 'unknown_column']],
  ['a column twice', 'price,Price\n', [422, 'invalid', 'repeated_column']],
  ['no price', 'mcc\n', [422, 'invalid', 'missing_column']],
  ['several at once', 'mcc,mcc,colour\n', [422, 'invalid', 'repeated_column', 'unknown_column', 'missing_column']],
  ['an open quote', 'price\n1\n"2\n3\n', [422, 'csv_malformed', 'csv_malformed']],
  [
    'an open quote before a long rest',
    `price\n"1\n${'x'.repeat(50)}\n`.padEnd(9_000, 'y'),
    [422, 'csv_malformed', 'csv_malformed'],
  ],
  ['too many rows', 'price\n1\n2\n3\n4\n5\n6\n', [413, 'body_too_large']],
  ['too many bytes', `price\n${'1\n'.repeat(2)}${' \n'.repeat(6_000)}`, [413, 'body_too_large']],
  [
    'bytes that are no text',
    Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
    [422, 'invalid', 'unknown_column', 'missing_column'],
  ],
])('%s is refused', async (_, text, expected) => {
  expect(codes(await read(text).catch((error: unknown) => error))).toEqual(expected);
});

test('names of columns', () => {
  expect(['trafficClass', ' Traffic Class ', 'traffic_class', 'timeoutSec', 'MCC'].map(columnName)).toEqual([
    'traffic_class',
    'traffic_class',
    'traffic_class',
    'timeout_sec',
    'mcc',
  ]);
});

test.each([
  ['=1+1', "'=1+1"],
  ['+44', "'+44"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['a,"b"', '"a,""b"""'],
  ['=A1,B1', `"'=A1,B1"`],
  ['plain', 'plain'],
  [null, ''],
])('the cell %j is written %j', (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

test('no cell begins a formula, and every cell stays one cell', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const cell = csvCell(text);
      expect(cell).not.toMatch(/^"?[=+\-@\t\r]/);
      expect(/[",\n\r]/.test(text)).toBe(cell.startsWith('"'));
    }),
  );
});

test('operators with hostile names leave as text', async () => {
  const chunk = {
    kind: 'numbers' as const,
    id: 'w',
    version: 1,
    chunk: 0,
    rates: [],
    numbers: [{ prefix: '44', country: null, mcc: null, mnc: null, operator: '=cmd|x' }],
  };
  const lines: string[] = [];
  for await (const part of numbersCsv(
    (async function* () {
      yield codecs.RateChunk.decode(codecs.RateChunk.encode(chunk));
    })(),
  ))
    lines.push(part);
  expect(lines.join('')).toBe("prefix,country,mcc,mnc,operator\n44,,,,'=cmd|x\n");
});

test.each([
  [
    { price: '1', trafficClass: 'otp', timeout_sec: 60, mcc: null },
    { raw: { price: '1', traffic_class: 'otp', timeout_sec: '60' } },
  ],
  [{ price: 1 }, { fault: '"price" must be a string' }],
  [{ price: '1', mcc: 234 }, { fault: '"mcc" must be a string' }],
  [{ price: '1', colour: 'x' }, { fault: expect.stringContaining('none of') as string }],
  [[], { fault: 'is no object' }],
  [null, { fault: 'is no object' }],
])('the JSON row %j', (row, expected) => {
  expect(jsonRow(row, ['price', 'mcc', 'traffic_class', 'timeout_sec'])).toEqual(expected);
});

test('a JSON body that nests a hundred thousand deep is refused, not a fault of ours', async () => {
  const deep: unknown = JSON.parse(`{"rates":[{"price":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`);
  const request = { headers: { 'content-type': 'application/json' }, body: deep } as FastifyRequest;
  const fault = await readUpload(request, RATE_SHEET, limits).catch((error: unknown) => error);
  expect(codes(fault)).toEqual([422, 'invalid', 'malformed']);
});
