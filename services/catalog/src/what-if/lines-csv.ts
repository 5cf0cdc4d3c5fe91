import { csvCell } from '../upload/csv-writer.js';
import type { LineShown } from './what-if.js';

const COLUMNS = [
  'side', 'account', 'supplier', 'country', 'mcc', 'mnc', 'traffic_class', 'messages', 'legs', 'units', 'become_unrated',
  'become_rated', 'stay_unrated', 'money_in', 'currency', 'before', 'after', 'difference',
]; // prettier-ignore

/** The lines as CSV, one row for each currency of a line. Amounts may be negative: no cell of them is a formula. */
export async function* linesCsv(pieces: AsyncIterable<readonly LineShown[]>): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\n`;
  for await (const lines of pieces) yield lines.flatMap(rowsOf).join('');
}

function rowsOf({ counts, money, ...line }: LineShown): string[] {
  const { side, account, supplier, country, mcc, mnc, trafficClass } = line;
  const head = [side, account, supplier, country, mcc, mnc, trafficClass].map(csvCell);
  const { messages, legs, units, becomeUnrated, becomeRated, stayUnrated } = counts;
  const numbers = [messages, legs, units, becomeUnrated, becomeRated, stayUnrated].map(String);
  const sums =
    money.length === 0
      ? [['', '', '', '', '']]
      : money.map((one) => [one.in, one.currency, one.before, one.after, one.difference]);
  return sums.map((sum) => `${[...head, ...numbers, ...sum].join(',')}\n`);
}
