import type { RateRow } from '@ratestream/events';
import {
  knownNetworks,
  readSheet,
  SheetAnalysis,
  SHEET_LIMITS,
  sheetMappingSchema,
  type AnalysisSummary,
  type Finding,
  type RowVerdict,
  type SheetLimits,
  type SheetMappingInput,
} from '../src/index.js';

export interface Imported {
  verdicts: RowVerdict[];
  findings: Finding[];
  rates: RateRow[];
  /** Of the version that the sheet would make. */
  next: RateRow[];
  summary: AnalysisSummary;
}

export interface ImportOptions {
  currency?: string;
  base?: readonly RateRow[];
  effectiveFrom?: number | null;
  now?: number;
  mode?: 'full' | 'partial';
  limits?: Partial<SheetLimits>;
}

/** Reads a sheet as the service does, without a store. */
export async function importSheet(
  bytes: Buffer | string,
  input: SheetMappingInput,
  { currency = 'EUR', base = [], effectiveFrom = null, now = 0, mode = 'full', limits = {} }: ImportOptions = {},
): Promise<Imported> {
  const mapping = sheetMappingSchema.parse(input);
  const reading = readSheet(Buffer.from(bytes), mapping, { ...SHEET_LIMITS, ...limits });
  const analysis = new SheetAnalysis({
    mapping,
    currency,
    networks: knownNetworks(),
    now,
    effectiveFrom,
    mode,
    maxRows: limits.maxRows ?? SHEET_LIMITS.maxRows,
  });
  for await (const rows of reading.rows) analysis.add(rows);
  const verdicts: RowVerdict[] = [];
  const findings: Finding[] = [];
  for (const batch of analysis.finish(reading.merges, new Map(base.map((rate) => [rate.rateId, rate])))) {
    verdicts.push(...batch.verdicts);
    findings.push(...batch.findings);
  }
  return { verdicts, findings, rates: analysis.rates, next: analysis.next, summary: analysis.summary };
}

/** Rate ids with their prices as numbers of nano-units. */
export function prices({ rates }: Imported): [string, bigint][] {
  return rates.map(({ rateId, price }) => [rateId, price]);
}
