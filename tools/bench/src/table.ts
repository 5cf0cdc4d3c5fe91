import type { Row } from './row.js';

const HEAD = ['id', 'value', 'unit', 'baseline', 'ratio', 'goal', 'met', 'note'] as const;

/** The rows as a Markdown table, columns aligned. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.id,
    number(row.value),
    row.unit,
    number(row.baseline),
    row.ratio === null ? '–' : row.ratio.toFixed(2),
    row.goal ?? '–',
    row.met === null ? '–' : row.met ? 'yes' : 'no',
    row.note,
  ]);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...cells.map((cell) => cell[i]?.length ?? 0)));
  const line = (parts: readonly string[]): string =>
    `| ${parts.map((part, i) => part.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

/** Thousands apart, and as many decimals as say something. */
function number(value: number | null): string {
  if (value === null) return '–';
  return value.toLocaleString('en-GB', { maximumFractionDigits: value < 100 ? 2 : 0 }).replaceAll(',', ' ');
}
