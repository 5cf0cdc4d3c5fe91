import { crc32, deflateRawSync } from 'node:zlib';
import exceljs from 'exceljs';
import type { SheetMappingInput } from '../src/index.js';
import { importSheet, prices } from './import-sheet.js';

const mapping: SheetMappingInput = {
  country: { column: 'Country' },
  price: { column: 'Price' },
  currency: { fixed: 'EUR' },
};
const network: SheetMappingInput = { ...mapping, mcc: 'MCC', mnc: 'MNC' };

async function workbook(fill: (sheet: exceljs.Worksheet, book: exceljs.Workbook) => void): Promise<Buffer> {
  const book = new exceljs.Workbook();
  fill(book.addWorksheet('Rates'), book);
  return Buffer.from(await book.xlsx.writeBuffer());
}

/** A zip of parts as they are, to write workbooks that no program would. */
function zip(parts: Record<string, Buffer | string>, lie: { size?: number } = {}): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const plain = Buffer.from(content);
    const packed = deflateRawSync(plain);
    const size = name.includes('sheet1') ? (lie.size ?? plain.length) : plain.length;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(plain), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), fields, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('504b01021400', 'hex'), fields, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('504b0506', 'hex');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

const WORKBOOK = {
  'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="Rates" sheetId="1" r:id="rId1"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels':
    '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
};
const HEAD =
  '<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>Country</v></c><c r="B1" t="str"><v>Price</v></c></row>';
const book = (sheet: string | Buffer, lie?: { size: number }): Buffer =>
  zip({ ...WORKBOOK, 'xl/worksheets/sheet1.xml': sheet }, lie);

test('a workbook: texts, numbers as they are shown, dates, lost zeros kept by their format', async () => {
  const bytes = await workbook((sheet) => {
    sheet.addRow(['Offer', 'of May']);
    sheet.addRow([]);
    sheet.addRow(['Country', 'MCC', 'MNC', 'Price', 'From']);
    sheet.addRow(['Germany', 262, 1, 0.0405, new Date('2026-05-01T00:00:00Z')]);
    sheet.addRow(['Germany', '262', '02', '0.05', new Date('2026-05-01T00:00:00Z')]);
    sheet.addRow(['Austria', null, null, 4e-7, new Date('2026-05-01T00:00:00Z')]);
    sheet.getCell('C4').numFmt = '00';
  });
  const sheet = await importSheet(bytes, { ...network, effectiveDate: { column: 'From', zone: 'Europe/Berlin' } });
  expect(prices(sheet)).toEqual([
    ['any:DE-262-01', 40_500_000n],
    ['any:DE-262-02', 50_000_000n],
    ['any:AT', 400n],
  ]);
  expect(sheet.verdicts.map(({ row }) => row)).toEqual([4, 5, 6]);
  expect(sheet.summary.effectiveFrom).toBe(Date.parse('2026-04-30T22:00:00Z') * 1_000);
});

test('a sheet by its name or position, and one that is not there', async () => {
  const bytes = await workbook((sheet, whole) => {
    sheet.addRow(['read me first']);
    whole.addWorksheet('A-Z').addRows([
      ['Country', 'Price'],
      ['GB', '1'],
    ]);
  });
  for (const sheet of ['A-Z', 2]) expect(prices(await importSheet(bytes, { ...mapping, sheet }))).toHaveLength(1);
  await expect(importSheet(bytes, { ...mapping, sheet: 'Z-A' })).rejects.toMatchObject({
    code: 'no_such_sheet',
    message: expect.stringContaining('"A-Z"'),
  });
});

test('a formula and a merged cell refuse their rows and name the cells', async () => {
  const bytes = await workbook((sheet) => {
    sheet.addRow(['Prices', '']);
    sheet.mergeCells('A1:B1');
    sheet.addRow(['Country', 'Price']);
    sheet.addRow(['GB', { formula: '1+1', result: 2 }]);
    sheet.addRow(['DE', 1]);
    sheet.addRow(['', 2]);
    sheet.mergeCells('A4:A5');
    sheet.addRow(['FR', 1]);
  });
  const { verdicts } = await importSheet(bytes, mapping);
  expect(
    verdicts.map(({ row, faults }) => [row, ...faults.map(({ column, code }) => `${column ?? ''} ${code}`)]),
  ).toEqual([[3, 'B formula'], [4, 'A merged_cells'], [5, ' no_destination', 'A merged_cells'], [6]]);
});

test.each([
  [
    'UTF-16 little endian with a mark',
    (text: string) => Buffer.concat([Buffer.from('fffe', 'hex'), Buffer.from(text, 'utf16le')]),
  ],
  ['UTF-16 little endian without', (text: string) => Buffer.from(text, 'utf16le')],
  [
    'UTF-16 big endian',
    (text: string) => Buffer.concat([Buffer.from('feff', 'hex'), Buffer.from(text, 'utf16le').swap16()]),
  ],
  ['UTF-8 with a mark', (text: string) => Buffer.concat([Buffer.from('efbbbf', 'hex'), Buffer.from(text)])],
])('%s is read', async (_name, encode) => {
  expect(prices(await importSheet(encode('Country;Price\nRéunion;1\n'), mapping))).toEqual([
    ['any:RE', 1_000_000_000n],
  ]);
});

test('another encoding is refused with its place, and read where the mapping names it', async () => {
  const bytes = Buffer.from(`Country;Price\nGB;1\n${'DE;1\n'.repeat(30_000)}Réunion;1\n`, 'latin1');
  await expect(importSheet(bytes, mapping)).rejects.toMatchObject({ code: 'encoding', row: 30_003, column: 'A' });
  const sheet = await importSheet(Buffer.from('Country;Price\nRéunion;1\n', 'latin1'), {
    ...mapping,
    encoding: 'windows-1252',
  });
  expect(sheet.rates[0]?.country).toBe('RE');
  await expect(importSheet(Buffer.from('Country;Price\nG\0B;1\n'), mapping)).rejects.toMatchObject({
    code: 'encoding',
    row: 2,
    column: 'A',
  });
});

test('a cell of 10 MB is refused with its place, in a CSV and in a workbook', async () => {
  const long = 'x'.repeat(10_000_000);
  await expect(importSheet(`Country;Price\nGB;1\nDE;${long}\n`, mapping)).rejects.toMatchObject({
    code: 'cell_too_long',
    row: 3,
    column: 'B',
  });
  await expect(importSheet(`Country;Price\nGB;"1\n${'DE;1\n'.repeat(200_000)}`, mapping)).rejects.toMatchObject({
    code: 'cell_too_long',
  });
  const cell = `${HEAD}<row r="7"><c r="B7" t="inlineStr"><is><t>${long}</t></is></c></row></sheetData></worksheet>`;
  await expect(importSheet(book(cell), mapping)).rejects.toMatchObject({ code: 'cell_too_long', row: 7, column: 'B' });
});

test('a zip bomb is refused from its directory, and one that lies about its size while it is unpacked', async () => {
  const bomb = Buffer.concat([
    Buffer.from(`${HEAD}<!--`),
    Buffer.alloc(30_000_000, 'a'),
    Buffer.from('--></sheetData></worksheet>'),
  ]);
  await expect(importSheet(book(bomb), mapping)).rejects.toMatchObject({ code: 'workbook_too_large' });
  await expect(importSheet(book(bomb, { size: 5_000 }), mapping)).rejects.toMatchObject({ code: 'workbook_malformed' });
});

test.each([
  ['no zip', Buffer.from('504b030414000000', 'hex'), 'workbook_malformed'],
  ['a zip of something else', zip({ 'a.txt': 'a' }), 'workbook_malformed'],
  ['entities', book(`<!DOCTYPE x [<!ENTITY a "aaaa">]>${HEAD}</sheetData></worksheet>`), 'workbook_malformed'],
  ['broken XML', book(`${HEAD}<row r="2"><c`), 'workbook_malformed'],
  ['rows that run backwards', book(`${HEAD}<row r="1"/></sheetData></worksheet>`), 'workbook_malformed'],
  ['a row of the far end', book(`${HEAD}<row r="99999999999"/></sheetData></worksheet>`), 'workbook_malformed'],
  [
    'a shared text that is not there',
    book(`${HEAD}<row r="2"><c r="A2" t="s"><v>5</v></c></row></sheetData></worksheet>`),
    'workbook_malformed',
  ],
  ['no rows', book(`${HEAD}</sheetData></worksheet>`), 'empty'],
  ['nothing', Buffer.alloc(0), 'empty'],
  ['blank lines', Buffer.from('\n\n;;;\n'), 'missing_column'],
  ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'xls_not_supported'],
  ['a PDF', Buffer.from('%PDF-1.7'), 'not_a_sheet'],
])('%s: %s', async (_name, bytes, code) => {
  await expect(importSheet(bytes, mapping)).rejects.toMatchObject({ name: 'SheetError', code });
});

test('two tables, one below the other or side by side', async () => {
  const rows = 'Country;Price\nGB;1\n';
  await expect(importSheet(`${rows}\n${rows}`, mapping)).rejects.toMatchObject({
    code: 'two_tables',
    row: 4,
    column: 'B',
  });
  await expect(importSheet(`${rows};\nZone;Rate\nDE;1\n`, mapping)).rejects.toMatchObject({
    code: 'two_tables',
    row: 4,
    column: 'B',
  });
  await expect(importSheet('Country;Price;;Country;Price\nGB;1;;DE;2\n', mapping)).rejects.toMatchObject({
    code: 'two_tables',
    row: 1,
    column: 'D',
  });
  // A note under the table is a row without a price.
  expect((await importSheet(`${rows}\nValid until further notice;\n`, mapping)).summary).toMatchObject({
    accepted: 1,
    refused: 1,
  });
});

test('more rows than allowed are refused, never cut off', async () => {
  const csv = `Country;Price\n${'GB;1\n'.repeat(11)}`;
  await expect(importSheet(csv, mapping, { limits: { maxRows: 10 } })).rejects.toMatchObject({
    code: 'too_many_rows',
    row: 12,
  });
});
