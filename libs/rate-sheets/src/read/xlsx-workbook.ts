import { excerpt, SheetError } from '../model.js';
import type { SheetLimits } from './limits.js';
import type { XlsxArchive } from './xlsx-archive.js';
import { parseWhole, parseXml } from './xml-part.js';

/** How the number of a cell is shown, as far as it changes what it means. */
export interface CellStyle {
  date: boolean;
  /** `000` shows 1 as 001; 0: no such pattern. */
  zeros: number;
}

export interface Workbook {
  /** Part that holds the sheet. */
  sheetPart: string;
  sheetName: string;
  /** Days count from 1904 and not from 1900. */
  date1904: boolean;
  styles: readonly CellStyle[];
  strings: readonly string[];
}

const BUILT_IN_DATES = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 45, 46, 47, 50, 57]);
const PLAIN: CellStyle = { date: false, zeros: 0 };

/** Reads what stands around the cells: which part is the sheet, its styles and shared texts. */
export async function openWorkbook(
  archive: XlsxArchive,
  wanted: string | number | undefined,
  limits: SheetLimits,
): Promise<Workbook> {
  const { sheets, date1904 } = await readSheets(archive);
  const sheet =
    typeof wanted === 'number'
      ? sheets[wanted - 1]
      : sheets.find(({ name }) => wanted === undefined || name === wanted);
  if (sheet === undefined) {
    const names = sheets.map(({ name }) => `"${excerpt(name)}"`).slice(0, 20);
    throw new SheetError('no_such_sheet', `the workbook has no sheet ${String(wanted)}; it has ${names.join(', ')}`);
  }
  const targets = await readTargets(archive);
  const target = targets.get(sheet.relation);
  if (target === undefined)
    throw new SheetError('workbook_malformed', `the sheet "${excerpt(sheet.name)}" has no part`);
  return {
    sheetPart: target.startsWith('/') ? target.slice(1) : `xl/${target}`,
    sheetName: sheet.name,
    date1904,
    styles: await readStyles(archive),
    strings: await readStrings(archive, limits),
  };
}

async function readSheets(
  archive: XlsxArchive,
): Promise<{ sheets: { name: string; relation: string }[]; date1904: boolean }> {
  if (!archive.has('xl/workbook.xml'))
    throw new SheetError('workbook_malformed', 'the file is a zip, but no workbook of the XLSX kind');
  const sheets: { name: string; relation: string }[] = [];
  let date1904 = false;
  await parseWhole(archive, 'xl/workbook.xml', {
    open(name, attributes) {
      if (name === 'sheet') sheets.push({ name: attributes['name'] ?? '', relation: attributes['r:id'] ?? '' });
      else if (name === 'workbookPr') date1904 = ['1', 'true'].includes(attributes['date1904'] ?? '');
    },
  });
  return { sheets, date1904 };
}

async function readTargets(archive: XlsxArchive): Promise<Map<string, string>> {
  const targets = new Map<string, string>();
  await parseWhole(archive, 'xl/_rels/workbook.xml.rels', {
    open(name, attributes) {
      if (name === 'Relationship') targets.set(attributes['Id'] ?? '', attributes['Target'] ?? '');
    },
  });
  return targets;
}

async function readStyles(archive: XlsxArchive): Promise<CellStyle[]> {
  if (!archive.has('xl/styles.xml')) return [];
  const formats = new Map<number, string>();
  const styles: CellStyle[] = [];
  let inCellFormats = false;
  await parseWhole(archive, 'xl/styles.xml', {
    open(name, attributes) {
      if (name === 'numFmt') formats.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      else if (name === 'cellXfs') inCellFormats = true;
      else if (name === 'xf' && inCellFormats) styles.push(styleOf(Number(attributes['numFmtId'] ?? 0), formats));
    },
    close(name) {
      if (name === 'cellXfs') inCellFormats = false;
    },
  });
  return styles;
}

function styleOf(id: number, formats: ReadonlyMap<number, string>): CellStyle {
  const code = formats.get(id);
  if (code === undefined) return BUILT_IN_DATES.has(id) ? { date: true, zeros: 0 } : PLAIN;
  // What stands in quotes, brackets or behind a backslash is shown as it is and makes no date.
  const shown = code.replace(/"[^"]*"|\[[^\]]*\]|\\./g, '');
  const zeros = /^0+$/.test(code) && code.length > 1 ? code.length : 0;
  return { date: /[ymdhs]/i.test(shown) && !/^general$/i.test(shown), zeros };
}

async function readStrings(archive: XlsxArchive, { maxCellChars }: SheetLimits): Promise<string[]> {
  if (!archive.has('xl/sharedStrings.xml')) return [];
  const strings: string[] = [];
  let text = '';
  let reading = false;
  let phonetic = false;
  const tooLong = (): SheetError =>
    new SheetError('cell_too_long', `shared text ${strings.length + 1} has more than ${maxCellChars} characters`);
  const pieces = parseXml(archive, 'xl/sharedStrings.xml', {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 'rPh') phonetic = true;
      else if (name === 't') reading = !phonetic;
    },
    text(piece) {
      if (reading) text += piece;
    },
    close(name) {
      if (name === 't') reading = false;
      else if (name === 'rPh') phonetic = false;
      else if (name === 'si') strings.push(text);
    },
    tooLong,
  });
  for await (const _piece of pieces) void _piece;
  return strings;
}
