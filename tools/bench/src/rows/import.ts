import {
  diffRates,
  knownNetworks,
  readSheet,
  SHEET_LIMITS,
  SheetAnalysis,
  sheetMappingSchema,
} from '@ratestream/rate-sheets';
import type { Measurement } from '../row.js';

const ROWS = 100_000;
const GOAL_SEC = 5;

/** A supplier's sheet as CSV: read, every row judged, compared with a version of as many rates at other prices. */
export const sheetImport: Measurement = {
  ids: ['import'],
  run: async ({ quick, say }, _wanted, done) => {
    knownNetworks(); // part of the start of a service, not of a sheet
    const first = await importOnce(new Map());
    say(`${ROWS} rows without a version to compare with in ${first.seconds.toFixed(2)} s`);
    const base = new Map(first.rates.map((rate) => [rate.rateId, { ...rate, price: rate.price + 1n }]));
    const times: number[] = [];
    for (let round = 0; round < (quick ? 1 : 5); round++) times.push((await importOnce(base)).seconds);
    const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    done({
      id: 'import',
      value: Math.round(median * 100) / 100,
      unit: 's',
      baseline: null,
      ratio: null,
      goal: '100 000 rows parse + validate + diff ≤ 5 s',
      met: median <= GOAL_SEC,
      note: `${Math.round(ROWS / median)} rows/s, in one thread, without a store`,
    });
  },
};

async function importOnce(base: ReadonlyMap<string, Rate>) {
  const startedAt = performance.now();
  const reading = readSheet(SHEET, MAPPING, SHEET_LIMITS);
  const analysis = new SheetAnalysis({
    mapping: MAPPING,
    currency: 'EUR',
    networks: knownNetworks(),
    now: 0,
    effectiveFrom: null,
    mode: 'full',
    maxRows: ROWS,
  });
  for await (const rows of reading.rows) analysis.add(rows);
  let verdicts = 0;
  for (const batch of analysis.finish(reading.merges, base)) verdicts += batch.verdicts.length;
  let changes = 0;
  for (const _change of diffRates(base, analysis.next)) changes += 1;
  if (verdicts !== ROWS || changes !== ROWS)
    throw new Error(`${verdicts} verdicts and ${changes} changes of ${ROWS} rows`);
  return { seconds: (performance.now() - startedAt) / 1_000, rates: analysis.rates };
}

type Rate = SheetAnalysis['rates'][number];

const MAPPING = sheetMappingSchema.parse({
  country: { column: 'Country' },
  prefix: 'Code',
  operator: { column: 'Network' },
  price: { column: 'Rate' },
  decimal: ',',
  currency: {},
  effectiveDate: { column: 'From', zone: 'Europe/Berlin' },
});
const SHEET = Buffer.from(
  [
    'Country;Code;Network;Rate;From',
    ...Array.from(
      { length: ROWS },
      (_, i) =>
        `${i % 2 === 0 ? 'United Kingdom' : 'GB'};${44_000_000 + i};Operator ${i % 100};0,0${1_000 + (i % 9_000)} €;2026-05-01`,
    ),
  ].join('\n'),
);
