import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { SheetMappingInput } from '@ratestream/rate-sheets';
import { realSheets, type RealSheet } from '../../../../libs/rate-sheets/test/real-sheets.js';

/** A real list with the instant that it is said to count from. */
export interface DatedList {
  name: string;
  text: string;
  mapping: SheetMappingInput;
  /** Full: what it lacks is withdrawn. Partial: what it lacks stays. */
  mode: 'full' | 'partial';
  effectiveFrom: string;
}

/** The text of the price cell of each line, read by nothing of ours. */
export function pricesByLine({ text, mapping }: DatedList): Map<number, string> {
  const delimiter = text.slice(0, text.indexOf('\n')).includes(';') ? ';' : ',';
  const records = parse(text, { delimiter, info: true, relax_column_count: true, bom: true }) as unknown as {
    record: string[];
    info: { lines: number };
  }[];
  const column = (mapping.price as { column: string }).column;
  const at = records[0]?.record.findIndex((name) => name.trim() === column) ?? -1;
  return new Map(records.slice(1).map(({ record, info }) => [info.lines, (record[at] ?? '').trim()]));
}

/** Lists of one family in the order of their names, which begin with their dates. */
export function lists(folder: string, family: RegExp, effectiveFrom: (date: string) => string): DatedList[] {
  return realSheets(folder)
    .filter(({ name }) => family.test(name))
    .map((sheet) => listOf(sheet, 'full', effectiveFrom(/\d{4}-\d\d-\d\d/.exec(sheet.name)?.[0] ?? '')));
}

/**
 * The notices by commit: published in this order, each counting from midnight in Shenzhen of the day it names. Countries are
 * read by their code, which is what somebody once wrote wrong.
 */
export function notices(folder: string): Map<string, DatedList> {
  const sheets = realSheets(folder).filter(({ name }) => name.startsWith('tencent_notices/'));
  const found = new Map<string, DatedList>();
  for (const [commit, , day] of linesOf(readFileSync(join(folder, 'tencent_rate_notices.csv'), 'utf8'))) {
    const sheet = sheets.find(({ name }) => name.includes(commit ?? ''));
    if (commit !== undefined && sheet !== undefined && !found.has(commit))
      found.set(commit, {
        ...listOf(sheet, 'partial', `${day ?? ''}T00:00:00+08:00`),
        mapping: { ...sheet.mapping, country: { column: 'Code' } },
      });
  }
  return found;
}

function linesOf(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

function listOf(sheet: RealSheet, mode: DatedList['mode'], effectiveFrom: string): DatedList {
  return { name: sheet.name, text: sheet.read().toString('utf8'), mapping: sheet.mapping, mode, effectiveFrom };
}
