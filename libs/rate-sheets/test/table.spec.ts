import { buffer, text } from 'node:stream/consumers';
import exceljs from 'exceljs';
import { writeTable } from '../src/index.js';

const table = {
  name: 'Changes: A/Z',
  columns: ['Network', 'Price'],
  rows: [
    ['=HYPERLINK("http://x")', '0.05'],
    ['@SUM(A1)', '-12.50'],
    ['+44', null],
    ['-1+2', 'a "quoted", cell'],
    ['\tx', '010'],
  ],
};

test('no cell of a CSV is a formula, and numbers with a sign stay numbers', async () => {
  expect(await text(writeTable(table, 'csv'))).toBe(
    [
      'Network,Price',
      '"\'=HYPERLINK(""http://x"")",0.05',
      "'@SUM(A1),-12.50",
      "'+44,",
      '\'-1+2,"a ""quoted"", cell"',
      "'\tx,010",
      '',
    ].join('\n'),
  );
});

test('a workbook holds texts under a name that it takes', async () => {
  const book = new exceljs.Workbook();
  await book.xlsx.load((await buffer(writeTable(table, 'xlsx'))) as unknown as ArrayBuffer);
  const [sheet] = book.worksheets;
  expect([sheet?.name, sheet?.rowCount]).toEqual(['Changes_ A_Z', 6]);
  expect(sheet?.getCell('A2').value).toBe('\'=HYPERLINK("http://x")');
  expect(sheet?.getCell('B6').value).toBe('010');
});

test('rows that fail to come end the stream with their error', async () => {
  const rows = async function* (): AsyncGenerator<string[]> {
    yield await Promise.resolve(['a']);
    throw new Error('gone');
  };
  for (const format of ['csv', 'xlsx'] as const)
    await expect(buffer(writeTable({ ...table, rows: rows() }, format))).rejects.toThrow();
});
