import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseInstant } from '@ratestream/catalog';
import { needs, NO_SAMPLES, sampleData } from '@ratestream/testing/needs';
import { importSheet, type Imported } from './import-sheet.js';
import { realSheets, type RealSheet } from './real-sheets.js';

const folder = sampleData('rates');
const TABLE = join(import.meta.dirname, '..', '..', '..', 'docs', 'rate-sheets.md');

async function importReal({ read, mapping, effectiveFrom }: RealSheet): Promise<Imported> {
  const instant = effectiveFrom === null ? null : parseInstant(effectiveFrom);
  return importSheet(read(), mapping, { currency: 'USD', effectiveFrom: instant });
}

needs(folder, NO_SAMPLES)(
  'every real sheet imports; every row has a verdict, every refused row its reasons, and the table in docs says so',
  async () => {
    const lines: string[] = [];
    for (const sheet of realSheets(folder ?? '')) {
      const imported = await importReal(sheet);
      const { verdicts, rates, summary } = imported;
      expect([sheet.name, verdicts.length]).toEqual([sheet.name, summary.rowsIn]);
      expect(summary.accepted + summary.refused).toBe(summary.rowsIn);
      expect(verdicts.filter(({ verdict, faults }) => (verdict === 'refused') !== faults.length > 0)).toEqual([]);
      expect(new Set(rates.map(({ rateId }) => rateId)).size).toBe(rates.length);
      expect(summary.accepted).toBeGreaterThan(0);
      lines.push(lineOf(sheet.name, imported));
    }
    if (process.env['WRITE_DOCS'] === '1') writeFileSync(TABLE, `${intro()}\n${lines.join('\n')}\n`);
    const written = readFileSync(TABLE, 'utf8')
      .split('\n')
      .map(cellsOf)
      .filter((cells) => cells.length === 7);
    expect(written.slice(2)).toEqual(lines.map(cellsOf));
  },
  60_000,
);

needs(folder, NO_SAMPLES)("the AWS sheet's right-padded MNCs resolve to the networks they mean", async () => {
  const aws = realSheets(folder ?? '').find(({ name }) => name.startsWith('aws')) as RealSheet;
  const { summary, verdicts } = await importReal(aws);
  expect(summary.padding).toMatchObject({ padding: 'right', bothWays: 110, undecided: false });
  // 262-010 is Telekom's 262-01 and not 262-10, which is 262-100 here; three-digit networks keep their third digit.
  const lines = aws.read().toString('utf8').split('\n');
  const rateOf = (line: string): string[] =>
    verdicts[lines.findIndex((one) => one.startsWith(line)) - 1]?.rateIds ?? ['no such line'];
  expect(
    [
      'DE,transactional,262,010',
      'DE,transactional,262,100',
      'AR,transactional,722,310',
      'AR,transactional,722,341',
    ].map(rateOf),
  ).toEqual([
    ['transactional:DE-262-01'],
    ['transactional:DE-262-10'],
    ['transactional:AR-722-310'],
    ['transactional:AR-722-341'],
  ]);
  const { ambiguous_network: ambiguous = 0 } = summary.refusedBy;
  expect(verdicts.filter(({ faults }) => faults.some(({ code }) => code === 'ambiguous_network'))).toHaveLength(
    ambiguous,
  );
  expect(ambiguous).toBeLessThan(10);
});

function lineOf(name: string, { summary }: Imported): string {
  const { rowsIn, accepted, refused, rates, refusedBy, findings, padding } = summary;
  const list = (counts: [string, number][]): string =>
    counts.length === 0
      ? '–'
      : counts
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([code, count]) => `\`${code}\` ${count}`)
          .join(', ');
  const warnings = Object.entries(findings).flatMap(([code, one]): [string, number][] =>
    one.severity === 'warning' ? [[code, one.count]] : [],
  );
  if (padding !== null) warnings.push([`MNCs padded ${padding.padding}, known`, padding.known[padding.padding]]);
  return `| ${[name, rowsIn, accepted, refused, rates, list(Object.entries(refusedBy)), list(warnings)].join(' | ')} |`;
}

/** Without the spaces that a formatter puts in. */
function cellsOf(line: string): string[] {
  return line.startsWith('|')
    ? line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/-+/g, '-'))
    : [];
}

function intro(): string {
  return `# Real rate sheets

What \`libs/rate-sheets\` makes of public price lists, each with the mapping that a pricing team would save for it
(\`libs/rate-sheets/test/real-sheets.ts\`). Rows in = accepted + refused. A test makes these numbers anew and compares them;
\`WRITE_DOCS=1\` with that test writes them.

\`not_wanted\` are rows that the mapping leaves out on purpose (another provider, another kind of message, another notice in
the same file). One row can make several rates: an operator with several MNCs. Reasons are counted by row, so a row with two
reasons is in two counts, and a row with a fee beside its price makes a rate and a surcharge. What is refused, and why:

- \`unknown_operator\`: a name that no list of networks has, to be given an alias in the mapping. In the sheet of carriers' fees
  these are resellers and aggregators (TextNow, Bandwidth, Twilio …), whose numbers no MCC and MNC tells apart.
- \`ambiguous_network\`: an MNC filled up on the right that is two networks, where the operator's name does not say which.
- \`unknown_country\`, \`operator_without_country\`, \`no_destination\`: satellites and networks of no country.
- \`duplicate_key\`: one network under two names; the first row has it.
- \`superseded_in_sheet\`: the same network has a later date further down.
- \`country_contradicts_code\`: the notices' own typing errors (Vietnam as NG, the Philippines as AF).

| sheet | rows in | accepted | refused | rates | refused because | warnings |
| --- | --- | --- | --- | --- | --- | --- |`;
}
